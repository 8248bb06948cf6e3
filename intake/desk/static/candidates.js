// Points a report may mean: the list beside the form and numbered marks on the map are one thing.
// A place the citizen set stays in view; without one the map goes to the candidates.
export function drawCandidates(map, onTake, goes) {
  const list = document.getElementById("places");
  if (!list) return;
  const marks = L.layerGroup().addTo(map);
  const draw = () => {
    marks.clearLayers();
    const buttons = [...list.querySelectorAll("[data-place]")];
    buttons.forEach((button, index) => {
      const {lon, lat, label} = button.dataset;
      const icon = L.divIcon({className: "candidate-mark", html: String(index + 1), iconSize: [24, 24]});
      L.marker([Number(lat), Number(lon)], {icon, title: label, alt: `地点 ${index + 1}：${label}`, keyboard: false, riseOnHover: true})
        .on("click", () => onTake(lon, lat))
        .addTo(marks);
    });
    if (goes && buttons.length) show(map, buttons);
  };
  list.addEventListener("pointerover", event => point(event.target.closest("[data-place]"), list, marks));
  new MutationObserver(draw).observe(list, {childList: true});
  draw();
}

// Only the best few are brought into view: the middle of a long road would draw the map far away.
function show(map, buttons) {
  const spots = buttons.slice(0, 3).map(button => [Number(button.dataset.lat), Number(button.dataset.lon)]);
  map.fitBounds(L.latLngBounds(spots).pad(0.3), {maxZoom: 16, animate: false});
}

function point(button, list, marks) {
  const at = [...list.querySelectorAll("[data-place]")].indexOf(button);
  marks.getLayers().forEach((mark, index) => mark.getElement()?.classList.toggle("pointed", index === at));
}
