// Events as they happen. Each has a number; after a cut connection the
// server sends what was missed. What shows it is loaded anew.

const PROTOCOL = "earntrack.v1";
const LEAST = 500;
const MOST = 15000;
const PAUSE = 300;
const SIGNED_OUT = 4401;
const TOPICS = /^(earnings?:|activity:|payout:|platform:|rate:)/;

let last = null;
let wait = LEAST;
let timer = 0;

function changed() {
  clearTimeout(timer);
  timer = setTimeout(() => document.body.dispatchEvent(new CustomEvent("earntrack:changed")), PAUSE);
}

function heard(frame) {
  if (frame.type === "reset") {
    last = frame.last;
    changed();
  } else if (frame.type === "event" && frame.topic === "import:progress") {
    document.dispatchEvent(new CustomEvent("earntrack:progress", { detail: frame.data }));
  } else if (frame.type === "event") {
    if (frame.number !== undefined) last = frame.number;
    if (TOPICS.test(frame.topic)) changed();
  }
}

function connect(path) {
  const socket = new WebSocket(new URL(path, location.href.replace(/^http/, "ws")), PROTOCOL);
  socket.addEventListener("message", (message) => {
    const frame = JSON.parse(message.data);
    if (frame.type === "hello") {
      wait = LEAST;
      if (last === null) last = frame.last;
      socket.send(JSON.stringify({ type: "subscribe", since: last }));
    } else {
      heard(frame);
    }
  });
  socket.addEventListener("close", (closing) => {
    if (closing.code === SIGNED_OUT) return;
    setTimeout(() => connect(path), wait * (0.5 + Math.random()));
    wait = Math.min(wait * 2, MOST);
  });
}

function watchFailures() {
  const show = (event) => {
    const note = event.target.querySelector?.("[data-stale]");
    if (note) note.hidden = false;
  };
  document.addEventListener("htmx:response:error", show);
  document.addEventListener("htmx:error", show);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-retry]")) changed();
  });
}

export function listen() {
  const { socket, since } = document.body.dataset;
  if (!socket) return;
  if (since !== undefined) last = Number(since);
  watchFailures();
  connect(socket);
}
