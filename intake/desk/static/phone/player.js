// One player for the list: a recording is opened by its link, by keys as well as by pointer.
const place = name => document.getElementById(name);
const sound = place("player-sound");
const fault = place("player-fault");
const STEP = 5;
const TYPING = "input, textarea, select";

async function open(link) {
  place("player").hidden = false;
  place("player-title").textContent = link.dataset.play;
  fault.hidden = true;
  document.querySelectorAll("[data-play][aria-current]").forEach(other => other.removeAttribute("aria-current"));
  link.setAttribute("aria-current", "true");
  sound.src = link.href;
  sound.playbackRate = Number(place("player-speed").value);
  await sound.play().catch(() => {});
}

async function explain() {
  const answer = await fetch(sound.src, {headers: {Accept: "application/json", Range: "bytes=0-0"}}).catch(() => null);
  const told = answer?.ok ? {} : await answer?.json().catch(() => ({}));
  fault.textContent = told?.detail ?? "录音播放不了，请稍后再试。";
  fault.hidden = false;
}

document.addEventListener("click", event => {
  const link = event.target.closest("[data-play]");
  if (!link) return;
  event.preventDefault();
  open(link);
});
sound.addEventListener("error", () => { if (sound.src) explain(); });
place("player-speed").addEventListener("change", event => {
  sound.playbackRate = Number(event.target.value);
  event.target.blur();
});
document.addEventListener("keydown", event => {
  if (place("player").hidden || event.target.matches?.(TYPING) || event.target === sound || event.ctrlKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  const step = {ArrowLeft: -STEP, ArrowRight: STEP}[event.key];
  if (step) {
    event.preventDefault();
    sound.currentTime = Math.min(Math.max(0, sound.currentTime + step), sound.duration || 0);
  } else if (event.key === " " && !event.target.closest?.("button, a, summary")) {
    event.preventDefault();
    if (sound.paused) sound.play();
    else sound.pause();
  }
});
