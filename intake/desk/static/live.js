// The stream of facts, one connection for all windows of this browser: whoever holds the lock
// listens and tells the others (browsers allow six connections to a plain HTTP server).
// Reconnecting resumes by Last-Event-ID; a window that takes over goes on where the last one was.
import {leave} from "/desk/static/idle.js";

const KINDS = ["ticket", "call", "pbx", "message"];
const KEPT = 300;
const ANSWER_MILLISECONDS = 60;
const me = `${Date.now()}-${Math.random()}`;
const listeners = Object.fromEntries([...KINDS, "cursor", "link"].map(kind => [kind, new Set()]));
const kept = [];
let last = 0;
let lowest = 0;
let channel = null;
let source = null;
let linked = null;

// kind: ticket, call, pbx, message (facts), cursor (facts of others), or link (true while connected).
export function listen(kind, hear) {
  listeners[kind].add(hear);
  if (kind === "link" && linked !== null) hear(linked);
  if (!channel) begin();
}

export function follow(onTicket, onLink = () => {}) {
  listen("link", onLink);
  listen("ticket", onTicket);
}

function setLink(now) {
  linked = now;
  listeners.link.forEach(hear => hear(now));
}

function take({id, kind, told}) {
  if (id <= last) return;
  last = id;
  listeners[kind]?.forEach(hear => hear(told));
}

function begin() {
  const name = `desk-live-${document.body.dataset.account}`;
  last = Number(new URLSearchParams(document.body.dataset.live?.split("?")[1] ?? "").get("after") ?? 0);
  channel = new BroadcastChannel(name);
  channel.onmessage = ({data}) => {
    if (data.left) leave();
    else if ("linked" in data) setLink(data.linked);
    else if (data.ask) answer(data);
    else if (data.stands) lowest = Math.min(lowest || data.stands, data.stands);
    else if (data.id && (!data.to || data.to === me)) take(data);
  };
  if (!navigator.locks) {
    lowest = last;
    open();
    return;
  }
  navigator.locks.request(name, () => new Promise(takeOver)).catch(() => {});
  channel.postMessage({ask: true, after: last, from: me});
}

// A window that was just made may have missed what came between its page and its script.
function answer({after, from}) {
  if (!source) {
    if (last) channel.postMessage({stands: last});
    return;
  }
  if (linked !== null) channel.postMessage({linked});
  if (after) kept.filter(fact => fact.id > after).forEach(fact => channel.postMessage({...fact, to: from}));
}

function takeOver() {
  lowest = last;
  channel.postMessage({ask: true, after: 0, from: me});
  setTimeout(open, ANSWER_MILLISECONDS);
}

function open() {
  source = new EventSource(lowest ? `/desk/live?after=${lowest}` : "/desk/live");
  for (const kind of [...KINDS, "cursor"]) {
    source.addEventListener(kind, event => {
      const fact = {id: Number(event.lastEventId), kind, told: JSON.parse(event.data)};
      kept.push(fact);
      if (kept.length > KEPT) kept.shift();
      channel.postMessage(fact);
      take(fact);
    });
  }
  source.addEventListener("signed-out", () => {
    source.close();
    channel.postMessage({left: true});
    leave();
  });
  const pass = now => {
    channel.postMessage({linked: now});
    setLink(now);
  };
  source.addEventListener("open", () => pass(true));
  source.addEventListener("error", () => {
    pass(false);
    // A refusal (session gone, server restarting behind a proxy) ends the stream for good.
    if (source.readyState === EventSource.CLOSED) setTimeout(goOn, 5000);
  });
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", event => { if (event.persisted) location.reload(); });
}

// A stream refused for good does not say why: the page itself is asked.
async function goOn() {
  const answer = await fetch(location.href, {method: "HEAD"}).catch(() => null);
  if (answer?.status === 401) leave();
  else location.reload();
}
