// A report that is on its way: tried at once, and again by itself until somebody answers.

import { send } from "./send.js";

const LONGEST_WAIT = 60;

const WORDS = {
  unreachable: ["网络不通，还没有送达", "内容已保存在本机。请不要关闭页面，网络恢复后会自动提交，不会重复登记。"],
  closed: ["系统暂时不能接收", "内容没有丢失，已保存在本机，稍后会自动再次提交，不会重复登记。"],
  busy: ["提交的人太多，请稍等", "内容已保存在本机，稍后会自动再次提交。"],
};

export function outbox(panel, { accepted, refused, edit }) {
  const title = panel.querySelector("[data-queue-title]");
  const text = panel.querySelector("[data-queue-text]");
  const bar = panel.querySelector("[data-bar]");
  const now = panel.querySelector("[data-now]");
  const change = panel.querySelector("[data-edit]");
  let waiting = null;
  let busy = false;
  let attempts = 0;
  let timer;

  async function attempt() {
    if (!waiting || busy) return;
    clearTimeout(timer);
    busy = true;
    say("正在提交……", "");
    bar.hidden = waiting.photos.length === 0;
    bar.value = 0;
    const result = await send(waiting, (percent) => (bar.value = percent));
    busy = false;
    bar.hidden = true;
    if (result.kind === "accepted" || result.kind === "refused") {
      waiting = null;
      panel.hidden = true;
      (result.kind === "accepted" ? accepted : refused)(result);
      return;
    }
    attempts += 1;
    say(...WORDS[result.kind]);
    now.hidden = change.hidden = false;
    const wait = Math.min(LONGEST_WAIT, Math.max(result.wait, 5 * 2 ** (attempts - 1)));
    timer = setTimeout(attempt, wait * 1000);
  }

  function say(head, body) {
    panel.hidden = false;
    title.textContent = head;
    text.textContent = body;
    now.hidden = change.hidden = true;
  }

  now.onclick = attempt;
  change.onclick = () => {
    waiting = null;
    clearTimeout(timer);
    panel.hidden = true;
    edit();
  };
  addEventListener("online", attempt);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") attempt();
  });

  return {
    put(content) {
      waiting = content;
      attempts = 0;
      attempt();
      panel.scrollIntoView({ block: "nearest" });
    },
  };
}
