// What the telephone window shows of its line.
const REGISTRATION = {
  off: "未签入", connecting: "正在连接…", ready: "可以接听", lost: "线路中断，正在重连…", refused: "交换机拒绝登记，正在重新申请…",
};
const STAGE = {ringing: "来电振铃", dialing: "正在接通…", talking: "通话中"};
const MEDIA = {silent: "听不到对方：3 秒没有收到声音，请检查网络", broken: "声音通路已断，请告知对方稍后回电，并挂断重拨"};
const facts = {extension: "", advice: "", deaf: "", mute: false};
const place = name => document.getElementById(name);
let announced = "";

function write(name, words) {
  if (place(name).textContent !== words) place(name).textContent = words;
  place(name).hidden = !words;
}

function clock(since) {
  const seconds = Math.floor((Date.now() - since) / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}

// more: any of extension, advice, deaf, mute, levels; kept until told otherwise.
export function render(state, more = {}) {
  const {levels, ...told} = more;
  Object.assign(facts, told);
  const call = state.call;
  if (state.registration !== "off") facts.advice = "";
  document.body.dataset.registration = state.registration;
  document.body.dataset.stage = call?.stage ?? "";
  write("registration", REGISTRATION[state.registration]);
  write("extension", facts.extension ? `分机 ${facts.extension}` : "");
  write("advice", facts.advice);
  write("deaf", facts.deaf);
  write("media", call ? MEDIA[call.media] ?? "" : "");
  place("touch").hidden = !facts.mute;
  const stage = call ? (call.held ? "保持中" : STAGE[call.stage]) : "没有通话";
  write("stage", stage);
  write("number", call?.number ?? "");
  write("clock", call ? clock(call.since) : "");
  place("answer").hidden = call?.stage !== "ringing";
  for (const name of ["hold", "mute"]) place(name).hidden = call?.stage !== "talking";
  place("hang-up").hidden = !call;
  place("keypad").hidden = call?.stage !== "talking";
  place("hold").setAttribute("aria-pressed", String(Boolean(call?.held)));
  place("mute").setAttribute("aria-pressed", String(Boolean(call?.muted)));
  place("hold").firstChild.textContent = call?.held ? "取回 " : "保持 ";
  place("mute").firstChild.textContent = call?.muted ? "取消静音 " : "静音 ";
  document.title = call ? `${stage} · 电话` : "电话 · 民声";
  if (announced !== stage) {
    announced = stage;
    place("said").textContent = stage;
  }
  if (levels) [place("level-microphone").value, place("level-voice").value] = levels;
}
