"use strict";
// A view of a plane in nanometres, y up: pan, pinch, wheel and keys. Used by the layout and the toolpaths.
class Plane {
  constructor(host, box, redraw) {
    Object.assign(this, { host, box, redraw, width: 1, height: 1, scale: 1, x: 0, y: 0, moving: false });
    this.pointers = new Map();
    this.fit();
    new ResizeObserver(() => this.resize()).observe(host);
    this.listen();
  }

  resize() {
    const { clientWidth, clientHeight } = this.host;
    if (!clientWidth || (clientWidth === this.width && clientHeight === this.height)) return;
    const middle = [this.toX(this.width / 2), this.toY(this.height / 2)];
    const fresh = this.width === 1;
    const zoom = clientWidth / this.width;
    [this.width, this.height] = [clientWidth, clientHeight];
    if (fresh) this.fit();
    else {
      this.scale *= zoom;
      this.centre(...middle);
    }
  }

  // place [nm] -> CSS pixels, and back
  px(x) { return (x - this.x) * this.scale; }
  py(y) { return this.height - (y - this.y) * this.scale; }
  toX(px) { return this.x + px / this.scale; }
  toY(py) { return this.y + (this.height - py) / this.scale; }

  show(x0, y0, x1, y1, margin = 0.04) {
    const wide = Math.max(x1 - x0, 1) * (1 + 2 * margin), high = Math.max(y1 - y0, 1) * (1 + 2 * margin);
    this.scale = Math.min(this.width / wide, this.height / high);
    this.centre((x0 + x1) / 2, (y0 + y1) / 2);
  }
  fit() { this.show(...this.box); }
  centre(x, y) {
    this.x = x - this.width / 2 / this.scale;
    this.y = y - this.height / 2 / this.scale;
    this.changed();
  }
  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
    this.changed();
  }
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const at = [this.toX(px), this.toY(py)];
    const whole = Math.min(this.width / (this.box[2] - this.box[0]), this.height / (this.box[3] - this.box[1]));
    this.scale = Math.min(Math.max(this.scale * factor, whole / 4), 50); // up to 50 pixels a nanometre
    this.x = at[0] - px / this.scale;
    this.y = at[1] - (this.height - py) / this.scale;
    this.changed();
  }

  // Redraw quickly now, and fully when nothing moved for a while.
  changed() {
    this.moving = true;
    this.schedule();
    clearTimeout(this.rest);
    this.rest = setTimeout(() => { this.moving = false; this.schedule(); }, 140);
  }
  schedule() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.redraw(this.moving); });
  }

  at(event) {
    const frame = this.host.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  listen() {
    const host = this.host;
    host.addEventListener("pointerdown", (event) => {
      if (event.button || event.target.closest("button, .map")) return;
      host.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, this.at(event));
      this.moved = 0;
    });
    host.addEventListener("pointermove", (event) => this.move(event));
    for (const kind of ["pointerup", "pointercancel"]) {
      host.addEventListener(kind, (event) => {
        const pressed = this.pointers.delete(event.pointerId);
        if (pressed && kind === "pointerup" && this.moved < 4 && this.click) this.click(...this.at(event));
      });
    }
    host.addEventListener("wheel", (event) => {
      if (document.activeElement !== host && !event.ctrlKey) return; // the page scrolls until the view is chosen
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), ...this.at(event));
    }, { passive: false });
    host.addEventListener("dblclick", (event) => this.zoom(2, ...this.at(event)));
    host.addEventListener("keydown", (event) => this.key(event));
  }

  move(event) {
    const now = this.at(event);
    if (this.hover) this.hover(...now);
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    if (others.length) {
      const gap = (place) => Math.hypot(place[0] - others[0][0], place[1] - others[0][1]) || 1;
      this.zoom(gap(now) / gap(before), ...others[0]);
    } else {
      this.pan(now[0] - before[0], now[1] - before[1]);
    }
    this.moved += Math.abs(now[0] - before[0]) + Math.abs(now[1] - before[1]);
    this.pointers.set(event.pointerId, now);
  }

  key(event) {
    if (event.target !== this.host || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = 0.12 * Math.min(this.width, this.height);
    const moves = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (moves[event.key]) this.pan(...moves[event.key]);
    else if (event.key === "+" || event.key === "=") this.zoom(1.4);
    else if (event.key === "-") this.zoom(1 / 1.4);
    else if (event.key === "0" || event.key === "Home") this.fit();
    else if (!(this.other && this.other(event.key))) return;
    event.preventDefault();
  }
}
