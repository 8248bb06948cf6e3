// Adding to a report: photos with previews, and a button that works once.

import { photoPicker } from "./photos.js";

const form = document.querySelector("[data-supplement]");
if (form) {
  photoPicker(form.querySelector("[data-photos]"));
  form.addEventListener("submit", () => {
    form.querySelector("[data-submit]").disabled = true;
  });
  // Coming back by the back button shows the page as it was left, with the button off.
  addEventListener("pageshow", () => {
    form.querySelector("[data-submit]").disabled = false;
  });
}
