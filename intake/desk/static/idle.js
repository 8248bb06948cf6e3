// Nobody at the desk: sign out after the agreed minutes and come back to the same page afterwards.
let last = Date.now();

export function idleMilliseconds() {
  return Date.now() - last;
}

// Somebody who talks on the telephone is at the desk.
export function touch() {
  last = Date.now();
}

export function watchIdleness() {
  const minutes = Number(document.body.dataset.idleMinutes);
  if (!minutes) return;
  for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]) {
    document.addEventListener(kind, () => { last = Date.now(); }, {passive: true});
  }
  setInterval(() => {
    if (idleMilliseconds() < minutes * 60_000) return;
    last = Date.now();
    leave();
  }, 10_000);
}

// Also when the server says that the session has ended.
export function leave() {
  const form = document.getElementById("sign-out");
  const add = (name, value) => {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  };
  add("idle", "1");
  add("next", location.pathname + location.search);
  form.submit();
}
