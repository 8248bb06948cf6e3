// What each person likes at this computer: answering by itself, and the three devices.
import {chooseDevice, devices, listDevices, measure, ring, stopRinging} from "/desk/static/phone/sound.js";
import {speakThrough} from "/desk/static/phone/line.js";

const AUTO = `phone-auto:${document.body.dataset.account}`;
const KINDS = ["microphone", "headset", "bell"];

export const settings = {auto: localStorage.getItem(AUTO) === "yes"};

function option(device, index) {
  const line = document.createElement("option");
  line.value = device.deviceId;
  line.textContent = device.label || `设备 ${index + 1}`;
  return line;
}

export async function showDevices() {
  const found = await listDevices();
  for (const kind of KINDS) {
    const select = document.getElementById(kind);
    const usual = document.createElement("option");
    usual.value = "";
    usual.textContent = "系统默认";
    const named = found[kind].filter(device => device.deviceId && device.deviceId !== "default");
    select.replaceChildren(usual, ...named.map(option));
    select.value = named.some(device => device.deviceId === devices[kind]) ? devices[kind] : "";
  }
}

export function prepareSettings(openMicrophone) {
  const auto = document.getElementById("auto");
  auto.checked = settings.auto;
  auto.addEventListener("change", () => {
    settings.auto = auto.checked;
    localStorage.setItem(AUTO, auto.checked ? "yes" : "no");
  });
  for (const kind of KINDS) {
    document.getElementById(kind).addEventListener("change", async event => {
      const stream = await chooseDevice(kind, event.target.value).catch(openMicrophone);
      if (!stream) return;
      measure("microphone", stream);
      await speakThrough(stream);
    });
  }
  navigator.mediaDevices.addEventListener("devicechange", showDevices);
  document.getElementById("try-bell").addEventListener("click", () => {
    ring();
    setTimeout(stopRinging, 1200);
  });
}
