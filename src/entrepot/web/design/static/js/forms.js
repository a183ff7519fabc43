// Sends a form once, counts quantities up and down, submits [data-submits] on change, and signs htmx requests.
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || form.method === "dialog" || form.method === "get") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  submitter?.setAttribute("aria-busy", "true");
});

function wake(form) {
  delete form.dataset?.sent;
  form.querySelectorAll?.("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}
addEventListener("pageshow", () => document.querySelectorAll("form").forEach(wake));
document.addEventListener("htmx:afterRequest", (event) => wake(event.target));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  const input = button?.closest(".quantity")?.querySelector("input");
  if (!input) return;
  if (button.dataset.step === "up") input.stepUp(); else input.stepDown();
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]") && event.target.value) event.target.form.requestSubmit();
});

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content
    || document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (token) event.detail.headers["x-csrftoken"] = token;
});
