// Small steps about the caller: the number in clear (recorded), an elderly voice, and calling back.
import {attempt, send} from "/desk/static/phone/api.js";
import {toast} from "/desk/static/toast.js";

const SHOWN_MILLISECONDS = 20_000;
const place = name => document.getElementById(name);
let hide = 0;

export function forgetNumber() {
  clearTimeout(hide);
  place("pop-revealed").textContent = "";
}

export function prepareCaller(current) {
  place("pop-reveal").addEventListener("click", async () => {
    const told = await attempt(() => send(`/calls/${current()}/reveal`, {reason: "通话中核对"}));
    if (!told) return;
    place("pop-revealed").textContent = [told.number, told.name].filter(Boolean).join(" ");
    clearTimeout(hide);
    hide = setTimeout(forgetNumber, SHOWN_MILLISECONDS);
  });
  place("pop-elder").addEventListener("click", async event => {
    const button = event.currentTarget;
    const elder = button.getAttribute("aria-pressed") !== "true";
    if (await attempt(() => send(`/calls/${current()}/elder`, {elder}))) button.setAttribute("aria-pressed", String(elder));
  });
  place("dial-form")?.addEventListener("submit", async event => {
    event.preventDefault();
    const form = event.target;
    const told = await attempt(() => send(`/tickets/${form.dataset.number}/dial`, {reason: form.elements.reason.value}));
    if (!told) return;
    place("dial").close();
    toast(`正在呼叫 ${told.number_shown}，您的电话先响。`);
  });
}
