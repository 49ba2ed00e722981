"use strict";
// The cell in three dimensions: turn, zoom, cut, parts on and off, heights stretched.
fab.solid = (() => {
  const figure = document.querySelector("figure.solid");
  const data = fab.data("solid-data");
  if (!figure || !data) return null;

  const find = (name) => figure.querySelector(`[data-do=${name}]`);
  const host = figure.querySelector(".viewer"), status = figure.querySelector(".status");
  const canvas = host.appendChild(fab.element("canvas"));
  const [x0, y0, z0, x1, y1, z1] = data.box;
  const FIRST = { turn: 0.6, tilt: 0.55, zoom: 1, x: 0, y: 0 };
  const TOP = 1, BOTTOM = 2, SIDE = 3, CUT = 4, KINDS = 5;
  const view = { ...FIRST, heights: data.heights, axis: "", cut: 0.5 };
  let moving = false, waiting = false, rest = null;

  // --- geometry: three corners a triangle, and what kind of face it is ------------------------------------------
  function sums(steps) {
    const points = [];
    for (let k = 0; k < steps.length; k += 2) {
      const before = points[points.length - 1] || [0, 0];
      points.push([before[0] + steps[k], before[1] + steps[k + 1]]);
    }
    return points;
  }

  class Body {
    constructor(entry, number) {
      Object.assign(this, entry, { number, shown: entry.role !== "encapsulation" }); // lids would hide the cell
      this.copies = [];
      for (const [columns, rows, stepX, stepY, steps, face, loops] of entry.parts) {
        const corners = sums(steps);
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++) {
            const moved = corners.map(([x, y]) => [x + column * stepX, y + row * stepY]);
            this.copies.push({ corners: moved, face, loops });
          }
        }
      }
      this.triangles = new Float64Array(this.copies.reduce((n, c) => n + (c.face.length / 3 + c.corners.length) * 2, 0) * 9);
      this.kinds = new Uint8Array(this.triangles.length / 9);
      this.used = 0;
      for (const copy of this.copies) this.prism(copy);
    }

    // A corner of the section at one end of the prism: the prism stands along z, or lies along y.
    point([a, b], end) { return this.axis === "z" ? [a, b, end] : [a, end, b]; }

    add(kind, ...points) {
      this.triangles.set(points.flat(), this.used * 9);
      this.kinds[this.used++] = kind;
    }

    prism({ corners, face, loops }) {
      const [low, high] = this.ends;
      for (let k = 0; k < face.length; k += 3) {
        const [a, b, c] = [face[k], face[k + 1], face[k + 2]].map((n) => corners[n]);
        this.add(TOP, this.point(a, high), this.point(b, high), this.point(c, high));
        this.add(BOTTOM, this.point(c, low), this.point(b, low), this.point(a, low));
      }
      let first = 0;
      for (const length of loops) {
        for (let k = 0; k < length; k++) {
          const a = corners[first + k], b = corners[first + (k + 1) % length];
          this.add(SIDE, this.point(a, low), this.point(b, low), this.point(b, high));
          this.add(SIDE, this.point(a, low), this.point(b, high), this.point(a, high));
        }
        first += length;
      }
    }

    // Faces where a plane across x or y goes through: pairs of crossings are inside (even-odd).
    section(axis, at) {
      const along = axis === "x" ? 0 : 1, found = [];
      const [low, high] = this.ends;
      const quad = (a, b, c, d) => found.push([a, b, c], [a, c, d]);
      for (const { corners, face, loops } of this.copies) {
        if (this.axis === "y" && axis === "y") {
          if (at > low && at < high) {
            for (let k = 0; k < face.length; k += 3) found.push([face[k], face[k + 1], face[k + 2]].map((n) => this.point(corners[n], at)));
          }
          continue;
        }
        const places = [];
        let first = 0;
        for (const length of loops) {
          for (let k = 0; k < length; k++) {
            const a = corners[first + k], b = corners[first + (k + 1) % length];
            if ((a[along] > at) !== (b[along] > at)) places.push(a[1 - along] + (b[1 - along] - a[1 - along]) * (at - a[along]) / (b[along] - a[along]));
          }
          first += length;
        }
        places.sort((a, b) => a - b);
        for (let k = 0; k + 1 < places.length; k += 2) {
          const corner = (place, end) => this.point(along === 0 ? [at, place] : [place, at], end);
          quad(corner(places[k], low), corner(places[k + 1], low), corner(places[k + 1], high), corner(places[k], high));
        }
      }
      return found;
    }
  }
  const bodies = data.bodies.map((entry, number) => new Body(entry, number));

  // --- from the cell to the screen ---------------------------------------------------------------------------------
  const middle = [(x0 + x1) / 2, (y0 + y1) / 2];
  const tall = () => (z1 - z0) * view.heights;
  function camera(width, height) {
    const [sin, cos] = [Math.sin(view.turn), Math.cos(view.turn)], [up, flat] = [Math.sin(view.tilt), Math.cos(view.tilt)];
    const wide = Math.abs((x1 - x0) * cos) + Math.abs((y1 - y0) * sin);
    const deep = Math.abs((x1 - x0) * sin) + Math.abs((y1 - y0) * cos);
    const high = deep * Math.abs(up) + tall() * flat;
    const scale = view.zoom * 0.9 * Math.min(width / wide, (height - 34) / high);
    return { sin, cos, up, flat, scale, x: width / 2 + view.x * width, y: (height - 20) / 2 + view.y * height };
  }
  function project(c, x, y, z, out, k) {
    const dx = x - middle[0], dy = y - middle[1], dz = (z - (z0 + z1) / 2) * view.heights;
    const away = dy * c.cos - dx * c.sin;
    out[k] = c.x + (dx * c.cos + dy * c.sin) * c.scale;
    out[k + 1] = c.y - (dz * c.flat + away * c.up) * c.scale;
    out[k + 2] = (dz * c.up - away * c.flat) * c.scale;
  }

  // The part of a triangle that the cut leaves: x below the plane, y above it.
  function clipped(points) {
    const along = view.axis === "x" ? 0 : 1, sign = view.axis === "x" ? 1 : -1, plane = place();
    const gap = points.map((p) => sign * (plane - p[along]));
    if (gap.every((g) => g >= 0)) return [points];
    if (gap.every((g) => g <= 0)) return [];
    const kept = [];
    points.forEach((p, k) => {
      const n = (k + 1) % 3, q = points[n];
      if (gap[k] >= 0) kept.push(p);
      if ((gap[k] >= 0) !== (gap[n] >= 0)) kept.push(p.map((v, i) => v + (q[i] - v) * gap[k] / (gap[k] - gap[n])));
    });
    return kept.length < 3 ? [] : kept.length === 3 ? [kept] : [[kept[0], kept[1], kept[2]], [kept[0], kept[2], kept[3]]];
  }
  // a quarter of a nanometre beside the grid, so that no corner lies in the plane
  const place = () => 0.25 + Math.round(view.axis === "x" ? x0 + (x1 - x0) * view.cut : y0 + (y1 - y0) * (1 - view.cut));

  const spot = new Float64Array(9);
  function shade(raster, c, body, kind, corners) {
    for (let k = 0; k < 3; k++) project(c, corners[3 * k], corners[3 * k + 1], corners[3 * k + 2], spot, 3 * k);
    const ux = spot[3] - spot[0], uy = spot[1] - spot[4], uz = spot[5] - spot[2];
    const vx = spot[6] - spot[0], vy = spot[1] - spot[7], vz = spot[8] - spot[2];
    const nx = uy * vz - uz * vy, ny = uz * vx - ux * vz, nz = ux * vy - uy * vx;
    const size = Math.hypot(nx, ny, nz);
    if (!size || (nz < 0 && kind !== CUT)) return; // turned away
    const light = kind === CUT ? 0.97 : 0.5 + 0.5 * Math.max(0, (-0.35 * nx + 0.55 * ny + 0.76 * nz) / size);
    const [red, green, blue, alpha] = body.colour;
    raster.fill(...spot, Math.round(red * light), Math.round(green * light), Math.round(blue * light), alpha, body.number * KINDS + kind + 1);
  }

  function paint(raster, c, body) {
    const { triangles, kinds } = body;
    for (let k = 0; k < body.used; k++) {
      const corners = triangles.subarray(9 * k, 9 * k + 9);
      if (!view.axis) shade(raster, c, body, kinds[k], corners);
      else for (const piece of clipped([0, 3, 6].map((n) => Array.from(corners.subarray(n, n + 3))))) shade(raster, c, body, kinds[k], piece.flat());
    }
    if (view.axis) for (const piece of body.section(view.axis, place())) shade(raster, c, body, CUT, piece.flat());
  }

  function redraw() {
    const { clientWidth, clientHeight } = host;
    if (!clientWidth) return null;
    const sharp = moving ? 0.5 : Math.min(window.devicePixelRatio || 1, 2);
    [canvas.width, canvas.height] = [Math.round(clientWidth * sharp), Math.round(clientHeight * sharp)];
    const raster = new Raster(canvas.width, canvas.height), c = camera(canvas.width, canvas.height);
    const shown = bodies.filter((body) => body.shown);
    for (const clear of [false, true]) for (const body of shown) if ((body.colour[3] < 255) === clear) paint(raster, c, body);
    raster.lines(12 * sharp);
    const context = canvas.getContext("2d");
    context.putImageData(raster.image, 0, 0);
    context.setTransform(sharp, 0, 0, sharp, 0, 0);
    fab.scaleBar(context, clientHeight, c.scale / sharp * 1e9);
    say(shown);
    return raster;
  }

  function say(shown) {
    const stretched = view.heights === 1 ? "true to scale" : `heights × ${view.heights}`;
    const cut = view.axis ? `; cut ${view.axis === "x" ? "across x at " + fab.metres((place() - x0) * 1e-9) : "across y at " + fab.metres((place() - y0) * 1e-9)}` : "";
    const window = data.share < 1 ? `; of large arrays the middle ${(100 * data.share).toPrecision(2)} % of each side` : "";
    fab.say(status, `${shown.length} of ${bodies.length} parts, ${stretched}${cut}${window}.`);
  }

  function changed() {
    moving = true;
    schedule();
    clearTimeout(rest);
    rest = setTimeout(() => { moving = false; schedule(); }, 160);
  }
  function schedule() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; redraw(); });
  }
  function turn(by, up) {
    view.turn += by;
    view.tilt = Math.min(Math.max(view.tilt + up, -0.2), Math.PI / 2);
    changed();
  }
  function zoom(factor) {
    view.zoom = Math.min(Math.max(view.zoom * factor, 0.3), 200);
    changed();
  }

  // --- what the user does --------------------------------------------------------------------------------------------
  const pointers = new Map();
  host.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    host.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
  });
  host.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const [dx, dy] = [event.clientX - before[0], event.clientY - before[1]];
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (event.shiftKey || pointers.size > 1) {
      view.x += dx / host.clientWidth / pointers.size;
      view.y += dy / host.clientHeight / pointers.size;
      changed();
    } else turn(-dx * 0.008, dy * 0.008);
  });
  for (const kind of ["pointerup", "pointercancel"]) host.addEventListener(kind, (event) => pointers.delete(event.pointerId));
  host.addEventListener("wheel", (event) => {
    if (document.activeElement !== host && !event.ctrlKey) return; // the page scrolls until the view is chosen
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)));
  }, { passive: false });
  host.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const turns = { ArrowLeft: [0.12, 0], ArrowRight: [-0.12, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };
    if (turns[event.key]) turn(...turns[event.key]);
    else if (event.key === "+" || event.key === "=") zoom(1.3);
    else if (event.key === "-") zoom(1 / 1.3);
    else if (event.key === "0" || event.key === "Home") { Object.assign(view, FIRST); changed(); }
    else return;
    event.preventDefault();
  });
  const doing = {
    in: () => zoom(1.4),
    out: () => zoom(1 / 1.4),
    fit: () => { Object.assign(view, FIRST); changed(); },
    above: () => { Object.assign(view, FIRST, { turn: 0, tilt: Math.PI / 2 }); changed(); },
    side: () => { Object.assign(view, FIRST, { turn: 0, tilt: 0 }); changed(); },
  };
  for (const [name, call] of Object.entries(doing)) find(name).addEventListener("click", call);
  for (const factor of [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000]) {
    if (factor === 1 || factor === data.heights || factor * (z1 - z0) <= Math.max(x1 - x0, y1 - y0)) {
      find("stretch").appendChild(fab.element("option", { value: factor }, factor === 1 ? "true to scale" : `× ${factor}`));
    }
  }
  find("stretch").value = data.heights;
  find("stretch").addEventListener("change", (event) => { view.heights = Number(event.target.value); changed(); });
  find("cut").addEventListener("change", (event) => { view.axis = event.target.value; changed(); });
  find("plane").addEventListener("input", (event) => {
    view.cut = Number(event.target.value);
    if (!view.axis) find("cut").value = view.axis = "x";
    changed();
  });
  const legend = figure.querySelector(".legend.parts");
  for (const body of bodies) {
    const box = fab.element("input", { type: "checkbox", "data-part": body.name });
    box.checked = body.shown;
    box.addEventListener("change", () => { body.shown = box.checked; changed(); });
    const chip = fab.element("span", { class: "chip" });
    chip.style.background = `rgb(${body.colour.slice(0, 3).join(" ")})`;
    const label = fab.element("label");
    label.append(box, chip, document.createTextNode(` ${body.name}: ${body.material}`));
    const entry = fab.element("li");
    entry.append(label);
    legend.append(entry);
  }
  new ResizeObserver(changed).observe(host);
  fab.onScheme(changed);
  changed();
  return { view, bodies, redraw };
})();
