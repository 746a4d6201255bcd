// Pages fade into each other; a fade that is cut short is no error.

function calm(transition) {
  transition.ready.catch(() => {});
  transition.finished.catch(() => {});
}

// Pages that are not of ours, as that of the API, do not take part.
function isOurs(activation) {
  const url = activation?.entry?.url;
  return !url || !new URL(url).pathname.startsWith("/api/");
}

export function watchTransitions() {
  window.addEventListener("pagereveal", ({ viewTransition }) => {
    if (viewTransition) calm(viewTransition);
  });
  window.addEventListener("pageswap", ({ activation, viewTransition }) => {
    if (!viewTransition) return;
    calm(viewTransition);
    if (!isOurs(activation)) viewTransition.skipTransition();
  });
}
