// Files: dropped anywhere on the form, and how far their import has got.

const numbers = new Intl.NumberFormat(document.documentElement.lang);

function part(form, name) {
  return form.querySelector(`[data-upload-${name}]`);
}

function say(form, text) {
  part(form, "progress").hidden = false;
  part(form, "text").textContent = text;
}

function rest(form) {
  form.classList.remove("busy");
  part(form, "progress").hidden = true;
}

function chosen(form) {
  const input = form.querySelector("input[type=file]");
  if (input.files.length) part(form, "name").textContent = input.files[0].name;
}

function dropped(event) {
  const form = event.target.closest?.("[data-upload]");
  if (!form) return;
  event.preventDefault();
  form.classList.toggle("over", event.type === "dragover");
  if (event.type === "drop" && event.dataTransfer.files.length) {
    form.querySelector("input[type=file]").files = event.dataTransfer.files;
    chosen(form);
  }
}

function busyForms() {
  return document.querySelectorAll("[data-upload].busy");
}

function lost(event) {
  const form = event.target.closest?.("[data-upload]");
  if (!form) return;
  rest(form);
  say(form, form.dataset.lost);
  form.querySelector("progress").hidden = true;
}

export function watchUploads() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-upload]");
    if (form) chosen(form);
  });
  for (const name of ["dragover", "dragleave", "drop"]) document.addEventListener(name, dropped);
  document.addEventListener("htmx:before:request", (event) => {
    const form = event.target.closest?.("[data-upload]");
    if (!form) return;
    form.classList.add("busy");
    form.querySelector("progress").hidden = false;
    say(form, form.dataset.sending);
  });
  document.addEventListener("htmx:error", lost);
  document.addEventListener("htmx:finally:request", (event) => {
    const form = event.target.closest?.("[data-upload].busy");
    if (form) rest(form);
  });
  document.addEventListener("earntrack:progress", (event) => {
    const count = numbers.format(event.detail.records);
    for (const form of busyForms()) say(form, form.dataset.reading.replace("{count}", count));
  });
}
