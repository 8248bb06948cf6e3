// The ticket page: choosing a category, unsaved work, and who else is looking.
import "/desk/static/map.js";
import {dropDraft, isDirty, restoreDraft} from "/desk/static/draft.js";
import {idleMilliseconds, leave} from "/desk/static/idle.js";
import {toast} from "/desk/static/toast.js";

const number = document.body.dataset.number;
const form = document.getElementById("registration");
const chosen = document.getElementById("chosen");
const BEAT = 15_000;
const AWAY = 120_000;

function showChosen() {
  const label = form.elements.category?.value ?? "";
  document.querySelectorAll(".guess[data-label]").forEach(guess => {
    const on = guess.dataset.label === label;
    guess.classList.toggle("on", on);
    guess.setAttribute("aria-pressed", String(on));
  });
}

function besides() {
  return [...document.querySelectorAll(".guess[data-label]")].map(guess => guess.dataset.label).join(",");
}

async function choose(label) {
  const answer = await fetch(`/desk/categories/${label}?beside=${besides()}`, {headers: {"HX-Request": "true"}});
  if (!answer.ok) return;
  // Our own server wrote and escaped this fragment.
  chosen.innerHTML = await answer.text();
}

if (chosen && form) {
  new MutationObserver(() => {
    showChosen();
    if (document.querySelector("#matches button:focus")) {
      (chosen.querySelector("input[type=radio]") ?? document.getElementById("main")).focus();
    }
    document.getElementById("matches").replaceChildren();
    document.dispatchEvent(new CustomEvent("draft-changed"));
  }).observe(chosen, {childList: true});
  const draft = restoreDraft();
  if (draft) {
    toast("已恢复您未保存的内容。");
    if (draft.category) choose(draft.category);
  } else if (document.querySelector("[data-toast]")) {
    dropDraft();
  }
  document.getElementById("category-words").addEventListener("keydown", event => {
    const first = document.querySelector("#matches button");
    if (event.isComposing || !first || !["Enter", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    if (event.key === "Enter") choose(first.dataset.label);
    else first.focus();
  });
  document.getElementById("matches").addEventListener("keydown", event => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...document.querySelectorAll("#matches button")];
    (all[all.indexOf(document.activeElement) + step] ?? document.getElementById("category-words")).focus();
  });
  form.addEventListener("change", event => {
    // A report of somebody's violation protects the reporter unless a person decides otherwise.
    if (event.target.name === "appeal" && event.target.value === "REPORT") form.elements.confidential.checked = true;
  });
}

document.querySelectorAll("[data-needs-saved]").forEach(filing => filing.addEventListener("submit", event => {
  if (!isDirty()) return;
  event.preventDefault();
  toast("有未保存的修改，请先按 S 保存，核对立案条件后再立案。", {urgent: true});
}));

let seen = Number(document.body.dataset.version);

// A colleague's change is told soon, before anything is saved over it.
function tellChange(version) {
  if (!seen || version === seen) return;
  seen = version;
  toast("这张受理单刚有改动，点这里载入最新内容", {link: location.pathname});
}

async function beat() {
  if (idleMilliseconds() > AWAY || document.hidden) return;
  let answer;
  try {
    answer = await fetch(`/desk/tickets/${number}/presence`, {method: "POST", headers: {"X-CSRF-Token": document.body.dataset.csrf}});
  } catch {
    return;
  }
  if (answer.status === 401) leave();
  if (!answer.ok) return;
  const {others, version} = await answer.json();
  tellChange(version);
  document.getElementById("others").textContent = others.length ? `${others.join("、")}正在看` : "";
}

if (number) {
  beat();
  setInterval(beat, BEAT);
}
