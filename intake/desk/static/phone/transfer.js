// Whom a call may go to: colleagues, departments, emergency numbers of the list. Never a free number.
import {attempt, read} from "/desk/static/phone/api.js";
import {command} from "/desk/static/phone/conversation.js";

const place = name => document.getElementById(name);

function group(rows) {
  const kinds = new Map();
  for (const row of rows) kinds.set(row.kind_text, [...(kinds.get(row.kind_text) ?? []), row]);
  return kinds;
}

function choice(row, first) {
  const label = document.createElement("label");
  const radio = Object.assign(document.createElement("input"), {type: "radio", name: "target", value: row.key, required: true});
  radio.checked = first;
  label.append(radio, ` ${row.name}`);
  return label;
}

function show(rows, words) {
  const found = rows.filter(row => `${row.name}${row.kind_text}${row.key}`.toLowerCase().includes(words.toLowerCase()));
  const parts = [];
  for (const [kind, members] of group(found)) {
    const title = document.createElement("b");
    title.textContent = kind;
    const line = document.createElement("div");
    line.className = "target-group";
    line.append(title, ...members.map(row => choice(row, row === found[0])));
    parts.push(line);
  }
  place("targets").replaceChildren(...parts);
  if (!found.length) place("targets").textContent = "没有符合的对象";
}

export function prepareTransfer(known) {
  let rows = [];
  const words = place("transfer-words");
  place("call-box").querySelector("[data-call=transfer]").addEventListener("click", async () => {
    words.value = "";
    place("targets").textContent = "正在读取…";
    rows = (await attempt(() => read("/transfer-targets")))?.rows ?? [];
    show(rows, words.value.trim());
  });
  words.addEventListener("input", () => show(rows, words.value.trim()));
  place("transfer-form").addEventListener("submit", event => {
    event.preventDefault();
    const call = known.calls[0];
    const target = event.target.elements.target?.value;
    if (!call || !target) return;
    place("transfer").close();
    command(`/calls/${call.id}/${event.submitter?.value || "conference"}`, {target});
  });
}
