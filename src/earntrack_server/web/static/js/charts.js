// What a bar tells: under the pointer, and with the arrow keys.

const GAP = 12;
const KEYS = { ArrowLeft: -1, ArrowRight: 1 };

function rows(tip, text) {
  tip.replaceChildren(
    ...text.split("\n").map((line) => {
      const row = document.createElement("p");
      for (const cell of line.split("\t")) {
        const span = document.createElement("span");
        span.textContent = cell;
        row.append(span);
      }
      return row;
    }),
  );
}

function tell(figure, hit) {
  const tip = figure.querySelector("[data-chart-tip]");
  for (const bar of figure.querySelectorAll(".bar")) {
    bar.classList.toggle("dim", hit !== null && bar.dataset.at !== hit.dataset.at);
  }
  tip.hidden = hit === null;
  if (hit === null) return;
  if (tip.dataset.at !== hit.dataset.at) rows(tip, hit.dataset.tip);
  tip.dataset.at = hit.dataset.at;
  const place = hit.getBoundingClientRect();
  const frame = figure.getBoundingClientRect();
  const right = place.right - frame.left + GAP;
  const fits = right + tip.offsetWidth <= frame.width;
  const left = fits ? right : place.left - frame.left - tip.offsetWidth - GAP;
  tip.style.insetInlineStart = "auto";
  tip.style.left = `${Math.max(0, left)}px`;
}

function step(event) {
  const figure = event.target.closest?.("[data-chart]");
  if (!figure) return;
  if (event.key === "Escape") {
    tell(figure, null);
  } else if (event.key in KEYS) {
    const hits = [...figure.querySelectorAll(".hit")];
    const tip = figure.querySelector("[data-chart-tip]");
    const at = tip.hidden ? hits.length - 1 : Number(tip.dataset.at) + KEYS[event.key];
    event.preventDefault();
    tell(figure, hits[Math.min(hits.length - 1, Math.max(0, at))]);
  }
}

export function watchCharts() {
  document.addEventListener("pointerover", (event) => {
    const figure = event.target.closest?.("[data-chart]");
    if (figure) tell(figure, event.target.closest(".hit"));
  });
  document.addEventListener("pointerout", (event) => {
    const figure = event.target.closest?.("[data-chart]");
    if (figure && !figure.contains(event.relatedTarget)) tell(figure, null);
  });
  document.addEventListener("focusout", (event) => {
    const figure = event.target.closest?.("[data-chart]");
    if (figure) tell(figure, null);
  });
  document.addEventListener("keydown", step);
}
