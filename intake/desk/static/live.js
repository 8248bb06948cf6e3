// The stream of facts: the browser itself reconnects and resumes by Last-Event-ID.
import {leave} from "/desk/static/idle.js";

export function follow(onTicket, onLink = () => {}) {
  const address = document.body.dataset.live;
  if (!address) return;
  const source = new EventSource(address);
  source.addEventListener("ticket", event => onTicket(JSON.parse(event.data)));
  source.addEventListener("signed-out", () => { source.close(); leave(); });
  source.addEventListener("open", () => onLink(true));
  source.addEventListener("error", () => {
    onLink(false);
    // A refusal (session gone, server restarting behind a proxy) ends the stream for good.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
  });
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", event => { if (event.persisted) location.reload(); });
}
