// Short notes at the edge of the page; read aloud by screen readers through the live region.
export function toast(words, {urgent = false, link = null} = {}) {
  const note = document.createElement("p");
  note.className = urgent ? "toast urgent" : "toast";
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link;
    anchor.textContent = words;
    note.append(anchor);
  } else {
    note.textContent = words;
  }
  const place = document.getElementById("toasts");
  place.append(note);
  while (place.children.length > 4) place.firstElementChild.remove();
  setTimeout(() => note.remove(), urgent ? 15000 : 6000);
}
