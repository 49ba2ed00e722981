"use strict";
// Where a number is from: shown on hover, on focus of its mark and on a tap; Escape hides it. The notes themselves
// stand in a numbered list further down, which is what paper gets.
fab.notes = (() => {
  const tip = document.body.appendChild(fab.element("div", { class: "tip", role: "tooltip", id: "tip" }));
  tip.hidden = true;
  let shown = null, later = 0;

  const own = (node) => node && node.querySelector(":scope > .o, :scope > .sort + .o");

  // The mark that a place of the page belongs to: its own, that of its column, its row, its picture or its part.
  function of(node) {
    const start = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const cell = start.closest("td, th");
    for (let at = start; at && at !== document.body; at = at.parentElement) {
      if (at === cell) return inTable(cell);
      if (own(at)) return own(at);
      if (at.matches(".film .status")) return at.closest("figure").querySelector(".told .o");
      if (at.matches("dd, figure")) return at.matches("dd") ? own(at.previousElementSibling) : above(at);
      if (at.matches("h2, h3, section, table")) return null;
    }
    return null;
  }
  function inTable(cell) {
    const table = cell.closest("table");
    const head = table.tHead && table.tHead.rows[0].cells[cell.cellIndex];
    const first = cell.parentElement.querySelector("th");
    return own(cell) || own(head) || own(first) || own(table.caption);
  }
  function above(figure) {
    let at = figure.previousElementSibling;
    while (at && !at.matches("h2, h3")) at = at.previousElementSibling;
    return own(at) || figure.querySelector("figcaption .o");
  }

  // Tables whose rows carry their own source need no mark: the row is the note.
  function row(node) {
    const start = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const found = start.closest("tr");
    return found && found.querySelector("td.source") && found.querySelector(".badge") ? found : null;
  }

  function text(node) {
    const mark = of(node), note = mark && document.getElementById(mark.hash.slice(1));
    if (note) return note.textContent.replace(/\s+/g, " ").trim();
    const line = row(node);
    return line ? [...line.cells].slice(2).map((c) => c.textContent.trim()).filter(Boolean).join("; ") : "";
  }

  function show(node, x, y) {
    const said = text(node);
    clearTimeout(later);
    if (!said) return hide();
    const start = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const pure = start.closest(".pure") ? "A number without unit. " : "";
    shown = start;
    tip.textContent = pure + said;
    tip.hidden = false;
    return place(x, y);
  }
  function place(x, y) {
    const { offsetWidth: wide, offsetHeight: high } = tip, room = document.documentElement.clientWidth;
    tip.style.left = `${Math.max(4, Math.min(x + 8, room - wide - 8))}px`;
    tip.style.top = `${y + 18 + high > window.innerHeight ? Math.max(4, y - high - 14) : y + 18}px`;
  }
  function hide() {
    clearTimeout(later);
    away();
  }
  function away() {
    tip.hidden = true;
    shown = null;
  }

  const NUMBER = /\d/;
  const HOSTS = "td, th[scope=row], dd, dt, .goal, .verdict p, li, figcaption, caption, .status, .o";
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch" || event.target === tip) return clearTimeout(later);
    const host = event.target.closest && event.target.closest(HOSTS);
    if (!host || host.closest(".notes, .tools, .viewer") || !NUMBER.test(host.textContent)) {
      clearTimeout(later);
      later = setTimeout(hide, 250); // time to move onto the note
      return undefined;
    }
    if (host === shown) return undefined;
    clearTimeout(later);
    later = setTimeout(() => show(event.target, event.clientX, event.clientY), 120);
    return undefined;
  });
  function below(mark) {
    const box = mark.getBoundingClientRect();
    return [box.left, box.bottom - 12];
  }
  document.addEventListener("focusin", (event) => event.target.matches(".o") ? show(event.target, ...below(event.target)) : hide());
  document.addEventListener("click", (event) => {
    const touched = event.pointerType === "touch" && event.target.closest("td, dd, .o");
    if (!touched || touched.closest("a:not(.o), button")) return hide();
    if (event.target.closest(".o")) event.preventDefault(); // a second way stays: the list has the same number
    return show(event.target, event.clientX, event.clientY);
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  // Focus of a mark outside the window scrolls there: its note follows. Any other scrolling leaves the note behind.
  document.addEventListener("scroll", () => {
    if (shown && shown === document.activeElement) place(...below(shown));
    else away();
  }, { passive: true });
  for (const mark of document.querySelectorAll(".o")) mark.setAttribute("aria-describedby", mark.hash.slice(1));
  return { of, text, show, hide, tip };
})();
