// The county's own map: no outside tiles. A click or a found address sets the place.
import {drawCandidates} from "/desk/static/candidates.js";

const place = document.getElementById("map");
const form = document.querySelector("form[data-draft]");
const COLOURS = {managed: "#dbe9d7", river: "#9cc3de", grid: "#7d8f9d"};
const WIDTHS = {NATIONAL: 3.5, PROVINCIAL: 3, ARTERIAL: 2.5};

async function layers(address) {
  const answer = await fetch(address);
  return answer.ok ? answer.json() : null;
}

function drawBase(map, base) {
  const flat = style => ({interactive: false, style: () => style});
  const {boundary, towns, managed_area: managed, river, roads, landmarks} = base.layers;
  L.geoJSON(boundary, flat({color: "#6b7780", weight: 2, fillColor: "#f7f8f4", fillOpacity: 1})).addTo(map);
  L.geoJSON(towns, flat({color: "#b9c2c9", weight: 1, fill: false})).addTo(map);
  L.geoJSON(managed, flat({stroke: false, fillColor: COLOURS.managed, fillOpacity: 1})).addTo(map);
  L.geoJSON(river, flat({color: COLOURS.river, weight: 4})).addTo(map);
  L.geoJSON(roads, {interactive: false, style: road => ({color: "#c9a46a", weight: WIDTHS[road.properties.class] ?? 1.6})}).addTo(map);
  const names = L.geoJSON(landmarks, {pointToLayer: (mark, at) =>
    L.circleMarker(at, {radius: 2, color: "#4a5560", interactive: false})
      .bindTooltip(mark.properties.name, {permanent: true, direction: "right", className: "place-name"})});
  const show = () => map.getZoom() >= 16 ? names.addTo(map) : names.remove();
  map.on("zoomend", show);
  show();
}

function drawGrid(map, grid) {
  const squares = L.geoJSON(grid, {interactive: false, style: () => ({color: COLOURS.grid, weight: 0.7, fill: false})});
  const show = () => map.getZoom() >= 14 ? squares.addTo(map) : squares.remove();
  map.on("zoomend", show);
  show();
}

async function tell(lon, lat) {
  const spot = document.getElementById("spot");
  const answer = await fetch(`/desk/spot?lon=${lon}&lat=${lat}`, {headers: {"HX-Request": "true"}});
  // Our own server wrote and escaped this fragment.
  if (spot && answer.ok) spot.innerHTML = await answer.text();
}

function marker(map) {
  let mark = null;
  return (lon, lat, near = false) => {
    mark?.remove();
    mark = L.circleMarker([lat, lon], {radius: 8, color: "#fff", weight: 2, fillColor: "#a3211b", fillOpacity: 1}).addTo(map);
    if (near) map.setView([lat, lon], Math.max(map.getZoom(), 16));
  };
}

function choose(put, lon, lat, near) {
  const [east, north] = [Number(lon).toFixed(6), Number(lat).toFixed(6)];
  form.elements.lon.value = east;
  form.elements.lat.value = north;
  document.dispatchEvent(new CustomEvent("draft-changed"));
  put(Number(east), Number(north), near);
  tell(east, north);
}

// A candidate is taken from the list or from the map; either way the list has done its work.
function take(put, lon, lat) {
  const list = document.getElementById("places");
  const focused = list.contains(document.activeElement);
  choose(put, lon, lat, true);
  list.replaceChildren();
  // The focus must not vanish with the list; keys work on from the page itself.
  if (focused) document.getElementById("main").focus({preventScroll: true});
}

function searchAddresses(put) {
  const field = form?.querySelector("[data-find-place]");
  const list = document.getElementById("places");
  if (!field || !list) return;
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const query = new URLSearchParams({words: field.value});
      const answer = await fetch(`/desk/places?${query}`, {headers: {"HX-Request": "true"}});
      if (answer.ok) list.innerHTML = await answer.text();
    }, 350);
  });
  list.addEventListener("click", event => {
    const found = event.target.closest("[data-place]");
    if (!found) return;
    take(put, found.dataset.lon, found.dataset.lat);
  });
  field.addEventListener("keydown", event => {
    const first = list.querySelector("[data-place]");
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey) return;
    event.preventDefault();
    first?.click();
  });
  const asked = list.hasAttribute("hx-get");
  if (field.value && !form.elements.lon.value && !asked) field.dispatchEvent(new Event("input"));
}

async function prepare() {
  const map = L.map(place, {preferCanvas: true, attributionControl: false, zoomControl: true, keyboard: false, maxZoom: 19});
  const base = await layers("/desk/map.json");
  if (!base) return;
  const [west, south, east, north] = base.bbox;
  const [lon, lat] = [Number.parseFloat(place.dataset.lon), Number.parseFloat(place.dataset.lat)];
  const known = Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
  const put = marker(map);
  if (known) map.setView([lat, lon], 16);
  else {
    const managed = L.geoJSON(base.layers.managed_area).getBounds();
    map.fitBounds(managed.isValid() ? managed : [[south, west], [north, east]]);
  }
  drawBase(map, base);
  if (known) put(lon, lat);
  const editable = "editable" in place.dataset;
  if (editable) {
    map.on("click", event => choose(put, event.latlng.lng, event.latlng.lat, false));
    searchAddresses(put);
    drawCandidates(map, (lon, lat) => take(put, lon, lat), !known);
  }
  const grid = await layers("/desk/grid.json");
  if (grid) drawGrid(map, grid);
}

if (place) {
  if (document.readyState === "complete" || typeof L !== "undefined") prepare();
  else window.addEventListener("DOMContentLoaded", prepare);
}
