// A toast says what just happened. The server sends one with: HX-Trigger: {"toast": {"text": "…", "tone": "success"}}
const region = document.getElementById("toasts");
const pattern = document.getElementById("toast-pattern");
const STAY = 7000;

function show({ text, tone = "info" }) {
  const toast = pattern.content.firstElementChild.cloneNode(true);
  toast.dataset.tone = tone;
  toast.querySelector("[data-text]").textContent = text;
  region.append(toast);
  watch(toast);
}

function watch(toast) {
  toast.dataset.watched = "yes";
  const leave = () => toast.remove();
  let timer = setTimeout(leave, STAY);
  const hold = () => clearTimeout(timer);
  const release = () => { timer = setTimeout(leave, STAY); };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("pointerleave", release);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("focusout", release);
}

region?.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".notice").remove());
document.addEventListener("htmx:oobAfterSwap", ({ detail }) => {
  if (detail.target === region) for (const toast of region.querySelectorAll(".notice:not([data-watched])")) watch(toast);
});
document.addEventListener("toast", (event) => show(event.detail));
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => show({ text: region.dataset.failed, tone: "danger" }));
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toast]");
  if (button) show({ text: button.dataset.toast, tone: button.dataset.toastTone });
});
