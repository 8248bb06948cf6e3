// The county's own map, drawn with Leaflet on a canvas; there is no tile server behind it.

const ROADS = {
  national: ["#d9923b", "#f6c37e", 6],
  provincial: ["#d9a95b", "#fadca5", 5],
  county: ["#cbb98d", "#fdf0cf", 4],
  township: ["#c9c6b8", "#ffffff", 3],
  arterial: ["#c8b891", "#fff2cc", 6],
  street: ["#c4c8c0", "#ffffff", 5],
  lane: ["#d2d6cf", "#ffffff", 3],
};
const FIRST_ZOOM = { town: 0, arterial: 13, road: 15, landmark: 15 };
const TOWNS_UP_TO = 14;
const STEPS = 24;

export function countyMap(box, county, choose) {
  const { boundary, towns, managed_area: area, river, roads, landmarks } = county.layers;
  const map = L.map(box, { preferCanvas: true, attributionControl: false, zoomSnap: 0.5, maxZoom: 18 });
  map.zoomControl.setPosition("bottomright");
  map.zoomControl._zoomInButton.title = map.zoomControl._zoomInButton.ariaLabel = "放大";
  map.zoomControl._zoomOutButton.title = map.zoomControl._zoomOutButton.ariaLabel = "缩小";

  draw(boundary, { color: "#8b9a8f", weight: 2.5, fillColor: "#f7f8f2", fillOpacity: 1 });
  const townLayer = draw(towns, { color: "#b9c3b6", weight: 1, dashArray: "4 4", fill: false });
  const areaLayer = draw(area, { stroke: false, fillColor: "#f9ecd2", fillOpacity: 0.75 });
  draw(river, { color: "#a5cfe3", weight: 7 });
  const roadLayers = [0, 1].map((side) =>
    draw(roads, ({ properties }) => {
      const [edge, inside, width] = ROADS[properties.class] ?? ROADS.lane;
      return { color: side ? inside : edge, weight: side ? width - 1.5 : width, lineCap: "round" };
    }),
  );
  const whole = bounds(county.bbox);
  map.fitBounds(areaLayer.getBounds().isValid() ? areaLayer.getBounds() : whole);
  map.setMinZoom(Math.min(map.getBoundsZoom(whole), map.getZoom()));
  map.setMaxBounds(whole.pad(0.25));

  const names = L.layerGroup().addTo(map);
  const nameable = [
    ...landmarks.features.map((each) => ({
      kind: "landmark", name: each.properties.name, at: latLng(each.geometry.coordinates),
    })),
    ...roadLayers[1].getLayers().map((layer) => ({
      kind: layer.feature.properties.class === "arterial" ? "arterial" : "road",
      name: layer.feature.properties.name, layer,
    })),
    ...townLayer.getLayers().map((layer) => ({
      kind: "town", name: layer.feature.properties.name, at: layer.getBounds().getCenter(),
    })),
  ];
  map.on("moveend", () => label(map, names, nameable));
  label(map, names, nameable);

  let marker = null;
  map.on("click", ({ latlng }) => choose(latlng.lng, latlng.lat));

  function draw(collection, style) {
    return L.geoJSON(collection, { style, interactive: false }).addTo(map);
  }

  return {
    pin(lon, lat) {
      if (!marker) {
        marker = L.marker([lat, lon], { draggable: true, autoPan: true, alt: "问题的位置", title: "问题的位置" });
        marker.on("dragend", () => choose(marker.getLatLng().lng, marker.getLatLng().lat));
      }
      marker.setLatLng([lat, lon]).addTo(map);
    },
    unpin() {
      marker?.remove();
    },
    show(lon, lat) {
      map.setView([lat, lon], Math.max(map.getZoom(), 16));
    },
    centre() {
      const { lng, lat } = map.getCenter();
      return [lng, lat];
    },
  };
}

function label(map, names, nameable) {
  // As many names as fit without covering each other: landmarks first, then roads, then towns.
  names.clearLayers();
  const zoom = map.getZoom();
  const view = map.getBounds();
  const taken = [];
  for (const each of nameable) {
    if (zoom < FIRST_ZOOM[each.kind] || (each.kind === "town" && zoom > TOWNS_UP_TO)) continue;
    const at = each.at ?? middleInView(each.layer, view);
    if (!at || !view.contains(at)) continue;
    const { x, y } = map.latLngToContainerPoint(at);
    const half = (each.name.length * 13) / 2 + 4;
    const box = [x - half, y - 12, x + half, y + 12];
    if (taken.some((other) => overlap(box, other))) continue;
    taken.push(box);
    if (each.kind === "landmark") {
      names.addLayer(L.circleMarker(at, { radius: 3, color: "#fff", weight: 1, fillColor: "#4d7c6f", fillOpacity: 1, interactive: false }));
    }
    const offset = each.kind === "landmark" ? [0, -10] : [0, 0];
    names.addLayer(
      L.tooltip(at, { permanent: true, direction: "center", offset, className: `map-label ${each.kind}`, content: each.name }),
    );
  }
}

function middleInView(layer, view) {
  const points = layer.getLatLngs().flat();
  const seen = [];
  for (let index = 1; index < points.length; index += 1) {
    const [from, to] = [points[index - 1], points[index]];
    for (let step = 0; step <= STEPS; step += 1) {
      const at = L.latLng(
        from.lat + ((to.lat - from.lat) * step) / STEPS,
        from.lng + ((to.lng - from.lng) * step) / STEPS,
      );
      if (view.contains(at)) seen.push(at);
    }
  }
  return seen[Math.floor(seen.length / 2)];
}

function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

function latLng([lon, lat]) {
  return L.latLng(lat, lon);
}

function bounds([west, south, east, north]) {
  return L.latLngBounds([south, west], [north, east]);
}
