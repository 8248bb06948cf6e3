// One SIP account and at most one conversation on it. Everything the page knows is in `state`.
import JsSIP from "/desk/static/vendor/jssip/jssip.min.js";
import {watchMedia} from "/desk/static/phone/watch.js";

const GATHER_MILLISECONDS = 400;
const RENEW_SECONDS = 120;
const RETRY_MILLISECONDS = 3000;
const BUSY_HERE = 486;
const HOLD_MILLISECONDS = 250;
const HOLD_TRIES = 20;

export const state = {
  // off, connecting, ready, lost (the line is down), refused (the PBX does not know us)
  registration: "off",
  // null or {way, stage: ringing|dialing|talking, number, purpose, held, muted, since, media}
  call: null,
};

let ua = null;
let session = null;
let stopWatching = () => {};
let hear = {change() {}, voice() {}, refused() {}, microphone: async () => null};

export function listenToLine(handlers) {
  hear = {...hear, ...handlers};
}

function change(parts = {}) {
  Object.assign(state, parts);
  hear.change(state);
}

function changeCall(parts) {
  if (!state.call) return;
  Object.assign(state.call, parts);
  change();
}

export function connect({websocket, uri, secret}) {
  disconnect();
  ua = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(websocket)],
    uri,
    password: secret,
    register: true,
    register_expires: RENEW_SECONDS,
    session_timers: false,
    connection_recovery_min_interval: 2,
    connection_recovery_max_interval: 10,
  });
  change({registration: "connecting"});
  const own = ua;
  // A line that was given up says its last words late: they are not about the new one.
  const on = (event, hears) => own.on(event, told => { if (own === ua) hears(told); });
  on("registered", () => change({registration: "ready"}));
  on("unregistered", () => change({registration: "lost"}));
  on("disconnected", () => change({registration: "lost"}));
  on("connected", () => change({registration: "connecting"}));
  on("registrationFailed", event => {
    const status = event.response?.status_code;
    const refused = [401, 403, 404].includes(status) || event.cause === JsSIP.C.causes.AUTHENTICATION_ERROR;
    change({registration: refused ? "refused" : "lost"});
    if (refused) hear.refused();
    // Without a connection JsSIP comes back by itself; after an answer, or none, it does not.
    else setTimeout(() => { if (own === ua && own.isConnected()) own.register(); }, RETRY_MILLISECONDS);
  });
  on("newRTCSession", ({session: fresh, originator, request}) => {
    if (originator === "remote") take(fresh, request);
  });
  ua.start();
}

// The next answer to the PBX's challenge uses the new secret; a conversation goes on.
export function renewSecret(secret) {
  ua?.set("password", secret);
}

export function disconnect() {
  const old = ua;
  ua = null;
  session?.terminate();
  old?.stop();
  change({registration: "off"});
}

function take(fresh, request) {
  if (session) {
    fresh.terminate({status_code: BUSY_HERE});
    return;
  }
  session = fresh;
  const purpose = request.getHeader("X-Minsheng-Purpose") ?? "";
  state.call = {
    way: "in", stage: "ringing", purpose, held: false, muted: false, since: Date.now(), media: "",
    number: fresh.remote_identity.display_name || fresh.remote_identity.uri.user || "",
  };
  fresh.on("peerconnection", ({peerconnection}) => hearVoice(peerconnection));
  fresh.on("icecandidate", ({ready}) => setTimeout(ready, GATHER_MILLISECONDS));
  fresh.on("confirmed", () => {
    changeCall({stage: "talking", since: Date.now()});
    stopWatching = watchMedia(fresh.connection, () => state.call?.held, media => changeCall({media}));
  });
  fresh.on("hold", ({originator}) => { if (originator === "local") changeCall({held: true}); });
  fresh.on("unhold", ({originator}) => { if (originator === "local") changeCall({held: false}); });
  fresh.on("muted", () => changeCall({muted: true}));
  fresh.on("unmuted", () => changeCall({muted: false}));
  for (const end of ["ended", "failed"]) fresh.on(end, () => over(fresh));
  change();
}

function hearVoice(connection) {
  connection.addEventListener("track", event => hear.voice(event.streams[0] ?? new MediaStream([event.track])));
}

function over(gone) {
  if (gone !== session) return;
  stopWatching();
  session = null;
  hear.voice(null);
  change({call: null});
}

export async function answer() {
  if (state.call?.stage !== "ringing") return;
  const asked = session;
  const stream = await hear.microphone();
  if (asked !== session || state.call.stage !== "ringing") return;
  changeCall({stage: "dialing"});
  stream?.getAudioTracks().forEach(track => { track.enabled = true; });
  session.answer({
    ...(stream ? {mediaStream: stream} : {mediaConstraints: {audio: true, video: false}}),
    pcConfig: {iceServers: []},
  });
}

export function hangUp() {
  if (!session) return;
  if (state.call.stage === "ringing") session.terminate({status_code: BUSY_HERE});
  else session.terminate();
}

export function toggleHold() {
  if (state.call?.stage !== "talking") return;
  hold(session, !state.call.held, HOLD_TRIES);
}

// While the PBX has not answered the last change JsSIP refuses another: asked again a moment later.
function hold(asked, wanted, tries) {
  if (asked !== session || !tries) return;
  const taken = wanted ? asked.hold() : asked.unhold();
  if (!taken) setTimeout(() => hold(asked, wanted, tries - 1), HOLD_MILLISECONDS);
}

export function toggleMute() {
  if (state.call?.stage !== "talking") return;
  if (state.call.muted) session.unmute({audio: true});
  else session.mute({audio: true});
}

export function press(digit) {
  if (state.call?.stage === "talking" && /^[0-9*#]$/.test(digit)) session.sendDTMF(digit, {transportType: "RFC2833"});
}

// Another microphone during the conversation.
export async function speakThrough(stream) {
  const sender = session?.connection?.getSenders().find(each => each.track?.kind === "audio");
  const [track] = stream.getAudioTracks();
  if (!sender || !track) return;
  track.enabled = !state.call.muted;
  await sender.replaceTrack(track);
}
