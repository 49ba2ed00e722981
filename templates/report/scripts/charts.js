"use strict";
// Plots show the values under the pointer or the arrow keys; every picture can be saved as SVG, every plot as CSV.
fab.charts = (() => {
  const data = fab.data("chart-data") || {};
  const SHAPE = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linejoin"];
  const TEXT = ["font-size", "font-family", "font-weight", "text-anchor", "paint-order"];
  const SVG = "http://www.w3.org/2000/svg";

  function made(tag, attributes, text = "") {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.textContent = text;
    return node;
  }

  function scaled(value, [low, high], log, from, to) {
    const f = log ? Math.log10 : (v) => v;
    return from + (f(value) - f(low)) / (f(high) - f(low)) * (to - from);
  }

  function hover(svg, chart) {
    const points = chart.curves.map((curve) => curve.x.map((x, k) => [
      scaled(x, chart.x_range, chart.x_log, chart.left, chart.right),
      scaled(curve.y[k], chart.y_range, chart.y_log, chart.bottom, chart.top),
    ]));
    const group = svg.appendChild(made("g", { class: "hover", "aria-hidden": "true" }));
    const live = svg.closest("figure").querySelector(".status");
    let chosen = [0, -1];

    function show(curve, k) {
      chosen = [curve, k];
      const [x, y] = points[curve][k], { label } = chart.curves[curve];
      const value = (number) => fab.sign(Number(number.toPrecision(4)));
      const text = `${label}: ${value(chart.curves[curve].x[k])} ${chart.x_unit}, ${value(chart.curves[curve].y[k])} ${chart.y_unit}`;
      const right = x > (chart.left + chart.right) / 2;
      group.replaceChildren(
        made("path", { class: "axis", d: `M${x} ${chart.top}V${chart.bottom}M${chart.left} ${y}H${chart.right}` }),
        made("circle", { cx: x, cy: y, r: 4.5, class: "dot" }),
        made("text", { class: "tag", x: x + (right ? -9 : 9), y: Math.max(y - 9, chart.top + 12), "text-anchor": right ? "end" : "start" }, text),
      );
      fab.say(live, text);
    }
    function hide() { group.replaceChildren(); }

    svg.addEventListener("pointermove", (event) => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      let best = [Infinity, 0, 0];
      points.forEach((curve, c) => curve.forEach(([x, y], k) => {
        const away = Math.hypot(x - at.x, y - at.y);
        if (away < best[0]) best = [away, c, k];
      }));
      if (best[0] < 60) show(best[1], best[2]);
      else hide();
    });
    svg.addEventListener("pointerleave", hide);
    svg.addEventListener("keydown", (event) => {
      const [curve, k] = chosen, count = points.length;
      const along = { ArrowLeft: -1, ArrowRight: 1 }[event.key], across = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (event.key === "Escape") return hide();
      if (!along && !across) return undefined;
      event.preventDefault();
      const next = across ? (curve + across + count) % count : curve;
      const last = points[next].length - 1;
      return show(next, Math.min(Math.max(k + (along || 0), 0), last));
    });
    svg.setAttribute("tabindex", "0");
  }

  // The picture with the look it has now, so that it stands alone.
  function alone(svg) {
    const copy = svg.cloneNode(true);
    copy.querySelectorAll(".hover").forEach((node) => node.remove());
    const own = [svg, ...svg.querySelectorAll("*")].filter((node) => !node.closest(".hover"));
    const theirs = [copy, ...copy.querySelectorAll("*")];
    own.forEach((node, k) => {
      const look = getComputedStyle(node);
      for (const name of node.tagName === "text" ? [...SHAPE, ...TEXT] : SHAPE) theirs[k].setAttribute(name, look.getPropertyValue(name));
      if (look.display === "none") theirs[k].setAttribute("display", "none");
      theirs[k].removeAttribute("class");
      theirs[k].removeAttribute("style");
    });
    const [, , wide, high] = copy.getAttribute("viewBox").split(" ");
    copy.setAttribute("xmlns", SVG);
    copy.setAttribute("width", wide);
    copy.setAttribute("height", high);
    return new XMLSerializer().serializeToString(copy);
  }
  function table(chart) {
    const head = ["curve", chart.x_label, chart.y_label];
    return fab.csv([head, ...chart.curves.flatMap((c) => c.x.map((x, k) => [c.label, x, c.y[k]]))]);
  }

  const stem = document.querySelector("main").dataset.file;
  for (const figure of document.querySelectorAll("figure[data-name]")) {
    const name = figure.dataset.name, chart = data[name];
    const tools = figure.appendChild(fab.element("div", { class: "tools below" }));
    const add = (label, call) => {
      const button = tools.appendChild(fab.element("button", { type: "button" }, label));
      button.addEventListener("click", call);
    };
    add("Save SVG", () => {
      const pictures = [...figure.querySelectorAll("svg")];
      const seen = pictures.find((svg) => svg.checkVisibility()) || pictures[0];
      fab.save(`${stem}-${name}.svg`, "image/svg+xml", alone(seen));
    });
    if (!chart) continue;
    add("Save CSV", () => fab.save(`${stem}-${name}.csv`, "text/csv", table(chart)));
    tools.appendChild(fab.element("span", { class: "status", role: "status" }));
    hover(figure.querySelector("svg"), chart);
  }
  return { alone, table, data };
})();
