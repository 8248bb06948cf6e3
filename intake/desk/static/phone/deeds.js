// Steps of the lists of calls and agents: a dialog asks for the reason, the desk's API does it.
import {attempt, send} from "/desk/static/phone/api.js";
import {command} from "/desk/static/phone/conversation.js";

document.addEventListener("click", event => {
  const button = event.target.closest("button");
  if (!button) return;
  const {command: path, mode, deedPath, deedCall, deedTitle, dialog} = button.dataset;
  if (path) command(path, {mode});
  if (!deedPath) return;
  const form = document.querySelector(`#${dialog} form`);
  form.reset();
  Object.assign(form.dataset, {path: deedPath, call: deedCall ?? ""});
  if (deedTitle) document.querySelector(`#${dialog} h2`).textContent = deedTitle;
});

for (const form of document.querySelectorAll("form[data-deed]")) {
  form.addEventListener("submit", async event => {
    event.preventDefault();
    const body = Object.fromEntries(new FormData(form));
    for (const field of form.querySelectorAll("[data-number]")) body[field.name] = Number(field.value);
    if (form.dataset.call) body.call = Number(form.dataset.call);
    const told = await attempt(() => send(form.dataset.path, body));
    if (told) location.reload();
  });
}
