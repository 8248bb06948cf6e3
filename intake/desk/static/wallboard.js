// The wall: the moving part is fetched when something happened, at most once a second, and now and
// then all the same; the timers run by themselves, on the server's clock.
import {listen} from "/desk/static/live.js";

const PAUSE_MILLISECONDS = 1000;
const ANYWAY_MILLISECONDS = 15000;
const STALE_MILLISECONDS = 45000;
const board = document.getElementById("board");
let ahead = 0;
let fetched = Date.now();
let wanted = false;
let resting = false;

function setClock() {
  const told = board.querySelector("[data-at]")?.dataset.at;
  if (told) ahead = Date.parse(told) - Date.now();
}

function two(number) {
  return String(number).padStart(2, "0");
}

function lasted(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

function tick() {
  const now = Date.now() + ahead;
  for (const timer of board.querySelectorAll("[data-since]")) {
    const waited = now - Date.parse(timer.dataset.since);
    timer.textContent = lasted(waited);
    timer.closest(".queue li")?.classList.toggle("long", waited > 60000);
  }
  document.getElementById("clock").textContent = new Date(now).toLocaleTimeString("zh-CN", {
    hour12: false, timeZone: "Asia/Shanghai",
  });
  document.getElementById("stale").hidden = Date.now() - fetched < STALE_MILLISECONDS;
}

async function draw() {
  if (resting) {
    wanted = true;
    return;
  }
  wanted = false;
  resting = true;
  setTimeout(() => { resting = false; if (wanted) draw(); }, PAUSE_MILLISECONDS);
  const answer = await fetch("/desk/wallboard/now").catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  board.replaceChildren(...page.body.childNodes);
  fetched = Date.now();
  setClock();
  tick();
}

setClock();
tick();
setInterval(tick, 1000);
setInterval(draw, ANYWAY_MILLISECONDS);
for (const kind of ["call", "pbx", "cursor"]) listen(kind, draw);
document.getElementById("full").addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.();
});
