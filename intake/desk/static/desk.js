// What every page of the desk does: keys, dialogs, toasts, and leaving when nobody is there.
import {listenForKeys} from "/desk/static/keys.js";
import {prepareDialogs} from "/desk/static/dialogs.js";
import {watchIdleness} from "/desk/static/idle.js";

prepareDialogs();
listenForKeys();
watchIdleness();
document.body.dataset.ready = "";

document.querySelectorAll("[data-toast]").forEach(toast => setTimeout(() => toast.remove(), 5000));
document.querySelectorAll("[data-submits]").forEach(field =>
  field.addEventListener("change", () => field.form.requestSubmit()));
