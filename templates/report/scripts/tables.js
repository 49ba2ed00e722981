"use strict";
// Tables sort by a click on a head, by value and not by letters, and copy as CSV.
fab.tables = (() => {
  const TIMES = { s: 1, min: 60, h: 3600, d: 86400 };
  const PREFIXES = { p: 1e-12, n: 1e-9, µ: 1e-6, m: 1e-3, k: 1e3, M: 1e6 };
  const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";

  // "7.65 ks" -> 7650, "−3.2×10⁻⁴" -> −0.00032; text that starts with no number -> NaN
  function number(text) {
    const match = /^([-−+±]?[\d.]+)(?:×10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+))?[\s\u202f]*([^\s\u202f]*)/.exec(text);
    if (!match) return NaN;
    const power = [...(match[2] || "")].map((letter) => "0123456789-"[RAISED.indexOf(letter)]).join("");
    const value = Number(match[1].replace("−", "-").replace("±", "")) * 10 ** Number(power || 0);
    return value * factor(match[3]);
  }
  function factor(unit) {
    if (unit in TIMES) return TIMES[unit];
    const area = /^([nµmk]?)m([²³])/.exec(unit);
    if (area) return (PREFIXES[area[1]] || 1) ** (area[2] === "²" ? 2 : 3);
    return (unit.length > 1 && PREFIXES[unit[0]]) || 1;
  }

  // Marks of notes are no part of a value.
  function text(cell) {
    if (!cell) return "";
    cell.classList.add("bare");
    const found = cell.innerText.replace(/\s+/g, " ").trim();
    cell.classList.remove("bare");
    return found;
  }

  function compare(a, b) {
    const [x, y] = [number(a), number(b)];
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1; // numbers before words
    return Number.isNaN(x) ? a.localeCompare(b) : x - y;
  }

  function sort(table, column, head) {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((a, b) => (down ? -1 : 1) * compare(text(a.cells[column]), text(b.cells[column])));
    body.replaceChildren(...rows);
  }

  const rowsOf = (table) => [...table.rows].map((row) => [...row.cells].map(text));

  for (const table of document.querySelectorAll(".scroll > table")) {
    if (!table.tHead || table.tBodies[0].rows.length < 2) continue;
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const mark = head.querySelector(".o");
      if (mark) mark.remove();
      const button = fab.element("button", { type: "button", class: "sort" }, head.textContent);
      button.addEventListener("click", () => sort(table, column, head));
      head.replaceChildren(button, ...(mark ? [mark] : []));
    });
    const copy = fab.element("button", { type: "button", class: "copy with-script" }, "Copy as CSV");
    copy.addEventListener("click", async () => {
      const rows = fab.csv(rowsOf(table));
      try {
        await navigator.clipboard.writeText(rows);
        copy.textContent = "Copied";
      } catch {
        fab.save(`${document.querySelector("main").dataset.file}.csv`, "text/csv", rows); // no clipboard here: a file
      }
      setTimeout(() => { copy.textContent = "Copy as CSV"; }, 1500);
    });
    table.parentElement.after(copy);
  }
  return { number, compare, text, csv: (table) => fab.csv(rowsOf(table)) };
})();
