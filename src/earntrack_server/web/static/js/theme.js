// Light or dark: as the system says, until the visitor says otherwise.

const COOKIE = "earntrack-theme";
const YEAR = 365 * 24 * 60 * 60;

const root = document.documentElement;
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function shown() {
  return root.dataset.theme || (dark.matches ? "dark" : "light");
}

function choose(theme) {
  root.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${COOKIE}=${theme}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
}

export function watchTheme() {
  root.dataset.scripted = "";
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-switch]")) choose(shown() === "dark" ? "light" : "dark");
  });
}
