// The desk's own API: JSON both ways; a problem's sentence is shown as it is.
import {toast} from "/desk/static/toast.js";

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? "操作没有成功，请稍后再试。");
    this.status = status;
    this.problem = problem;
  }
}

async function asked(method, path, body, more = {}) {
  const headers = {Accept: "application/json"};
  if (method !== "GET") Object.assign(headers, {"Content-Type": "application/json", "X-CSRF-Token": document.body.dataset.csrf});
  const answer = await fetch(`/desk/api${path}`, {method, headers, body: body && JSON.stringify(body), ...more});
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

export const read = path => asked("GET", path);
export const send = (path, body = {}) => asked("POST", path, body);
// keepalive: what is sent while the page is being left still arrives.
export const store = (path, body, keepalive = false) => asked("PUT", path, body, {keepalive});

// For keys and buttons: what goes wrong is told to the person who pressed.
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    toast(error instanceof Refused ? error.message : "网络中断，操作没有送达，请重试。", {urgent: true});
    return null;
  }
}
