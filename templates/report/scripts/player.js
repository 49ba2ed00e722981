"use strict";
// The programs as the printer runs them: over, down, open, print, close, up; one clock over all programs.
fab.player = (() => {
  const data = fab.data("program-data");
  const figure = document.querySelector("figure.player");
  if (!data || !data.length || !figure) return null;

  const NANO = 1e-9;
  const host = figure.querySelector(".viewer"), status = figure.querySelector(".status");
  const get = (name) => figure.querySelector(`[data-do=${name}]`);
  const time = get("time"), level = get("layer"), play = get("play"), rate = get("rate");
  const canvas = host.appendChild(fab.element("canvas", { "aria-hidden": "true" }));
  const programs = data.map(prepared);
  const total = programs.reduce((end, program) => timed(program, end), 0);
  const layers = programs.flatMap((program) => program.layers.map((layer) => ({ program, layer })));
  const view = new Plane(host, around(), redraw);
  let now = total, running = 0;

  function prepared(program) {
    const unit = program.step / NANO;
    const lines = program.lines.map((steps) => {
      const xs = [], ys = [];
      let length = 0;
      for (let k = 0, x = 0, y = 0; k < steps.length; k += 2) {
        if (k) length += Math.hypot(steps[k], steps[k + 1]);
        xs.push((x += steps[k]) * unit);
        ys.push((y += steps[k + 1]) * unit);
      }
      return { xs, ys, length: length * program.step };
    });
    const made = program.layers.map(([pattern, height, number]) => ({ pattern, number, z: height * program.step }));
    return { ...program, lines, layers: made, shown: true };
  }

  // Start of every line of every layer, and the end of the program [s]; sums of length before each line [m].
  function timed(program, start) {
    let clock = start, sum = 0, place = null;
    program.start = start;
    for (const layer of program.layers) {
      const lines = program.patterns[layer.pattern];
      layer.starts = new Float64Array(lines.length + 1);
      layer.sums = new Float64Array(lines.length);
      const drop = program.safe_height - layer.z;
      lines.forEach((number, k) => {
        const line = program.lines[number];
        if (place) clock += Math.hypot(line.xs[0] - place[0], line.ys[0] - place[1]) * NANO / program.travel_speed;
        layer.starts[k] = clock;
        layer.sums[k] = sum;
        clock += 2 * drop / program.travel_speed + program.start_delay + program.stop_delay + line.length / program.speed;
        sum += line.length;
        place = [line.xs[line.xs.length - 1], line.ys[line.ys.length - 1]];
      });
      layer.starts[lines.length] = clock;
    }
    const first = program.lines[program.patterns[program.layers[0].pattern][0]];
    clock += Math.hypot(first.xs[0] - place[0], first.ys[0] - place[1]) * NANO / program.travel_speed; // back home
    program.length = sum;
    return program.end = clock;
  }

  function around() {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const program of programs) {
      const walls = program.layers.filter((layer) => layer.number > 0);
      const used = new Set((walls.length ? walls : program.layers).flatMap((layer) => program.patterns[layer.pattern]));
      for (const number of used) {
        const { xs, ys } = program.lines[number];
        for (let k = 0; k < xs.length; k++) {
          box[0] = Math.min(box[0], xs[k]);
          box[1] = Math.min(box[1], ys[k]);
          box[2] = Math.max(box[2], xs[k]);
          box[3] = Math.max(box[3], ys[k]);
        }
      }
    }
    return box;
  }

  // Where a program is at a time: its layer, the line in it, the share of the line that is printed.
  function at(program, clock) {
    if (clock < program.start) return null;
    let index = program.layers.length - 1;
    while (index > 0 && program.layers[index].starts[0] > clock) index--;
    const layer = program.layers[index], lines = program.patterns[layer.pattern];
    let line = lines.length - 1;
    while (line > 0 && layer.starts[line] > clock) line--;
    const shape = program.lines[lines[line]];
    const down = layer.starts[line] + (program.safe_height - layer.z) / program.travel_speed + program.start_delay;
    const share = shape.length ? Math.min(Math.max((clock - down) * program.speed / shape.length, 0), 1) : 1;
    return { index, layer, lines, line, share, shape, printed: layer.sums[line] + share * shape.length };
  }

  function trace(context, shape, share) {
    context.moveTo(view.px(shape.xs[0]), view.py(shape.ys[0]));
    let left = share * shape.length / NANO, end = [shape.xs[0], shape.ys[0]];
    for (let k = 1; k < shape.xs.length && left > 0; k++) {
      const dx = shape.xs[k] - shape.xs[k - 1], dy = shape.ys[k] - shape.ys[k - 1];
      const long = Math.hypot(dx, dy) || 1, part = Math.min(1, left / long);
      end = [shape.xs[k - 1] + part * dx, shape.ys[k - 1] + part * dy];
      context.lineTo(view.px(end[0]), view.py(end[1]));
      left -= long;
    }
    return end;
  }

  function redraw() {
    const context = fab.fitted(canvas, view.width, view.height);
    for (const program of programs) {
      const here = at(program, now);
      if (!here || !program.shown) continue;
      context.strokeStyle = program.colour;
      context.lineWidth = Math.max(program.width / NANO * view.scale, 1);
      context.lineCap = "butt";
      if (!get("only").checked) below(context, program, here);
      context.globalAlpha = 0.85;
      context.beginPath();
      for (let k = 0; k < here.line; k++) trace(context, program.lines[here.lines[k]], 1);
      const head = trace(context, here.shape, here.share);
      context.stroke();
      context.globalAlpha = 1;
      if (get("travel").checked) travels(context, program, here);
      if (now < program.end) nozzle(context, program, head);
    }
    fab.scaleBar(context, view.height, view.scale * 1e9);
  }
  function below(context, program, here) {
    context.globalAlpha = 0.3;
    context.beginPath();
    for (const pattern of new Set(program.layers.slice(0, here.index).map((layer) => layer.pattern))) {
      for (const number of program.patterns[pattern]) trace(context, program.lines[number], 1);
    }
    context.stroke();
    context.globalAlpha = 1;
  }
  function travels(context, program, here) {
    context.save();
    context.strokeStyle = fab.style("--ink");
    context.lineWidth = 1;
    context.setLineDash([4, 4]);
    context.beginPath();
    for (let k = 1; k <= here.line; k++) {
      const from = program.lines[here.lines[k - 1]], to = program.lines[here.lines[k]];
      context.moveTo(view.px(from.xs[from.xs.length - 1]), view.py(from.ys[from.ys.length - 1]));
      context.lineTo(view.px(to.xs[0]), view.py(to.ys[0]));
    }
    context.stroke();
    context.restore();
  }
  function nozzle(context, program, [x, y]) {
    context.fillStyle = fab.style("--card");
    context.strokeStyle = fab.style("--ink");
    context.lineWidth = 2;
    context.beginPath();
    context.arc(view.px(x), view.py(y), 6, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }

  const litres = (value) => (value < 1e-9 ? `${(value * 1e12).toPrecision(3)}\u202fnL` : `${(value * 1e9).toPrecision(3)}\u202fµL`);
  function told() {
    const program = programs.find((p) => now <= p.end) || programs[programs.length - 1];
    const here = at(program, now);
    const last = program.layers[program.layers.length - 1].number;
    const inks = programs.map((p) => {
      const place = at(p, now);
      return `${p.name} ${litres((place ? place.printed : 0) * p.ink_per_metre)} of ${litres(p.length * p.ink_per_metre)}`;
    });
    const where = here.layer.number ? `layer ${here.layer.number} of ${last}` : "prime line";
    const text = `${program.name}, ${where}, z ${fab.metres(here.layer.z)}, ${fab.metres(program.speed)}/s. ` +
      `${fab.seconds(now)} of ${fab.seconds(total)}. Ink: ${inks.join("; ")}.`;
    fab.say(status, text);
    time.setAttribute("aria-valuetext", `${fab.seconds(now)} of ${fab.seconds(total)}`);
  }

  function go(clock) {
    now = Math.min(Math.max(clock, 0), total);
    time.value = now / total * 1000;
    const begun = layers.findLastIndex(({ layer }) => layer.starts[0] <= now);
    level.value = Math.max(begun, 0);
    told();
    view.schedule();
  }

  function run(on) {
    running = on ? performance.now() : 0;
    play.textContent = on ? "Stop" : "Play";
    play.setAttribute("aria-pressed", String(on));
    if (on) requestAnimationFrame(step);
  }
  function step(moment) {
    if (!running) return;
    go(now + Math.max(moment - running, 0) / 1000 * Number(rate.value));
    running = moment;
    if (now < total) requestAnimationFrame(step);
    else run(false);
  }

  for (const factor of [1, 10, 100, 1000, 10000]) rate.appendChild(fab.element("option", { value: factor }, `× ${factor}`));
  rate.value = String(Math.min(10 ** Math.max(Math.round(Math.log10(total / 30)), 0), 10000)); // about half a minute
  level.max = layers.length - 1;
  play.addEventListener("click", () => {
    if (!running && now >= total) go(0);
    run(!running);
  });
  time.addEventListener("input", () => go(Number(time.value) / 1000 * total));
  level.addEventListener("input", () => {
    const { layer } = layers[Number(level.value)];
    go(layer.starts[layer.starts.length - 1] - 1e-9);
  });
  for (const name of ["travel", "only"]) get(name).addEventListener("change", () => view.schedule());
  programs.forEach((program, k) => {
    const label = get("inks").appendChild(fab.element("label"));
    const box = label.appendChild(fab.element("input", { type: "checkbox", "data-ink": k }));
    box.checked = true;
    const chip = label.appendChild(fab.element("span", { class: "chip" }));
    chip.style.background = program.colour;
    label.appendChild(document.createTextNode(program.name));
    box.addEventListener("change", () => { program.shown = box.checked; view.schedule(); });
  });
  view.other = (key) => {
    if (key === " ") play.click();
    else if (key === ".") go(now + total / 200);
    else if (key === ",") go(now - total / 200);
    else return false;
    return true;
  };
  fab.onScheme(() => view.schedule());
  go(total);
  return { programs, total, go, at, view, now: () => now };
})();
