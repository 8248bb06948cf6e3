// Microphone, headset and bell: each a device of its own, remembered on this computer.
const KEPT = "phone-devices";
const RING_SECONDS = {on: 1, pause: 3};
const voice = new Audio();
const bell = new Audio();
let context = null;
let microphone = null;
let ringing = 0;
let meters = [];

export const devices = {microphone: "", headset: "", bell: "", ...JSON.parse(localStorage.getItem(KEPT) ?? "{}")};

voice.autoplay = true;

// Returns the open microphone; raises the browser's own error when there is none or it is refused.
export async function openMicrophone() {
  if (microphone?.getAudioTracks().some(track => track.readyState === "live")) return microphone;
  const wanted = {echoCancellation: true, noiseSuppression: true, autoGainControl: true};
  if (devices.microphone) wanted.deviceId = {ideal: devices.microphone};
  microphone = await navigator.mediaDevices.getUserMedia({audio: wanted});
  return microphone;
}

export function closeMicrophone() {
  microphone?.getTracks().forEach(track => track.stop());
  microphone = null;
}

export async function listDevices() {
  const all = await navigator.mediaDevices.enumerateDevices();
  return {
    microphone: all.filter(device => device.kind === "audioinput"),
    headset: all.filter(device => device.kind === "audiooutput"),
    bell: all.filter(device => device.kind === "audiooutput"),
  };
}

// kind: microphone, headset or bell.
export async function chooseDevice(kind, id) {
  devices[kind] = id;
  localStorage.setItem(KEPT, JSON.stringify(devices));
  if (kind === "microphone") {
    closeMicrophone();
    return openMicrophone();
  }
  await direct();
  return null;
}

async function direct() {
  for (const [player, id] of [[voice, devices.headset], [bell, devices.bell]]) {
    // A device that was unplugged is replaced by the usual one: better a bell in the headset than none.
    if (player.setSinkId) await player.setSinkId(id).catch(() => player.setSinkId(""));
  }
}

function sounds() {
  if (!context) {
    context = new AudioContext();
    direct();
  }
  return context;
}

// False while the browser waits for a first touch before it lets a page make a sound.
export async function wake() {
  const found = sounds();
  if (found.state === "suspended") await Promise.race([found.resume(), new Promise(done => setTimeout(done, 300))]);
  return found.state === "running";
}

export function playVoice(stream) {
  voice.srcObject = stream;
  if (stream) voice.play().catch(() => {});
  measure("voice", stream);
}

function tone(frequency, seconds, loudness, at) {
  const source = sounds().createOscillator();
  const volume = sounds().createGain();
  const goal = sounds().createMediaStreamDestination();
  source.frequency.value = frequency;
  volume.gain.value = loudness;
  source.connect(volume).connect(goal);
  bell.srcObject = goal.stream;
  bell.play().catch(() => {});
  source.start(at);
  source.stop(at + seconds);
}

export function ring() {
  if (ringing) return;
  const once = () => tone(450, RING_SECONDS.on, 0.4, sounds().currentTime);
  once();
  ringing = setInterval(once, (RING_SECONDS.on + RING_SECONDS.pause) * 1000);
}

export function stopRinging() {
  clearInterval(ringing);
  ringing = 0;
  bell.pause();
}

export function warn() {
  tone(880, 0.5, 0.5, sounds().currentTime);
}

// Levels between 0 and 1 of what is spoken and what is heard.
export function measure(name, stream) {
  meters = meters.filter(meter => meter.name !== name);
  if (!stream) return;
  const analyser = sounds().createAnalyser();
  analyser.fftSize = 512;
  sounds().createMediaStreamSource(stream).connect(analyser);
  meters.push({name, analyser, samples: new Float32Array(analyser.fftSize)});
}

export function level(name) {
  const meter = meters.find(each => each.name === name);
  if (!meter) return 0;
  meter.analyser.getFloatTimeDomainData(meter.samples);
  const power = meter.samples.reduce((sum, sample) => sum + sample * sample, 0) / meter.samples.length;
  return Math.min(1, Math.sqrt(power) * 3);
}
