// The receipt is on screen: the draft has served, and number and code can be copied.

import { clearDraft, loadDraft } from "./draft.js";

const draft = await loadDraft();
if (draft?.state === "accepted") await clearDraft();

const button = document.querySelector("[data-copy]");
const told = document.querySelector("[data-copied]");
button.hidden = false;
button.onclick = async () => {
  try {
    await navigator.clipboard.writeText(button.dataset.text);
    told.textContent = "已复制，可以粘贴到备忘录里。";
  } catch {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector(".slip dl"));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    told.textContent = "已选中，请长按复制。";
  }
};
