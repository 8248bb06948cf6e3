// The reply box: common phrases go in where the cursor is; what is typed survives a new panel.
import {listen} from "/desk/static/live.js";

const panel = document.getElementById("conversation");
const number = document.body.dataset.number;

panel?.addEventListener("click", event => {
  const phrase = event.target.closest("[data-phrase]");
  if (!phrase) return;
  const box = document.getElementById("reply");
  box.setRangeText(phrase.dataset.phrase, box.selectionStart, box.selectionEnd, "end");
  box.focus();
});

// A new panel must not take away what is being typed.
panel?.addEventListener("htmx:beforeSwap", event => {
  const box = document.getElementById("reply");
  const reading = event.detail.requestConfig.verb === "get";
  if (reading && box && (box.value || document.activeElement === box)) {
    const fresh = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
    const lines = fresh.querySelector(".conversation");
    if (lines) panel.querySelector(".conversation, .hint")?.replaceWith(lines);
    event.detail.shouldSwap = false;
  }
});

panel?.addEventListener("htmx:afterSwap", () => {
  const lines = panel.querySelector(".conversation");
  if (lines) lines.scrollTop = lines.scrollHeight;
});

function again(fact) {
  if (fact.number === number) document.body.dispatchEvent(new Event("said"));
}
listen("ticket", again);
listen("message", again);
