// Every control that carries data-key works by that key; `?` lists them. Keys rest while typing.
const TYPING = "input:not([type=radio]):not([type=checkbox]), textarea, select";
const FOCUSED_BY_KEY = "input, textarea, select";

function shown(element) {
  return element.getClientRects().length > 0 && !element.disabled && !element.closest("[disabled]");
}

function scope() {
  return document.querySelector("dialog[open]") ?? document;
}

function controls() {
  return [...scope().querySelectorAll("[data-key]")].filter(shown);
}

function use(control) {
  if (control.matches("input[type=radio]")) {
    control.click();
    control.focus();
  } else if (control.matches(FOCUSED_BY_KEY)) {
    control.focus();
    control.select?.();
  } else {
    control.click();
  }
}

function moveAmongRows(step) {
  const links = [...document.querySelectorAll("a.open")].filter(shown);
  if (!links.length) return false;
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step;
  const target = links[Math.min(Math.max(next, 0), links.length - 1)];
  target.focus();
  target.scrollIntoView({block: "nearest"});
  return true;
}

function submitTyped(field) {
  const form = field.form ?? field.closest("form");
  if (form) form.requestSubmit();
}

export function listenForKeys() {
  document.querySelectorAll("[data-key]").forEach(control => control.setAttribute("aria-keyshortcuts", control.dataset.key));
  document.addEventListener("keydown", event => {
    if (event.isComposing || event.altKey || event.metaKey) return;
    // Function keys belong to the telephone: they work while typing and over an open dialog.
    if (/^F\d+$/.test(event.key)) {
      const name = event.shiftKey ? `Shift+${event.key}` : event.key;
      const control = [...document.querySelectorAll(`[data-key="${name}"]`)].find(shown);
      if (control) {
        event.preventDefault();
        use(control);
      }
      return;
    }
    const typing = event.target.matches?.(TYPING);
    if (event.ctrlKey) {
      if (event.key === "Enter" && event.target.matches?.(`${TYPING}, [type=radio], [type=checkbox]`)) {
        event.preventDefault();
        submitTyped(event.target);
      }
      return;
    }
    if (typing) {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) event.target.blur();
      return;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!document.querySelector("dialog[open]") && (key === "j" || key === "k")) {
      const taken = controls().some(control => control.dataset.key === key);
      if (!taken && moveAmongRows(key === "j" ? 1 : -1)) {
        event.preventDefault();
        return;
      }
    }
    const control = controls().find(each => each.dataset.key === key);
    if (control) {
      event.preventDefault();
      use(control);
    }
  });
}

// The list behind `?`, made from what is on the page now.
export function describeKeys(place) {
  const seen = new Map();
  for (const control of [...document.querySelectorAll("[data-key]")].filter(shown)) {
    if (!seen.has(control.dataset.key)) seen.set(control.dataset.key, control.dataset.keyName);
  }
  if (document.querySelector("a.open")) seen.set("j", "下一行").set("k", "上一行").set("Enter", "打开");
  place.replaceChildren(...[...seen].map(([key, name]) => {
    const line = document.createElement("p");
    const cap = document.createElement("kbd");
    cap.textContent = key.length === 1 ? key.toUpperCase() : key;
    line.append(cap, name);
    return line;
  }));
}
