// The reply box: common phrases go in where the cursor is. New lines come beside the box, never over it.
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

panel?.addEventListener("htmx:afterSwap", () => {
  const lines = panel.querySelector(".conversation");
  if (lines) lines.scrollTop = lines.scrollHeight;
});

// A fact may come before the answer to what caused it, and then meets the panel that goes away.
const LATER_MILLISECONDS = [700, 3000, 9000];
panel?.addEventListener("htmx:afterSwap", event => {
  if (event.detail.requestConfig?.verb !== "post") return;
  for (const wait of LATER_MILLISECONDS) {
    setTimeout(() => document.body.dispatchEvent(new Event("said")), wait);
  }
});

function again(fact) {
  if (fact.number === number) document.body.dispatchEvent(new Event("said"));
}
listen("ticket", again);
listen("message", again);
