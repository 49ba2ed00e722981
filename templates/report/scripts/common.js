"use strict";
// What the parts of the page share. Nothing here loads anything or runs text as code.
const fab = (() => {
  document.documentElement.classList.add("js");

  function data(id) {
    const block = document.getElementById(id);
    return block ? JSON.parse(block.textContent) : null;
  }

  // [factor, unit], largest first
  const LENGTHS = [[1e-3, "mm"], [1e-6, "µm"], [1e-9, "nm"]];
  const TIMES = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"], [1e-3, "ms"]];

  function inUnits(value, units, digits) {
    const size = Math.abs(value);
    const [factor, unit] = units.find(([f]) => size >= f * 0.99995) || units[units.length - 1];
    return `${sign(Number((value / factor).toPrecision(digits)))}\u202f${unit}`;
  }
  const sign = (number) => String(number).replace("-", "−");
  const metres = (value, digits = 4) => inUnits(value, LENGTHS, digits);
  const seconds = (value, digits = 3) => inUnits(value, TIMES, digits);

  function element(tag, attributes = {}, text = "") {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text) made.textContent = text;
    return made;
  }

  function style(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  // One canvas in device pixels that follows the size of its box; draw(context, width, height) in CSS pixels.
  function fitted(canvas, width, height) {
    const ratio = window.devicePixelRatio || 1;
    const wide = Math.round(width * ratio), high = Math.round(height * ratio);
    if (canvas.width !== wide || canvas.height !== high) {
      canvas.width = wide;
      canvas.height = high;
    }
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
  }

  // A round length of at most `most`, 1, 2 or 5 times a power of ten.
  function round(most) {
    const power = 10 ** Math.floor(Math.log10(most));
    return power * [5, 2, 1].find((k) => power * k <= most * 1.0000001);
  }

  function scaleBar(context, height, perMetre) {
    const length = round(110 / perMetre);
    const pixels = length * perMetre, y = height - 12;
    context.strokeStyle = context.fillStyle = style("--ink");
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(12, y - 5);
    context.lineTo(12, y);
    context.lineTo(12 + pixels, y);
    context.lineTo(12 + pixels, y - 5);
    context.stroke();
    context.font = "13px system-ui, sans-serif";
    context.textAlign = "left";
    context.fillText(metres(length), 20 + pixels, y);
  }

  // Save text as a file, without any network.
  function save(name, type, text) {
    const link = element("a", { download: name, href: URL.createObjectURL(new Blob([text], { type })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // A cell of a CSV file; text that a spreadsheet would run gets an apostrophe.
  function cell(value) {
    const text = String(value).replace(/\u202f/g, " ");
    const plain = /^[-+−]?[\d.,]+(e[-+]?\d+)?( .*)?$/i.test(text);
    const guarded = !plain && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(guarded) ? `"${guarded.replace(/"/g, '""')}"` : guarded;
  }
  const csv = (rows) => rows.map((row) => row.map(cell).join(",") + "\n").join("");

  function say(region, text) {
    if (region.textContent !== text) region.textContent = text;
  }

  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const onScheme = (call) => window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", call);

  return { data, metres, seconds, element, style, fitted, scaleBar, save, csv, say, still, onScheme, sign };
})();
