"use strict";
// The section after each step of the flow: one slider, both drawings, time and temperature of the step.
fab.film = (() => {
  const figure = document.querySelector("figure.film");
  const steps = fab.data("flow-data");
  if (!figure || !steps || !steps.length) return null;

  const TALLEST = 480; // pixels
  const slider = figure.querySelector("[data-do=step]"), play = figure.querySelector("[data-do=play]");
  const heights = figure.querySelector("[data-do=heights]"), status = figure.querySelector(".status");
  const parts = [...figure.querySelectorAll("[data-step]")];
  const [enlarged, truly] = figure.querySelectorAll(".draw");
  const drawing = truly.querySelector("svg");
  const [, , wide, high] = drawing.getAttribute("viewBox").split(" ").map(Number);
  let timer = null;

  slider.max = steps.length;
  slider.value = steps.length;
  for (const factor of [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]) {
    if (factor === 1 || high * factor <= TALLEST) {
      const label = factor === 1 ? "true to scale" : `heights × ${factor}`;
      heights.appendChild(fab.element("option", { value: factor }, label));
    }
  }

  function show() {
    const at = Number(slider.value);
    const now = at ? steps[at - 1].number : 0;
    for (const part of parts) {
      const made = Number(part.dataset.step);
      part.style.display = made <= now ? "" : "none";
      part.classList.toggle("fresh", made === now && now > 0);
    }
    const text = at ? described(at) : "Before the first step: the bare substrate.";
    slider.setAttribute("aria-valuetext", text);
    fab.say(status, text);
  }

  function described(at) {
    const step = steps[at - 1];
    const known = steps.slice(0, at).map((s) => s.seconds);
    const sum = known.reduce((total, s) => total + (s || 0), 0);
    const missing = known.filter((s) => s === null).length;
    const time = step.seconds === null ? "time unknown" : fab.seconds(step.seconds);
    const hot = step.celsius === null ? "not heated" : `${fab.sign(Number(step.celsius.toFixed(0)))}\u202f°C`;
    const left = missing ? `, ${missing} of unknown time` : "";
    const made = step.bodies.length ? step.bodies.join(", ") : "nothing new in this cut";
    return `Step ${step.number}: ${step.title}. ${time}, ${hot}, ${step.atmosphere}. So far ${fab.seconds(sum)}${left}. Makes: ${made}.`;
  }

  function run(on) {
    clearInterval(timer);
    timer = on ? setInterval(forward, 1100) : null;
    play.textContent = on ? "Stop" : "Play";
    play.setAttribute("aria-pressed", String(on));
  }
  function forward() {
    slider.value = Number(slider.value) + 1;
    show();
    if (Number(slider.value) === steps.length) run(false);
  }
  play.addEventListener("click", () => {
    if (timer) return run(false);
    if (Number(slider.value) === steps.length) slider.value = 0;
    show();
    return run(true);
  });
  for (const [name, change] of [["before", -1], ["after", 1]]) {
    figure.querySelector(`[data-do=${name}]`).addEventListener("click", () => {
      slider.value = Number(slider.value) + change;
      show();
    });
  }
  slider.addEventListener("input", () => { run(false); show(); });
  heights.addEventListener("change", () => {
    const factor = Number(heights.value);
    enlarged.hidden = factor > 0;
    truly.hidden = !factor;
    drawing.setAttribute("preserveAspectRatio", "none");
    drawing.style.height = factor ? `${(drawing.clientWidth / wide) * high * factor}px` : "";
  });
  truly.hidden = true;
  // On paper everything is there, both drawings and all steps.
  window.addEventListener("beforeprint", () => {
    for (const part of parts) part.style.display = "";
    enlarged.hidden = truly.hidden = false;
    drawing.style.height = "";
  });
  window.addEventListener("afterprint", () => { heights.dispatchEvent(new Event("change")); show(); });
  show();
  return { show, slider };
})();
