// A conversation whose sound has died looks healthy to SIP; only the media itself can tell.
const EACH_MILLISECONDS = 500;
const SILENT_MILLISECONDS = 3000;
const DEAD = ["failed", "disconnected", "closed"];

async function packets(connection) {
  let received = 0;
  for (const each of (await connection.getStats()).values()) {
    if (each.type === "inbound-rtp" && each.kind === "audio") received += each.packetsReceived;
  }
  return received;
}

// Tells "flowing", "silent" (connected, nothing comes) or "broken" (the path itself is gone);
// answers a function that stops watching.
export function watchMedia(connection, isHeld, tell) {
  let received = 0;
  let heardAt = Date.now();
  let told = "";
  const say = now => {
    if (now === told) return;
    told = now;
    tell(now);
  };
  const look = async () => {
    if (DEAD.includes(connection.connectionState)) {
      say("broken");
      return;
    }
    const now = await packets(connection);
    if (now > received || isHeld()) heardAt = Date.now();
    if (now > received) say("flowing");
    else if (Date.now() - heardAt >= SILENT_MILLISECONDS) say("silent");
    received = now;
  };
  const timer = setInterval(look, EACH_MILLISECONDS);
  connection.addEventListener("connectionstatechange", look);
  return () => {
    clearInterval(timer);
    connection.removeEventListener("connectionstatechange", look);
  };
}
