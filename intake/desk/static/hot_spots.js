// Alerts of many alike reports, above inbox and filing page. An idle window does not ask, so that
// asking never keeps a session alive.
import {idleMilliseconds} from "/desk/static/idle.js";
import {toast} from "/desk/static/toast.js";

const strip = document.getElementById("hot-spots");
const EVERY = 30_000;
const AWAY = 120_000;
const told = new Set();

async function look() {
  if (document.hidden || idleMilliseconds() > AWAY) return;
  let answer;
  try {
    answer = await fetch("/desk/hot-spots", {headers: {"HX-Request": "true"}});
  } catch {
    return;
  }
  if (!answer.ok || strip.contains(document.activeElement)) return;
  // Our own server wrote and escaped this fragment.
  strip.innerHTML = await answer.text();
  for (const spot of strip.querySelectorAll(".hot-spot:not(.seen)")) {
    if (told.has(spot.dataset.hotSpot)) continue;
    told.add(spot.dataset.hotSpot);
    toast(spot.querySelector("p").textContent.trim(), {urgent: true});
  }
}

if (strip) {
  look();
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
