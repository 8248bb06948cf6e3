// Urgent arrivals reach the shift leader on whatever page is open.
import {toast} from "/desk/static/toast.js";

export async function alarm(told) {
  if (!("leader" in document.body.dataset) || told.type !== "TicketReceived") return;
  const query = new URLSearchParams({tab: "new", numbers: told.number});
  const answer = await fetch(`/desk/rows?${query}`, {headers: {"HX-Request": "true"}});
  if (!answer.ok) return;
  const part = new DOMParser().parseFromString(await answer.text(), "text/html");
  const link = part.querySelector("tr.urgent a.open, tr.critical a.open");
  if (link) toast(`紧急！新反映：${link.textContent.slice(0, 40)}`, {urgent: true, link: link.getAttribute("href")});
}
