// Where the problem is: a pin on the county's map, and words for the place under it.

import { countyMap } from "./map.js";

export function placePicker(root, fields, changed) {
  const found = root.querySelector("[data-found]");
  const unpin = root.querySelector("[data-unpin]");
  const locate = root.querySelector("[data-locate]");
  let map = null;
  let written = "";
  let asked = 0;

  async function start() {
    if (!window.L) return;
    try {
      const answer = await fetch("/map/county.json");
      if (!answer.ok) return;
      const county = await answer.json();
      root.hidden = false;
      map = countyMap(root.querySelector("[data-map]"), county, choose);
    } catch {
      // Without the map the address in words is enough.
      root.hidden = true;
      return;
    }
    locate.hidden = !(window.isSecureContext && navigator.geolocation);
    refresh();
  }

  function refresh() {
    unpin.hidden = !fields.lon.value;
    if (!map) return;
    if (fields.lon.value) {
      map.pin(Number(fields.lon.value), Number(fields.lat.value));
      map.show(Number(fields.lon.value), Number(fields.lat.value));
    } else {
      map.unpin();
      say("点一下地图，标出问题的位置。");
    }
  }

  function set(lon, lat, landmark) {
    fields.lon.value = lon;
    fields.lat.value = lat;
    fields.landmark.value = landmark;
    unpin.hidden = lon === "";
    changed();
  }

  async function choose(lon, lat) {
    const turn = ++asked;
    map.pin(lon, lat);
    // A tap on the whole town is a guess; closer up the pin can be moved to the very spot.
    map.show(lon, lat);
    set(lon.toFixed(6), lat.toFixed(6), "");
    let place = null;
    try {
      const answer = await fetch(`/map/place?lon=${lon.toFixed(6)}&lat=${lat.toFixed(6)}`);
      if (answer.ok) place = await answer.json();
    } catch {
      // Offline: the pin alone says enough.
    }
    if (turn !== asked) return;
    if (!place) return say("已标出位置。");
    if (!place.in_county) {
      map.unpin();
      set("", "", "");
      return say(place.warning, true);
    }
    set(fields.lon.value, fields.lat.value, place.landmark);
    if (!fields.address.value || fields.address.value === written) {
      written = place.words;
      fields.address.value = written;
    }
    if (place.warning) return say(`${place.words}。${place.warning}`, true);
    say(`已标出：${place.words}。可以拖动标记。`);
  }

  function say(words, warning = false) {
    found.textContent = words;
    found.classList.toggle("warning", warning);
  }

  locate.onclick = () => {
    say("正在取得您的位置……");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        choose(coords.longitude, coords.latitude);
      },
      () => say("没有取得您的位置。请在手机设置里允许定位，或在地图上点一下。", true),
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
  };
  root.querySelector("[data-centre]").onclick = () => choose(...map.centre());
  unpin.onclick = () => {
    if (fields.address.value === written) fields.address.value = "";
    set("", "", "");
    refresh();
  };

  return { start, refresh };
}
