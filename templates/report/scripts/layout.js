"use strict";
// The layout: one canvas a layer over unit polygons on lattices. Only visible copies are drawn; lattices that are
// finer than the screen, or too many for one frame, are filled as one area as dark as they are dense.
fab.layout = (() => {
  const FINEST = 2.5; // pixels from copy to copy
  const QUICK = 15000, FULL = 60000; // polygons of one layer, while moving and at rest
  const data = fab.data("layout-data");
  const host = document.querySelector(".layout .viewer");
  if (!data || !host) return null;

  const figure = host.closest("figure");
  const status = figure.querySelector(".status");
  const placed = [];
  const layers = data.layers.map(prepared);
  const overlay = host.appendChild(fab.element("canvas", { class: "over", "aria-hidden": "true" }));
  const pins = host.appendChild(fab.element("div", { class: "pins" }));
  const view = new Plane(host, data.box, redraw);
  const small = host.appendChild(fab.element("canvas", { class: "map", "aria-hidden": "true" }));
  const mini = shrunk();
  let measuring = false, from = null, to = null, drawn = 0, pane = view, stale = true, marks = [];

  // The whole cell in a corner: the same places in few pixels.
  function shrunk() {
    const [x0, y0, x1, y1] = data.box, scale = Math.min(150 / (x1 - x0), 110 / (y1 - y0));
    const [width, height] = [Math.max((x1 - x0) * scale, 12), Math.max((y1 - y0) * scale, 12)];
    small.style.width = `${width}px`;
    small.style.height = `${height}px`;
    return {
      width, height, scale, px: (x) => (x - x0) * scale, py: (y) => height - (y - y0) * scale,
      toX: (px) => x0 + px / scale, toY: (py) => y0 + (height - py) / scale,
    };
  }

  // Boxes that an earlier layer has too are not listed again.
  function like({ like: place, without }) {
    const left = new Set(without);
    return place < 0 ? [] : placed[place].filter((_, k) => !left.has(k));
  }
  function prepared(layer, place) {
    const canvas = fab.element("canvas", { class: layer.key, "aria-hidden": "true" });
    canvas.style.opacity = layer.hollow ? 1 : layer.opacity;
    host.appendChild(canvas);
    const boxes = placed[place] = [...like(layer), ...boxed(layer.boxes)];
    return { ...layer, canvas, box: document.getElementById(`show-${layer.key}`), parts: [...boxes.map(([x, y, wide, high]) => [1, 1, 0, 0, [x, y, wide, 0, 0, high, -wide, 0]]), ...layer.parts].map(part) };
  }

  // [x, y, width, height, ...] of single rectangles, corners as steps from the one before
  function boxed(flat) {
    const found = [];
    for (let k = 0, x = 0, y = 0; k < flat.length; k += 4) {
      found.push([x += flat[k], y += flat[k + 1], flat[k + 2], flat[k + 3]]);
    }
    return found;
  }

  // [columns, rows, step x, step y, [x, y, dx, dy, ...]] with corners as steps from the one before
  function part([columns, rows, stepX, stepY, steps]) {
    const xs = [], ys = [];
    for (let k = 0, x = 0, y = 0; k < steps.length; k += 2) {
      xs.push(x += steps[k]);
      ys.push(y += steps[k + 1]);
    }
    let doubled = 0;
    for (let k = 0, last = xs.length - 1; k < xs.length; last = k++) doubled += xs[last] * ys[k] - xs[k] * ys[last];
    const [x0, x1, y0, y1] = [least(xs), most(xs), least(ys), most(ys)];
    const area = Math.abs(doubled) / 2;
    const straight = xs.length === 4 && area === (x1 - x0) * (y1 - y0);
    return { columns, rows, stepX, stepY, xs, ys, x0, x1, y0, y1, area, straight };
  }
  // spread arguments are limited, outlines may not be
  function least(values) { return values.reduce((a, b) => Math.min(a, b)); }
  function most(values) { return values.reduce((a, b) => Math.max(a, b)); }

  // First and last copy that meets [start, end]
  function meeting(low, high, step, copies, start, end) {
    if (copies === 1 || !step) return high >= start && low <= end ? [0, 0] : [0, -1];
    const edges = [(start - high) / step, (end - low) / step].sort((a, b) => a - b);
    return [Math.max(0, Math.ceil(edges[0])), Math.min(copies - 1, Math.floor(edges[1]))];
  }

  function drawPart(context, p, hollow, budget) {
    const [i0, i1] = meeting(p.x0, p.x1, p.stepX, p.columns, pane.toX(0), pane.toX(pane.width));
    const [j0, j1] = meeting(p.y0, p.y1, p.stepY, p.rows, pane.toY(pane.height), pane.toY(0));
    if (i1 < i0 || j1 < j0) return 0;
    const s = pane.scale;
    let flatX = i1 > i0 && Math.abs(p.stepX) * s < FINEST, flatY = j1 > j0 && Math.abs(p.stepY) * s < FINEST;
    const copies = () => (flatX ? 1 : i1 - i0 + 1) * (flatY ? 1 : j1 - j0 + 1);
    if (copies() > budget && !flatX && i1 > i0) flatX = i1 - i0 >= j1 - j0 || flatY;
    if (copies() > budget && !flatY && j1 > j0) flatY = true;
    if (copies() > budget) flatX = i1 > i0;
    if (flatX || flatY) areas(context, p, i0, i1, j0, j1, flatX, flatY);
    else if (p.straight) boxes(context, p, i0, i1, j0, j1, hollow);
    else outlines(context, p, i0, i1, j0, j1, hollow);
    return copies();
  }

  function areas(context, p, i0, i1, j0, j1, flatX, flatY) {
    const wide = flatX ? Math.abs(p.stepX) : p.x1 - p.x0, high = flatY ? Math.abs(p.stepY) : p.y1 - p.y0;
    context.globalAlpha = Math.min(1, p.area / (wide * high));
    for (let j = j0; j <= (flatY ? j0 : j1); j++) {
      for (let i = i0; i <= (flatX ? i0 : i1); i++) {
        const [xa, xb] = span(p.x0, p.x1, p.stepX, flatX ? [i0, i1] : [i, i]);
        const [ya, yb] = span(p.y0, p.y1, p.stepY, flatY ? [j0, j1] : [j, j]);
        context.fillRect(pane.px(xa), pane.py(yb), (xb - xa) * pane.scale, (yb - ya) * pane.scale);
      }
    }
    context.globalAlpha = 1;
  }
  function span(low, high, step, [first, last]) {
    const ends = [first * step, last * step];
    return [low + Math.min(...ends), high + Math.max(...ends)];
  }

  // Edges of boxes that are large enough fall on whole pixels, so that touching ones show no seam.
  function boxes(context, p, i0, i1, j0, j1, hollow) {
    const wide = (p.x1 - p.x0) * pane.scale, high = (p.y1 - p.y0) * pane.scale;
    for (let j = j0; j <= j1; j++) {
      let [top, bottom] = [pane.py(p.y1 + j * p.stepY), pane.py(p.y0 + j * p.stepY)];
      if (high > 8) [top, bottom] = [Math.round(top), Math.round(bottom)];
      for (let i = i0; i <= i1; i++) {
        let [left, right] = [pane.px(p.x0 + i * p.stepX), pane.px(p.x1 + i * p.stepX)];
        if (wide > 8) [left, right] = [Math.round(left), Math.round(right)];
        if (hollow) context.strokeRect(left, top, right - left, bottom - top);
        else context.fillRect(left, top, Math.max(right - left, 0.3), Math.max(bottom - top, 0.3));
      }
    }
  }

  function outlines(context, p, i0, i1, j0, j1, hollow) {
    let open = 0;
    const close = () => { if (!hollow) context.fill(); context.stroke(); open = 0; };
    for (let j = j0; j <= j1; j++) {
      for (let i = i0; i <= i1; i++) {
        if (!open) context.beginPath();
        for (let k = 0; k < p.xs.length; k++) {
          const x = pane.px(p.xs[k] + i * p.stepX), y = pane.py(p.ys[k] + j * p.stepY);
          if (k) context.lineTo(x, y);
          else context.moveTo(x, y);
        }
        context.closePath();
        if (++open === 300) close();
      }
    }
    if (open) close();
  }

  function redraw(moving) {
    drawn = 0;
    for (const layer of layers) {
      if (layer.box.checked) drawn += drawLayer(fab.fitted(layer.canvas, view.width, view.height), layer, moving ? QUICK : FULL);
    }
    over();
    if (!moving || !stale) overview();
  }
  function drawLayer(context, layer, most) {
    context.fillStyle = context.strokeStyle = layer.colour;
    context.lineWidth = layer.hollow ? 1.2 : 0.5;
    let budget = most;
    for (const p of layer.parts) budget -= drawPart(context, p, layer.hollow, Math.max(budget, 1));
    return most - budget;
  }

  // The overview is painted when layers change, and framed when the view moves.
  const whole = document.createElement("canvas");
  function overview() {
    const inside = view.toX(0) <= data.box[0] && view.toX(view.width) >= data.box[2]
      && view.toY(view.height) <= data.box[1] && view.toY(0) >= data.box[3];
    small.hidden = inside;
    if (inside) return;
    if (stale) paint();
    const context = fab.fitted(small, mini.width, mini.height);
    context.drawImage(whole, 0, 0, mini.width, mini.height);
    const [x, y] = [mini.px(view.toX(0)), mini.py(view.toY(0))];
    context.strokeStyle = fab.style("--bad");
    context.lineWidth = 1.5;
    context.strokeRect(x, y, Math.max(view.width / view.scale * mini.scale, 3), Math.max(view.height / view.scale * mini.scale, 3));
  }
  function paint() {
    const context = fab.fitted(whole, mini.width, mini.height);
    pane = mini;
    for (const layer of layers.filter((l) => l.box.checked && !l.canvas.classList.contains("dim"))) {
      const one = document.createElement("canvas");
      drawLayer(fab.fitted(one, mini.width, mini.height), layer, 3000);
      context.globalAlpha = layer.hollow ? 1 : layer.opacity;
      context.drawImage(one, 0, 0, mini.width, mini.height);
    }
    pane = view;
    stale = false;
  }
  function go(event) {
    if (event.type === "pointermove" && !event.buttons) return;
    const box = small.getBoundingClientRect();
    view.centre(mini.toX(event.clientX - box.left), mini.toY(event.clientY - box.top));
    event.stopPropagation();
  }
  for (const kind of ["pointerdown", "pointermove"]) small.addEventListener(kind, go);
  small.addEventListener("pointerdown", (event) => small.setPointerCapture(event.pointerId));

  function over() {
    const context = fab.fitted(overlay, view.width, view.height);
    fab.scaleBar(context, view.height, view.scale * 1e9);
    const ink = fab.style("--ink");
    if (data.line) {
      const [x0, y0, x1, y1] = data.line;
      line(context, view.px(x0), view.py(y0), view.px(x1), view.py(y1), ink, [7, 5], 1);
    }
    for (const mark of marks) frame(context, mark);
    if (measuring && !from) cross(context, view.width / 2, view.height / 2, ink);
    if (from && to) {
      line(context, view.px(from[0]), view.py(from[1]), view.px(to[0]), view.py(to[1]), fab.style("--bad"), [], 2);
      cross(context, view.px(from[0]), view.py(from[1]), fab.style("--bad"));
      cross(context, view.px(to[0]), view.py(to[1]), fab.style("--bad"));
    }
    place();
  }
  // Where a finding is: its box where it has one, a cross where it is a point.
  function frame(context, { at: [x0, y0, x1, y1], severity, pin }) {
    const chosen = pin.classList.contains("chosen");
    if (!chosen && x1 > x0) return; // boxes of all at once would hide the drawing
    const colour = fab.style({ error: "--bad", warning: "--warn", info: "--accent" }[severity]);
    if (x1 === x0) return cross(context, view.px(x0), view.py(y0), colour);
    context.setLineDash([4, 3]);
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.strokeRect(view.px(x0), view.py(y1), (x1 - x0) * view.scale, (y1 - y0) * view.scale);
    return context.setLineDash([]);
  }
  function line(context, x0, y0, x1, y1, colour, dash, width) {
    context.setLineDash(dash);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
    context.setLineDash([]);
  }
  function cross(context, x, y, colour) {
    line(context, x - 7, y, x + 7, y, colour, [], 1.5);
    line(context, x, y - 7, x, y + 7, colour, [], 1.5);
  }

  // Findings: a pin at the middle of where they are, those that would hide another one beside it.
  marks = data.marks.map((mark) => {
    const pin = fab.element("button", { class: `pin ${mark.severity}`, title: mark.text, type: "button" }, String(mark.number));
    pin.setAttribute("aria-label", `Finding ${mark.number}, ${mark.severity}: ${mark.text}`);
    pin.addEventListener("click", () => jump(mark.number));
    pins.appendChild(pin);
    return { ...mark, pin };
  });
  function place() {
    const taken = [];
    for (const { at, pin } of marks) {
      let x = Math.round(view.px((at[0] + at[2]) / 2));
      const y = Math.round(view.py((at[1] + at[3]) / 2));
      const hidden = ([a, b]) => Math.abs(a - x) < 22 && Math.abs(b - y) < 22;
      while (taken.some(hidden)) x += 24;
      taken.push([x, y]);
      pin.hidden = x < -20 || y < -20 || x > view.width + 20 || y > view.height + 20;
      pin.style.transform = `translate(${x - 11}px, ${y - 11}px)`;
    }
  }
  function jump(number) {
    const mark = marks.find((m) => m.number === number);
    if (!mark) return false;
    const [x0, y0, x1, y1] = mark.at;
    if (x1 > x0) view.show(x0, y0, x1, y1, 0.25);
    else view.show(x0 - 1e5, y0 - 1e5, x0 + 1e5, y0 + 1e5); // 0.2 mm around a point
    for (const m of marks) m.pin.classList.toggle("chosen", m === mark);
    fab.say(status, `Finding ${number}: ${mark.text}`);
    figure.scrollIntoView({ block: "center", behavior: fab.still ? "auto" : "smooth" });
    host.focus({ preventScroll: true });
    return true;
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-finding]");
    if (link && jump(Number(link.dataset.finding))) event.preventDefault();
  });
  function fromAddress() {
    const match = /finding=(\d+)/.exec(location.hash);
    if (match) jump(Number(match[1]));
  }
  window.addEventListener("hashchange", fromAddress);

  // Measuring: two clicks, or Enter twice at the middle of the view.
  view.click = (px, py) => {
    if (!measuring) return;
    const at = [Math.round(view.toX(px)), Math.round(view.toY(py))];
    if (!from || (from && to && from.done)) [from, to] = [at, at];
    else { to = at; from.done = true; }
    told();
  };
  view.hover = (px, py) => {
    if (measuring && from && !from.done) {
      to = [Math.round(view.toX(px)), Math.round(view.toY(py))];
      told();
    } else if (!measuring) {
      fab.say(status, `x ${millimetres(view.toX(px))}, y ${millimetres(view.toY(py))} mm`);
    }
  };
  const millimetres = (value) => fab.sign((value * 1e-6).toFixed(view.scale > 1e-3 ? 5 : 3));
  function told() {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const [d, x, y] = [Math.hypot(dx, dy), dx, dy].map((v) => fab.metres(v * 1e-9, 6));
    fab.say(status, `distance ${d} (across ${x}, along ${y})`);
    view.schedule();
  }
  function measure(on) {
    measuring = on;
    from = to = null;
    host.classList.toggle("measuring", on);
    button("measure").setAttribute("aria-pressed", String(on));
    fab.say(status, on ? "Measure: choose two points, or press Enter twice at the middle of the view." : "");
    view.schedule();
  }
  view.other = (key) => {
    if (key === "m") measure(!measuring);
    else if (key === "Escape") measure(false);
    else if (key === "Enter" && measuring) view.click(view.width / 2, view.height / 2);
    else return false;
    return true;
  };

  const button = (name) => figure.querySelector(`[data-do="${name}"]`);
  button("in").addEventListener("click", () => view.zoom(1.6));
  button("out").addEventListener("click", () => view.zoom(1 / 1.6));
  button("fit").addEventListener("click", () => view.fit());
  button("measure").addEventListener("click", () => measure(!measuring));
  for (const [name, on] of [["all", true], ["none", false]]) {
    button(name).addEventListener("click", () => {
      for (const layer of layers) layer.box.checked = on;
      changed();
    });
  }
  figure.querySelector("[data-do=net]").addEventListener("change", (event) => {
    const net = event.target.value;
    stale = true;
    for (const layer of layers) layer.canvas.classList.toggle("dim", Boolean(net) && layer.net !== net);
    view.schedule();
  });
  const changed = () => { stale = true; view.schedule(); };
  for (const layer of layers) layer.box.addEventListener("change", changed);
  fab.onScheme(changed);
  fromAddress();
  return { view, layers, jump, marks, polygons: () => drawn, redraw };
})();
