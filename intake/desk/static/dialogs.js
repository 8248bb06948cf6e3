// Dialogs: opened by buttons that name them, filled where a button says with what.
import {describeKeys} from "/desk/static/keys.js";

function open(name, button = null) {
  const dialog = document.getElementById(name);
  if (!dialog || dialog.open) return;
  if (name === "keys") describeKeys(dialog.querySelector("[data-keys]"));
  for (const [attribute, value] of Object.entries(button?.dataset ?? {})) {
    if (!attribute.startsWith("fill")) continue;
    const field = dialog.querySelector(`[name="${attribute.slice(4).toLowerCase()}"]`);
    if (field) field.value = value;
  }
  dialog.showModal();
  const field = dialog.querySelector("textarea, select, input:not([type=hidden])");
  if (field) {
    field.focus();
    // The key that opened the dialog must not be typed into it; the caret goes behind what is there.
    field.setSelectionRange?.(field.value.length, field.value.length);
  }
}

export function prepareDialogs() {
  document.addEventListener("click", event => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      event.preventDefault();
      open(opener.dataset.dialog, opener);
    }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog").close();
    const picture = event.target.closest("[data-photo]");
    if (picture) {
      event.preventDefault();
      const large = document.querySelector("[data-large]");
      large.src = picture.href;
      large.alt = picture.querySelector("img").alt;
      open("photo");
    }
  });
  document.addEventListener("change", event => {
    const goal = event.target.dataset.fills;
    if (goal) document.getElementById(goal).value = event.target.selectedOptions[0].dataset.text ?? "";
  });
  document.querySelectorAll("dialog").forEach(dialog => dialog.addEventListener("close", () =>
    dialog.querySelectorAll("[data-clear-on-close]").forEach(place => place.replaceChildren())));
  const wanted = document.body.dataset.openDialog;
  if (wanted) open(wanted);
}
