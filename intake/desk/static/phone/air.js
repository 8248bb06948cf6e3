// What the telephone window and the other windows of the desk say to each other.
const account = document.body.dataset.account;
const channel = new BroadcastChannel(`desk-phone-${account}`);
export const LOCK = `desk-phone-${account}`;

// kind "state": the window tells all; "ask": a page wants to hear the state; "do": a key was pressed.
export function say(kind, content = {}) {
  channel.postMessage({kind, ...content});
}

export function hearOf(kind, take) {
  channel.addEventListener("message", ({data}) => {
    if (data.kind === kind) take(data);
  });
}

// Whether the telephone window is open anywhere in this browser.
export async function windowIsOpen() {
  if (!navigator.locks) return false;
  const {held} = await navigator.locks.query();
  return held.some(lock => lock.name === LOCK);
}
