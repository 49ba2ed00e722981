"use strict";
// Triangles into pixels with a depth buffer: no graphics card needed, the same picture on every machine.
// Screen x to the right, y down, depth towards the viewer, all in pixels.
class Raster {
  constructor(width, height) {
    Object.assign(this, { width, height });
    this.depth = new Float32Array(width * height).fill(-Infinity);
    this.part = new Uint16Array(width * height);
    this.image = new ImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer); // bytes are R, G, B, A on every common machine
  }

  // One triangle of screen coordinates; part 0 is nothing, equal parts get no line between them.
  fill(ax, ay, az, bx, by, bz, cx, cy, cz, red, green, blue, alpha, part) {
    const twice = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    if (twice === 0 || !isFinite(twice)) return;
    const x0 = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5)), x1 = Math.min(this.width - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
    const y0 = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5)), y1 = Math.min(this.height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
    if (x0 > x1 || y0 > y1) return;
    const sign = twice > 0 ? 1 : -1, share = sign / twice;
    // weights of a and b at the first pixel, and their steps along x and y
    const ax1 = (by - cy) * sign, ay1 = (cx - bx) * sign, bx1 = (cy - ay) * sign, by1 = (ax - cx) * sign;
    const px = x0 + 0.5, py = y0 + 0.5;
    let rowA = ax1 * (px - cx) + ay1 * (py - cy), rowB = bx1 * (px - cx) + by1 * (py - cy);
    const whole = twice * sign, solid = alpha === 255, ahead = solid ? 0 : 0.5; // clear faces lie on solid ones: no stripes
    const opaque = (255 << 24 | blue << 16 | green << 8 | red) >>> 0;
    for (let y = y0; y <= y1; y++) {
      let a = rowA, b = rowB, at = y * this.width + x0;
      for (let x = x0; x <= x1; x++, at++, a += ax1, b += bx1) {
        if (a < 0 || b < 0 || a + b > whole) continue;
        const z = cz + ((az - cz) * a + (bz - cz) * b) * share;
        if (z <= this.depth[at] + ahead) continue;
        if (solid) {
          this.depth[at] = z;
          this.part[at] = part;
          this.pixels[at] = opaque;
        } else this.blend(at, red, green, blue, alpha);
      }
      rowA += ay1;
      rowB += by1;
    }
  }

  blend(at, red, green, blue, alpha) {
    const below = this.pixels[at], under = below >>> 24;
    const share = alpha / 255, left = (under / 255) * (1 - share), sum = share + left;
    const mixed = (mine, shift) => Math.round((mine * share + (below >>> shift & 255) * left) / sum);
    this.pixels[at] = (Math.round(sum * 255) << 24 | mixed(blue, 16) << 16 | mixed(green, 8) << 8 | mixed(red, 0)) >>> 0;
  }

  // Dark lines where parts meet, and where one stands far in front of the other.
  lines(far) {
    const { width, height, depth, part, pixels } = this;
    const dark = (at) => {
      const p = pixels[at];
      pixels[at] = ((p >>> 24) << 24 | (p >>> 16 & 255) * 0.42 << 16 | (p >>> 8 & 255) * 0.42 << 8 | (p & 255) * 0.42) >>> 0;
    };
    for (let y = height - 1; y > 0; y--) {
      for (let x = width - 1; x > 0; x--) {
        const at = y * width + x;
        for (const other of [at - 1, at - width]) {
          if (part[at] === part[other] && !(Math.abs(depth[at] - depth[other]) > far)) continue;
          const front = depth[at] >= depth[other] ? at : other;
          if (part[front]) dark(front);
          break;
        }
      }
    }
  }
}
