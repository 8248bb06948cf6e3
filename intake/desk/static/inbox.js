// Arrivals and changes come into the open inbox by themselves.
import {alarm} from "/desk/static/alarm.js";
import {follow} from "/desk/static/live.js";
import {toast} from "/desk/static/toast.js";

const body = document.body;
const rows = document.getElementById("rows");
const title = document.title;
const changed = new Map();
let timer = 0;
let unseen = 0;
let sound = false;

function rowOf(number) {
  return rows.querySelector(`tr[data-number="${number}"]`);
}

function note(told) {
  if (told.tab !== body.dataset.tab) alarm(told);
  const here = told.tab === body.dataset.tab || rowOf(told.number);
  const arrived = told.type === "TicketReceived" || (told.tab !== told.from && told.from);
  changed.set(told.number, {arrived: arrived && told.tab === body.dataset.tab, fresh: told.type === "TicketReceived", here});
  // Facts that come together are asked for together.
  timer ||= setTimeout(refresh, 80);
}

async function refresh() {
  timer = 0;
  const batch = [...changed].slice(0, 20);
  batch.forEach(([number]) => changed.delete(number));
  const query = new URLSearchParams({
    tab: body.dataset.tab, source: body.dataset.source,
    numbers: batch.filter(([, told]) => told.here).map(([number]) => number).join(","),
  });
  let answer;
  try {
    answer = await fetch(`/desk/rows?${query}`, {headers: {"HX-Request": "true"}});
  } catch {
    batch.forEach(([number, told]) => changed.set(number, told));
    timer = setTimeout(refresh, 2000);
    return;
  }
  if (!answer.ok) return;
  const part = new DOMParser().parseFromString(await answer.text(), "text/html");
  showTallies(part);
  for (const [number, told] of batch) showRow(number, told, part.querySelector(`tr[data-number="${number}"]`));
  if (changed.size) timer ||= setTimeout(refresh, 80);
}

function showTallies(part) {
  part.querySelectorAll("[data-tally]").forEach(line => {
    const tally = document.querySelector(`.tally[data-tally="${line.dataset.tally}"]`);
    if (!tally || tally.textContent === line.textContent) return;
    tally.textContent = line.textContent;
    tally.classList.add("fresh");
  });
}

function showRow(number, told, fresh) {
  const present = rowOf(number);
  if (present && fresh) {
    if (!present.contains(document.activeElement)) present.replaceWith(document.adoptNode(fresh));
  } else if (present && !fresh && body.dataset.tab !== "all") {
    if (!present.contains(document.activeElement)) present.remove();
  } else if (fresh && "grows" in body.dataset) {
    arrive(document.adoptNode(fresh), told);
  }
}

function arrive(row, told) {
  document.getElementById("empty")?.remove();
  row.classList.add("fresh");
  const before = [...rows.children].find(other => other.dataset.number < row.dataset.number);
  rows.insertBefore(row, before ?? null);
  const urgent = row.classList.contains("urgent") || row.classList.contains("critical");
  if (urgent && "leader" in body.dataset) row.classList.add("loud");
  const link = row.querySelector("a.open");
  if (told.fresh) toast(`${urgent ? "紧急！" : ""}新反映：${link.textContent.slice(0, 40)}`, {urgent, link: link.href});
  if (document.hidden) document.title = `(${++unseen}) ${title}`;
  if (sound) beep(urgent);
  if (told.fresh) [1000, 3000, 8000, 20000].forEach(pause => setTimeout(() => askSuggestion(row.dataset.number), pause));
}

function askSuggestion(number) {
  if (rowOf(number)?.hasAttribute("data-unsuggested")) note({number, tab: body.dataset.tab, from: body.dataset.tab, type: ""});
}

function beep(urgent) {
  const context = new AudioContext();
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = urgent ? 880 : 523;
  volume.gain.value = 0.08;
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + (urgent ? 0.6 : 0.2));
  tone.onended = () => context.close();
}

function span(minutes) {
  if (minutes < 60) return `${minutes} 分`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} 小时` : `${Math.floor(minutes / 1440)} 天`;
}

// Time passes on an open page too.
function tick() {
  const now = Date.now();
  for (const cell of rows.querySelectorAll("[data-due]")) {
    const begin = Date.parse(cell.dataset.begin);
    const due = Date.parse(cell.dataset.due);
    const red = now > due;
    const yellow = !red && (now - begin) / (due - begin) > 0.8;
    cell.className = `light ${red ? "red" : yellow ? "yellow" : "green"}`;
    cell.querySelector(".sign").textContent = red ? "!" : yellow ? "▲" : "●";
    const minutes = Math.floor(Math.abs(due - now) / 60_000);
    cell.querySelector(".left").textContent = `${red ? "超" : "剩"} ${span(minutes)}`;
  }
}

follow(note, linked => {
  const place = document.getElementById("link");
  place.textContent = linked ? "实时更新中" : "连接中断，正在重连…";
  place.classList.toggle("broken", !linked);
});
setInterval(tick, 20_000);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  document.title = title;
});
document.getElementById("sound").addEventListener("click", event => {
  sound = !sound;
  event.currentTarget.textContent = `提示音：${sound ? "开" : "关"}`;
  event.currentTarget.setAttribute("aria-pressed", String(sound));
  if (sound) beep(false);
});
