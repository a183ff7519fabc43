// "/" goes to the search, "?" shows the shortcuts, and any [data-key] is pressed by its letter.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
  const target = event.key === "/" ? document.querySelector('input[type="search"]')
    : event.key === "?" ? document.getElementById("shortcuts")
    : document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!target) return;
  event.preventDefault();
  if (target instanceof HTMLDialogElement) target.showModal();
  else if (target.matches("input")) target.select(), target.focus();
  else target.click();
});
