// What is typed during a call is kept twice: in this browser at every key, on the server within a
// second; whatever ends first, call or page or network, it is offered again.
import {Refused, store} from "/desk/static/phone/api.js";

const PAUSE = 600;
const RETRY = 2000;
const prefix = `call-note:${document.body.dataset.account}:`;
const channel = new BroadcastChannel(prefix);
const field = document.getElementById("call-note");
const words = document.getElementById("note-state");
const conflict = document.getElementById("note-conflict");
let call = null;
let version = 0;
let other = null;
let timer = 0;
let sending = false;
// This window has typed something that the server has not confirmed.
let owing = false;

const kept = key => JSON.parse(localStorage.getItem(prefix + key) ?? "null");

function keep() {
  owing = true;
  localStorage.setItem(prefix + call, JSON.stringify({text: field.value, version}));
}

function release(key) {
  if (key === call) owing = false;
  localStorage.removeItem(prefix + key);
}

function state(said, bad = false) {
  words.textContent = said;
  words.classList.toggle("bad", bad);
}

function later(pause) {
  clearTimeout(timer);
  timer = setTimeout(save, pause);
}

async function save() {
  if (sending || other || !call || !owing) return;
  const [mine, text] = [call, field.value];
  sending = true;
  try {
    const told = await store(`/calls/${mine}/note`, {text, version});
    settled(mine, text, told);
  } catch (error) {
    if (mine !== call) return;
    if (error instanceof Refused && error.status === 409) clash(error.problem);
    else if (error instanceof Refused && error.status < 500) state(`没有保存：${error.message}`, true);
    else retry();
  } finally {
    sending = false;
    if (owing && !other) later(PAUSE);
  }
}

function settled(mine, text, told) {
  channel.postMessage({call: mine, text, version: told.version});
  if (mine !== call) {
    release(mine);
    return;
  }
  version = told.version;
  if (field.value === text) {
    release(call);
    state(`已保存 ${new Date().toTimeString().slice(0, 8)}`);
  } else {
    keep();
  }
}

function retry() {
  state("网络中断，内容留在这台电脑上，正在重试…", true);
  later(RETRY);
}

function clash(stored) {
  version = stored.version;
  if (stored.text === field.value || !stored.text) {
    keep();
    later(0);
    return;
  }
  other = stored.text;
  keep();
  document.getElementById("note-other").textContent = other;
  conflict.hidden = false;
  state("请选择保留哪一份", true);
}

let letGo = () => {};

// While a window shows a note, no other window sends what is left of it in this browser.
function holdOn(id) {
  letGo();
  navigator.locks?.request(prefix + id, {mode: "shared"}, () => new Promise(done => { letGo = done; }));
}

// Show the note of a call: what the server has, or what this browser still owes it.
export function openNote(id, note) {
  if (id === call) return;
  call = id;
  holdOn(id);
  other = null;
  owing = false;
  conflict.hidden = true;
  const mine = kept(id);
  version = note?.version ?? 0;
  field.value = note?.text ?? "";
  state("");
  if (!mine || mine.text === field.value) {
    release(id);
    return;
  }
  const stored = field.value;
  field.value = mine.text;
  owing = true;
  if (mine.version === version) {
    state("已恢复上次没有来得及保存的内容");
    later(0);
  } else {
    clash({text: stored, version});
  }
}

export const noteText = () => field.value.trim();

// Before anything is decided about the call, the last words must have arrived.
export async function saveNow() {
  clearTimeout(timer);
  for (let turn = 0; sending && turn < 40; turn++) await new Promise(done => setTimeout(done, 50));
  await save();
  return !owing;
}

field.addEventListener("input", () => {
  if (!call) return;
  keep();
  state("正在保存…");
  if (!sending) later(PAUSE);
});

conflict.addEventListener("click", event => {
  const choice = event.target.dataset.note;
  if (!choice) return;
  if (choice === "other") field.value = other;
  if (choice === "both") field.value = `${other}\n${field.value}`;
  other = null;
  conflict.hidden = true;
  keep();
  later(0);
});

channel.onmessage = ({data}) => {
  if (data.call !== call || owing) return;
  field.value = data.text;
  version = data.version;
};

window.addEventListener("pagehide", () => {
  if (owing && !other) store(`/calls/${call}/note`, {text: field.value, version}, true).catch(() => {});
});
window.addEventListener("online", () => later(0));

// Notes that a crash left in this browser, and that no window shows now.
export async function sendLeftovers() {
  const {held} = (await navigator.locks?.query()) ?? {held: []};
  const shown = new Set(held.map(lock => lock.name));
  for (const key of Object.keys(localStorage).filter(name => name.startsWith(prefix) && !shown.has(name))) {
    const id = key.slice(prefix.length);
    await store(`/calls/${id}/note`, kept(id)).then(() => localStorage.removeItem(key)).catch(() => {});
  }
}
