// The telephone on every page of the desk: my seat, my call, and what needs attention.
import {attempt, read, send} from "/desk/static/phone/api.js";
import {hearOf, say, windowIsOpen} from "/desk/static/phone/air.js";
import {duration} from "/desk/static/phone/clock.js";
import {prepareConversation, showConversation} from "/desk/static/phone/conversation.js";
import {preparePop, showPop} from "/desk/static/phone/pop.js";
import {prepareTransfer} from "/desk/static/phone/transfer.js";
import {listen} from "/desk/static/live.js";
import {touch} from "/desk/static/idle.js";

const MEMORY = `seat:${document.body.dataset.account}`;
const ILL = {
  silent: "听不到对方：3 秒没有收到声音，请检查耳麦和网络",
  broken: "声音通路已断，请挂断后给对方回电",
};
// Questions during a long call keep the session alive.
const ALIVE_MILLISECONDS = 60_000;
const place = name => document.getElementById(name);
const bar = place("telephone");
const known = {agent: null, calls: [], line: null, window: true, linked: true};
let asking = null;
let announced = "";
let told = Date.now();

function write(name, words) {
  if (place(name).textContent !== words) place(name).textContent = words;
}

async function refresh() {
  told = Date.now();
  // Facts that come together are answered by one question, and one more for what came meanwhile.
  if (asking) {
    asking.again = true;
    return;
  }
  asking = {again: false};
  const [agent, calls] = await Promise.all([
    read("/agent").catch(() => known.agent),
    read("/calls/current").then(told => told.rows).catch(() => known.calls),
  ]);
  const {again} = asking;
  asking = null;
  Object.assign(known, {agent, calls});
  render();
  if (again) refresh();
}

function render() {
  const {agent, line} = known;
  bar.hidden = !agent;
  if (!agent) return;
  document.body.toggleAttribute("data-telephone", true);
  const seated = Boolean(agent.extension);
  bar.dataset.state = agent.state;
  write("seat-state", agent.reason_text ? `${agent.state_text} · ${agent.reason_text}` : agent.state_text);
  write("seat-place", seated ? `分机 ${agent.extension}` : "");
  place("seat-in").hidden = seated;
  const busy = ["RINGING", "TALKING"].includes(agent.state);
  place("seat-ready").hidden = !seated || ((busy || agent.state === "READY") && !agent.reason);
  place("seat-pause").hidden = !seated;
  place("seat-out").hidden = !seated || busy;
  place("phone-open").hidden = !seated || agent.device !== "BROWSER" || known.window;
  showReasons(agent.reasons);
  const call = known.calls[0] ?? null;
  showConversation(agent, call, agent.device === "BROWSER" ? line?.call ?? null : null);
  showPop(call?.id ?? null);
  const ill = trouble(agent, line);
  write("telephone-ill", ill);
  place("telephone-ill").hidden = !ill;
  announce(agent, call);
  tick();
}

function trouble(agent, line) {
  if (!agent.extension) return "";
  if (!known.linked) return "与工作台的连接中断，正在重连…";
  if (agent.link !== "LIVE") return agent.link_text;
  if (agent.device !== "BROWSER") return "";
  if (!known.window) return "电话窗口没有打开，接不到来电";
  if (line && ["lost", "refused"].includes(line.registration)) return "电话线路中断，正在重连…";
  return ILL[line?.call?.media] ?? "";
}

function announce(agent, call) {
  const words = call && !call.answered_at ? `来电 ${call.number_shown || "号码未显示"}` : agent.state_text;
  if (words === announced) return;
  announced = words;
  write("telephone-said", words);
}

function showReasons(reasons) {
  const select = place("seat-pause");
  if (select.options.length > 1) return;
  select.append(...reasons.map(({key, text}) => new Option(text, key)));
}

function tick() {
  const {agent} = known;
  if (!agent?.extension) {
    write("seat-clock", "");
  } else if (agent.wrap_until) {
    const left = Math.max(0, Date.parse(agent.wrap_until) - Date.now());
    write("seat-clock", `还有 ${Math.ceil(left / 1000)} 秒`);
  } else {
    write("seat-clock", agent.since ? duration(Date.parse(agent.since)) : "");
  }
  showConversation.tick();
  // Whoever is talking is at the desk, also without touching the keys.
  if (!known.calls.length) return;
  touch();
  if (Date.now() - told > ALIVE_MILLISECONDS) refresh();
}

async function seat(path, body) {
  const told = await attempt(() => send(`/agent/${path}`, body));
  if (!told) return;
  known.agent = told;
  render();
}

function prepareSeat() {
  const form = place("seat-form");
  const extension = form.elements.extension;
  place("seat-in").addEventListener("click", () => {
    const last = JSON.parse(localStorage.getItem(MEMORY) ?? "{}");
    extension.replaceChildren(...known.agent.extensions.map(each => new Option(each, each)));
    if (known.agent.extensions.includes(last.extension)) extension.value = last.extension;
    place("seat-devices").replaceChildren(...known.agent.devices.map(({key, text}) => {
      const label = document.createElement("label");
      const radio = Object.assign(document.createElement("input"), {type: "radio", name: "device", value: key});
      radio.checked = key === (last.device ?? "BROWSER");
      label.append(radio, ` ${text}`);
      return label;
    }));
  }, true);
  form.addEventListener("submit", async event => {
    event.preventDefault();
    const wanted = {extension: extension.value, device: form.elements.device.value};
    localStorage.setItem(MEMORY, JSON.stringify(wanted));
    place("seat").close();
    if (wanted.device === "BROWSER" && !known.window) openWindow();
    await seat("sign-in", wanted);
  });
  place("seat-ready").addEventListener("click", () => seat(known.agent.state === "WRAP_UP" ? "wrap-up-done" : "ready"));
  place("seat-out").addEventListener("click", () => seat("sign-out"));
  place("seat-pause").addEventListener("change", event => {
    const reason = event.target.value;
    event.target.value = "";
    event.target.blur();
    if (reason) seat("pause", {reason});
  });
  place("phone-open").addEventListener("click", openWindow);
}

function openWindow() {
  window.open("/desk/phone", "_blank", "popup,width=400,height=700");
}

async function lookForWindow() {
  const open = await windowIsOpen();
  if (open === known.window) return;
  known.window = open;
  if (!open) known.line = null;
  render();
}

new ResizeObserver(() => document.documentElement.style.setProperty("--bar", `${bar.offsetHeight}px`)).observe(bar);
prepareSeat();
prepareConversation(known, refresh);
prepareTransfer(known);
preparePop(refresh);
hearOf("state", ({state}) => {
  known.line = state;
  render();
});
listen("call", told => {
  // Who is calling is asked for at once, together with everything else.
  if (told.mine && told.type === "CallRang") showPop(told.subject);
  refresh();
});
listen("link", linked => {
  known.linked = linked;
  if (linked) refresh();
  else render();
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
lookForWindow();
say("ask");
refresh();
setInterval(tick, 1000);
setInterval(lookForWindow, 2000);
