// The report form with its script: draft, photos, map, and sending without losing anything.

import { clearDraft, freshId, loadDraft, saveDraft } from "./draft.js";
import { clearFaults, fill, isEmpty, showFaults, valuesOf } from "./fields.js";
import { outbox } from "./outbox.js";
import { photoPicker } from "./photos.js";
import { placePicker } from "./place.js";

const QUIET = 400;

const form = document.querySelector("[data-report]");
const part = (name) => document.querySelector(`[data-${name}]`);
const identity = form.elements.submission_id;
const button = part("submit");
const photos = photoPicker(part("photos"), changed);
const place = placePicker(part("place"), form.elements, changed);
const way = outbox(part("queue"), { accepted, refused, edit: () => hold(false) });
let typing;
let held = false;

function content(state) {
  return { id: identity.value, fields: valuesOf(form), photos: photos.files(), state };
}

function changed() {
  clearTimeout(typing);
  typing = setTimeout(keep, QUIET);
}

async function keep() {
  if (held) return;
  const draft = content("draft");
  const empty = isEmpty(draft.fields, draft.photos);
  const kept = empty ? (await clearDraft(), false) : await saveDraft(draft);
  part("saved").textContent = kept ? "草稿已保存在本机" : "";
}

function hold(on) {
  // What is on its way must stay what it was; "edit" takes it back first.
  held = on;
  button.disabled = on;
  for (const section of form.querySelectorAll(".card")) section.inert = on;
}

function say(title, text) {
  const box = part("failure");
  const head = document.createElement("strong");
  const body = document.createElement("p");
  head.textContent = title;
  body.textContent = text;
  box.replaceChildren(head, body);
  box.hidden = !title;
  return box;
}

async function submit(event) {
  event.preventDefault();
  if (held) return;
  clearTimeout(typing);
  clearFaults(form);
  say("", "");
  if (!form.elements.text.value.trim()) {
    showFaults(form, [{ field: "text", message: "请写明您要反映的问题。" }]);
    return;
  }
  hold(true);
  const report = content("sending");
  await saveDraft(report);
  way.put(report);
}

async function accepted({ location: receipt }) {
  // Kept until the receipt is on screen: the connection may drop between the two.
  await saveDraft({ id: identity.value, state: "accepted", receipt, fields: {}, photos: [] });
  location.assign(receipt);
}

function refused({ problem }) {
  hold(false);
  const faults = problem.errors ?? [];
  const homeless = showFaults(form, faults);
  const text = homeless.length ? homeless.join(" ") : problem.detail;
  const box = say("还没有提交成功", text);
  if (homeless.length || !faults.length) box.focus();
  keep();
}

function showPerson() {
  part("person").hidden = form.elements.anonymous.checked;
}

function showReceipt(address) {
  const box = part("draft");
  const link = document.createElement("a");
  link.href = address;
  link.textContent = "查看回执";
  box.querySelector("p").replaceChildren("您上次的反映已经提交成功。", link);
  box.hidden = false;
}

async function restore() {
  const draft = await loadDraft();
  if (!draft || part("summary")) return;
  if (draft.state === "accepted") {
    showReceipt(draft.receipt);
    return;
  }
  identity.value = draft.id;
  fill(form, draft.fields);
  photos.set(draft.photos);
  if (draft.state === "sending") {
    hold(true);
    way.put(draft);
  } else {
    part("draft").hidden = false;
  }
}

part("discard").onclick = async () => {
  await clearDraft();
  form.reset();
  fill(form, { text: "", address: "", landmark: "", lon: "", lat: "", needs_reply: "on" });
  identity.value = freshId();
  photos.set([]);
  place.refresh();
  part("draft").hidden = true;
  showPerson();
  form.elements.text.focus();
};
form.addEventListener("input", changed);
form.elements.anonymous.addEventListener("change", showPerson);
form.addEventListener("submit", submit);

await restore();
showPerson();
place.start();
