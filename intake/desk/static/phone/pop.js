// Who is calling, what they reported before, and the note: beside the page, never in its way.
import {forgetNumber, prepareCaller} from "/desk/static/phone/caller.js";
import {attempt, read, send} from "/desk/static/phone/api.js";
import {minute} from "/desk/static/phone/clock.js";
import {noteText, openNote, saveNow, sendLeftovers} from "/desk/static/phone/notes.js";
import {toast} from "/desk/static/toast.js";

const place = name => document.getElementById(name);
const panel = place("pop");
const CLOSED = "pop-closed";
const CHOSEN = "pop-chosen";
let shown = null;
let live = false;
// An ended call that still waits for a ticket or a reason, or one taken up again.
let chosen = Number(sessionStorage.getItem(CHOSEN)) || null;
let refresh = () => {};

function element(name, words, kind = "") {
  const made = document.createElement(name);
  made.textContent = words;
  if (kind) made.className = kind;
  return made;
}

function choose(id) {
  chosen = id;
  if (id) sessionStorage.setItem(CHOSEN, id);
  else sessionStorage.removeItem(CHOSEN);
}

// id: my current call, null when there is none.
export function showPop(id) {
  if (id) choose(id);
  const ended = live && !id;
  live = Boolean(id);
  if (chosen !== shown || ended) {
    shown = chosen;
    if (chosen) load(chosen);
  }
  setOpen(Boolean(shown) && sessionStorage.getItem(CLOSED) !== String(shown));
}

function setOpen(open) {
  if (panel.hidden === open) setTimeout(() => window.dispatchEvent(new Event("resize")));
  panel.hidden = !open;
  place("pop-open").hidden = open || !shown;
  document.body.toggleAttribute("data-pop", open);
}

async function load(id) {
  const told = await read(`/calls/${id}/pop`).catch(() => null);
  if (!told || id !== shown) {
    if (!told) setTimeout(() => { if (id === shown) load(id); }, 1000);
    return;
  }
  openNote(id, told.note);
  forgetNumber();
  fill(told);
}

function fill(told) {
  const {call} = told;
  const gaveUp = !call.answered_at && call.direction === "IN" && !noteText();
  if (call.ended_at && (call.ticket || gaveUp)) {
    // It has its ticket, or the caller gave up: call-backs have a list of their own.
    choose(null);
    showPop(null);
    return;
  }
  place("pop-title").textContent = `${call.direction === "OUT" ? "去电" : "来电"} ${call.number_shown}${call.ended_at ? " 已结束" : ""}`;
  const tags = [[call.withheld ? "" : told.kind_text, ""]];
  if (call.urgent) tags.push(["紧急", "critical"]);
  if (told.elder) tags.push(["老年人，请慢说", "warn"]);
  if (told.repeats > 1) tags.push([`7 天内第 ${told.repeats} 次来电`, "warn"]);
  if (told.nuisance) tags.push([`骚扰名单：${told.nuisance.reason}`, "bad"]);
  if (told.first && !call.withheld) tags.push(["首次来电", "good"]);
  place("pop-tags").replaceChildren(...tags.filter(([text]) => text).map(([text, kind]) => element("span", text, `tag ${kind}`)));
  const before = told.last_call_at ? `上次来电 ${minute(told.last_call_at)}` : "";
  place("pop-person").textContent = [told.name, before, told.callback ? "正在等我们回电" : ""].filter(Boolean).join(" · ");
  place("pop-elder").setAttribute("aria-pressed", String(told.elder));
  place("pop-about").hidden = call.withheld;
  list("pop-tickets", told.tickets, ticketLine);
  list("pop-cases", told.cases, caseLine);
  place("pop-nothing").hidden = told.tickets.length + told.cases.length > 0;
  decided(call.ticket || told.draft.number);
}

function list(name, rows, line) {
  place(name).hidden = !rows.length;
  place(name).querySelector("ul").replaceChildren(...rows.map(line));
}

function link(path, number) {
  const made = element("a", number);
  made.href = `${path}/${number}`;
  return made;
}

function ticketLine(row) {
  const line = document.createElement("li");
  const same = element("button", "关联这一件", "small");
  same.type = "button";
  same.dataset.same = row.number;
  same.addEventListener("click", () => makeTicket(row.number));
  line.append(link("/desk/tickets", row.number), " ", element("span", row.state_text, "state"), ` ${minute(row.received_at)}`,
    element("p", row.description), element("p", row.address, "hint"), same);
  return line;
}

function caseLine(row) {
  const line = document.createElement("li");
  const far = row.metres === null || row.metres === undefined ? "" : ` · ${row.metres} 米`;
  line.append(link("/desk/cases", row.number), " ", element("span", row.state_text, "state"),
    element("p", row.description), element("p", `${row.address}${far}`, "hint"));
  return line;
}

function decided(number) {
  place("pop-decide").hidden = Boolean(number);
  place("pop-ticket").hidden = !number;
  panel.querySelectorAll("[data-same]").forEach(button => { button.hidden = Boolean(number); });
  if (number) place("pop-ticket").replaceChildren("受理单 ", link("/desk/tickets", number));
}

async function makeTicket(existing = "") {
  if (!existing && !noteText()) {
    toast("请先写下反映的内容。");
    place("call-note").focus();
    return;
  }
  if (!(await saveNow())) {
    toast("记录还没有保存到服务器，请稍等再试；内容留在这台电脑上。", {urgent: true});
    return;
  }
  const id = shown;
  const told = await attempt(() => send(`/calls/${id}/ticket`, existing ? {text: noteText(), existing} : {text: noteText()}));
  if (!told) return;
  choose(null);
  location.assign(`/desk/tickets/${told.number}`);
}

async function noTicket(reason) {
  if (!(await saveNow())) return;
  const told = await attempt(() => send(`/calls/${shown}/no-ticket`, {reason, remark: noteText().slice(0, 500)}));
  if (!told) return;
  toast("已记录，不生成受理单。");
  close();
  choose(null);
  showLeft();
}

function close() {
  sessionStorage.setItem(CLOSED, String(shown));
  setOpen(false);
}

// Notes of ended calls that nobody has decided about yet.
async function showLeft() {
  await sendLeftovers();
  const rows = (await read("/calls/notes").catch(() => ({rows: []}))).rows.filter(row => row.call.id !== shown);
  const button = place("notes-left");
  button.hidden = !rows.length;
  button.textContent = `${rows.length} 条通话记录待处理`;
  button.onclick = () => {
    sessionStorage.removeItem(CLOSED);
    choose(rows[0].call.id);
    refresh();
  };
}

export function preparePop(read_again) {
  refresh = read_again;
  prepareCaller(() => shown);
  place("note-form").addEventListener("submit", event => {
    event.preventDefault();
    makeTicket();
  });
  place("pop-none").addEventListener("change", event => {
    const reason = event.target.value;
    event.target.value = "";
    if (reason) noTicket(reason);
  });
  place("pop-close").addEventListener("click", close);
  place("pop-open").addEventListener("click", () => {
    sessionStorage.removeItem(CLOSED);
    refresh();
  });
  showLeft();
}
