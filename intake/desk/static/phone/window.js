// The telephone window: one a person, it holds the line and the sound while desk pages come and go.
import {Refused, read, send} from "/desk/static/phone/api.js";
import {LOCK, hearOf, say} from "/desk/static/phone/air.js";
import * as line from "/desk/static/phone/line.js";
import * as sound from "/desk/static/phone/sound.js";
import {prepareSettings, settings, showDevices} from "/desk/static/phone/settings.js";
import {render} from "/desk/static/phone/face.js";
import {listen} from "/desk/static/live.js";
import {listenForKeys} from "/desk/static/keys.js";

const RENEW_BEFORE = 60_000;
const LONGEST_PAUSE = 30_000;
let credential = null;
let renewal = 0;
let pause = 2000;
let warned = "";

const address = given => given || `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;

async function fetchCredential() {
  const told = await read("/phone");
  clearTimeout(renewal);
  renewal = setTimeout(renew, Math.max(5000, Date.parse(told.until) - Date.now() - RENEW_BEFORE));
  return {...told, websocket: address(told.websocket)};
}

async function renew() {
  try {
    credential = await fetchCredential();
    line.renewSecret(credential.secret);
  } catch {
    renewal = setTimeout(renew, 10_000);
  }
}

// Signed in to an extension: the line opens; signed out: it closes; otherwise it tries again.
async function start() {
  try {
    credential = await fetchCredential();
    pause = 2000;
    line.connect(credential);
    render(line.state, {extension: credential.extension});
  } catch (error) {
    const waits = error instanceof Refused && error.status < 500;
    render(line.state, {advice: waits ? error.message : "连接不上工作台，正在重试…"});
    if (waits && error.status !== 401) return;
    setTimeout(start, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

function changed(state) {
  const call = state.call;
  if (call?.stage === "ringing") {
    if (settings.auto || call.purpose) line.answer();
    else sound.ring();
  } else {
    sound.stopRinging();
  }
  const ill = call && ["silent", "broken"].includes(call.media) ? call.media : "";
  if (ill && ill !== warned) sound.warn();
  if (ill !== warned && call) tellSound(ill || "flowing");
  warned = ill;
  render(state);
  say("state", {state});
}

// The shift leader is told of a voice that is gone; that it cannot be told disturbs nobody.
async function tellSound(sound) {
  const {call} = await read("/agent").catch(() => ({}));
  if (call) await send(`/calls/${call}/sound`, {sound}).catch(() => {});
}

async function microphone() {
  try {
    const stream = await sound.openMicrophone();
    sound.measure("microphone", stream);
    render(line.state, {deaf: ""});
    showDevices();
    return stream;
  } catch (error) {
    const missing = error.name === "NotFoundError";
    render(line.state, {deaf: missing ? "没有找到麦克风，请插好耳麦。" : "浏览器不允许使用麦克风，请在地址栏左侧允许后刷新。"});
    return null;
  }
}

const DEEDS = {
  answer: line.answer, hangup: line.hangUp, hold: line.toggleHold, mute: line.toggleMute,
  digit: told => line.press(told.digit), focus: () => window.focus(),
};

async function open() {
  document.getElementById("elsewhere").hidden = true;
  document.getElementById("line").hidden = false;
  line.listenToLine({change: changed, voice: sound.playVoice, refused: again, microphone});
  hearOf("do", told => DEEDS[told.deed]?.(told));
  hearOf("ask", () => say("state", {state: line.state}));
  for (const button of document.querySelectorAll("[data-deed]")) {
    button.addEventListener("click", () => DEEDS[button.dataset.deed](button.dataset));
  }
  listen("call", told => {
    if (told.type !== "AgentChanged" || !told.mine) return;
    if (told.state === "OFFLINE") line.disconnect();
    else if (line.state.registration === "off") start();
  });
  prepareSettings(microphone);
  await microphone();
  render(line.state, {mute: !(await sound.wake())});
  document.addEventListener("pointerdown", async () => render(line.state, {mute: !(await sound.wake())}));
  await start();
  setInterval(() => render(line.state, {levels: [sound.level("microphone"), sound.level("voice")]}), 100);
}

// The PBX does not know the secret (any more): a fresh one, and not in a hurry.
function again() {
  line.disconnect();
  setTimeout(start, pause);
  pause = Math.min(pause * 2, LONGEST_PAUSE);
}

async function claim(options) {
  const keep = held => {
    if (!held) {
      document.getElementById("elsewhere").hidden = false;
      return null;
    }
    open();
    return new Promise(() => {});
  };
  try {
    await navigator.locks.request(LOCK, options, keep);
  } catch {
    // Another window took over.
    line.disconnect();
    sound.closeMicrophone();
    document.getElementById("line").hidden = true;
    document.getElementById("elsewhere").hidden = false;
  }
}

listenForKeys();
document.body.dataset.ready = "";
if (!window.isSecureContext) {
  document.getElementById("insecure").hidden = false;
} else {
  document.getElementById("take-over").addEventListener("click", () => claim({steal: true}));
  window.addEventListener("pagehide", line.disconnect);
  window.addEventListener("beforeunload", event => { if (line.state.call) event.preventDefault(); });
  claim({ifAvailable: true});
}
