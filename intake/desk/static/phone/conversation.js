// The current call in the bar. With the browser's telephone the window does what concerns the line
// itself; everything else, and everything with a telephone on the table, the PBX is asked to do.
import {attempt, read, send} from "/desk/static/phone/api.js";
import {say} from "/desk/static/phone/air.js";
import {duration} from "/desk/static/phone/clock.js";
import {toast} from "/desk/static/toast.js";
import {listen} from "/desk/static/live.js";

const ENDED = ["DONE", "REFUSED", "EXPIRED", "UNKNOWN"];
const LOCAL = {answer: "answer", hangup: "hangup", hold: "hold", unhold: "hold", mute: "mute", unmute: "mute"};
// What a telephone on the table was made to do; its own keys may do otherwise, then press twice.
const EFFECTS = {
  hold: {held: true}, unhold: {held: false}, mute: {muted: true}, unmute: {muted: false},
  attended: {consulting: true}, complete: {consulting: false}, cancel: {consulting: false},
};
const place = name => document.getElementById(name);
const box = place("call-box");
const waiting = new Map();
let call = null;
let line = null;
let since = 0;

function allowed(verb) {
  if (line && verb in LOCAL) {
    if (verb === "answer") return line.stage === "ringing";
    if (verb === "hangup") return true;
    if (line.stage !== "talking") return false;
    return {hold: !line.held, unhold: line.held, mute: !line.muted, unmute: line.muted}[verb];
  }
  if (!call?.controls.includes(verb)) return false;
  const {held, muted, consulting} = standing(call.id);
  const fitting = {
    hold: !held, unhold: held, mute: !muted, unmute: muted, complete: consulting, cancel: consulting, transfer: !consulting,
    "record-pause": !call.record_resume_at, "record-resume": call.record_resume_at,
  };
  return verb in fitting ? Boolean(fitting[verb]) : true;
}

function standing(id) {
  const {key, ...told} = JSON.parse(sessionStorage.getItem("call-standing") ?? "{}");
  return key === id ? told : {};
}

function takeEffect(path) {
  const [, , id, verb] = path.split("/");
  const told = {...standing(Number(id)), ...EFFECTS[verb], key: Number(id)};
  sessionStorage.setItem("call-standing", JSON.stringify(told));
}

function stage(agent) {
  if (line?.held) return "保持中";
  if (line?.stage === "ringing" || (call && !call.answered_at)) return call?.direction === "OUT" ? "正在呼叫" : "来电";
  return call || line ? "通话中" : agent.state_text;
}

export function showConversation(agent, found, window) {
  call = found;
  line = window;
  box.hidden = !call && !line;
  if (box.hidden) return;
  box.dataset.stage = line?.stage ?? (call?.answered_at ? "talking" : "ringing");
  place("call-stage").textContent = stage(agent);
  place("call-number").textContent = call ? call.number_shown || "号码未显示" : line?.number ?? "";
  since = call ? Date.parse(call.answered_at ?? call.ringing_at ?? call.started_at) : line.since;
  for (const button of box.querySelectorAll("[data-call]")) button.hidden = !allowed(button.dataset.call);
}

showConversation.tick = () => {
  place("call-clock").textContent = box.hidden ? "" : duration(since);
};

// Ask the PBX and tell the person when it did not do it.
export async function command(path, body = {}) {
  const told = await attempt(() => send(path, body));
  if (!told) return;
  waiting.set(told.command, path);
  const late = Date.parse(told.expires_at) - Date.now() + 2000;
  setTimeout(() => follow(told.command), Math.max(2000, late));
}

async function follow(key) {
  if (!waiting.has(key)) return;
  const told = await read(`/commands/${key}`).catch(() => null);
  if (!told || !ENDED.includes(told.state)) return;
  const path = waiting.get(key);
  waiting.delete(key);
  if (told.state === "DONE") takeEffect(path);
  else toast(told.message || "操作没有成功，请重试。", {urgent: true});
}

export function prepareConversation(known, refresh) {
  for (const button of box.querySelectorAll("[data-call]")) {
    const verb = button.dataset.call;
    if (verb === "transfer") button.dataset.dialog = "transfer";
    else button.addEventListener("click", () => (line && verb in LOCAL ? say("do", {deed: LOCAL[verb]}) : command(`/calls/${call.id}/${verb}`)));
  }
  listen("pbx", told => {
    if (told.type === "PbxCommandEnded" && waiting.has(told.subject)) follow(told.subject).then(refresh);
    if (told.type === "PbxLinkChanged") refresh();
  });
}
