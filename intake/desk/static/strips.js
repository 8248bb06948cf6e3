// Alerts above the page: hot spots, and alarms of doors, telephone and calls. Each strip asks its own
// address. An idle window does not ask, so that asking never keeps a session alive.
import {idleMilliseconds} from "/desk/static/idle.js";
import {listen} from "/desk/static/live.js";
import {toast} from "/desk/static/toast.js";

const EVERY = 30_000;
const AWAY = 120_000;
const TOLD = "alerts-told";
const strips = [...document.querySelectorAll("[data-strip]")];

// What was told in this window stays told from page to page.
function firstTime(key) {
  const told = JSON.parse(sessionStorage.getItem(TOLD) ?? "[]");
  if (told.includes(key)) return false;
  sessionStorage.setItem(TOLD, JSON.stringify([...told, key].slice(-100)));
  return true;
}

async function ask(strip) {
  let answer;
  try {
    answer = await fetch(strip.dataset.strip, {headers: {"HX-Request": "true"}});
  } catch {
    return;
  }
  if (!answer.ok || strip.contains(document.activeElement)) return;
  // Our own server wrote and escaped this fragment.
  strip.innerHTML = await answer.text();
  for (const alert of strip.querySelectorAll("[data-alert]:not(.seen)")) {
    if (firstTime(alert.dataset.alert)) toast(alert.querySelector("p").textContent.trim(), {urgent: true});
  }
}

function look() {
  if (document.hidden || idleMilliseconds() > AWAY) return;
  strips.forEach(ask);
}

look();
setInterval(look, EVERY);
document.addEventListener("visibilitychange", look);
if (strips.some(strip => "live" in strip.dataset)) {
  listen("call", told => { if (["CallSoundChanged", "CallEnded"].includes(told.type)) look(); });
  listen("pbx", look);
}
