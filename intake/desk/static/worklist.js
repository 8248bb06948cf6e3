// Work lists follow the facts: the list is fetched anew, at most every few seconds, and never
// under the hands of somebody who fills in a dialog. Focus stays where it was.
import {listen} from "/desk/static/live.js";

const PAUSE_MILLISECONDS = 3000;
let wanted = false;
let resting = false;

function place(element) {
  const row = element.closest?.("[id]");
  if (!row || !row.closest("#list")) return null;
  const among = [...row.querySelectorAll("a, button, summary")];
  return {row: row.id, index: among.indexOf(element)};
}

function restore(spot) {
  if (!spot) return;
  const row = document.getElementById(spot.row);
  [...(row?.querySelectorAll("a, button, summary") ?? [])][spot.index]?.focus();
}

async function refresh() {
  if (resting || document.querySelector("dialog[open]") || document.hidden) return;
  wanted = false;
  resting = true;
  setTimeout(() => { resting = false; if (wanted) refresh(); }, PAUSE_MILLISECONDS);
  const answer = await fetch(location.pathname + location.search.replace(/[?&]done=[^&]*/, ""), {
    headers: {Accept: "text/html"},
  }).catch(() => null);
  if (!answer?.ok || document.querySelector("dialog[open]")) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const spot = place(document.activeElement);
  for (const name of ["list", "dialogs"]) {
    const fresh = page.getElementById(name);
    if (fresh) document.getElementById(name)?.replaceChildren(...fresh.childNodes);
  }
  restore(spot);
}

function ask() {
  wanted = true;
  refresh();
}

for (const kind of ["ticket", "call", "cursor"]) listen(kind, ask);
document.addEventListener("visibilitychange", () => { if (wanted) refresh(); });
document.addEventListener("close", () => { if (wanted) refresh(); }, true);
