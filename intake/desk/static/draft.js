// What is typed stays in this window until it is saved; data about the reporter is never kept.
const form = document.querySelector("form[data-draft]");
const key = form ? `draft:${form.getAttribute("action")}` : "";
let dirty = false;

function kept(field) {
  return field.name && !["hidden", "password", "submit"].includes(field.type)
    && !field.name.startsWith("reporter_") && !("noDraft" in field.dataset);
}

function values() {
  return Object.fromEntries([...form.elements].filter(kept).map(field =>
    [field.type === "radio" ? `${field.name}=${field.value}` : field.name,
      ["radio", "checkbox"].includes(field.type) ? field.checked : field.value]));
}

function keep() {
  dirty = true;
  const category = form.elements.category?.value ?? "";
  sessionStorage.setItem(key, JSON.stringify({version: form.elements.version?.value ?? "", category, fields: values()}));
}

export function isDirty() {
  return dirty;
}

// Returns the category to choose again, or "" when there was nothing to bring back.
export function restoreDraft() {
  const stored = sessionStorage.getItem(key);
  if (!form || !stored || "refused" in document.body.dataset) return null;
  const {version, category, fields} = JSON.parse(stored);
  if (version !== (form.elements.version?.value ?? "")) {
    sessionStorage.removeItem(key);
    return null;
  }
  for (const field of [...form.elements].filter(kept)) {
    const value = fields[field.type === "radio" ? `${field.name}=${field.value}` : field.name];
    if (value === undefined) continue;
    if (typeof value === "boolean") field.checked = value;
    else field.value = value;
  }
  dirty = true;
  return {category};
}

export function dropDraft() {
  sessionStorage.removeItem(key);
}

if (form) {
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("submit", () => { dirty = false; });
  document.addEventListener("draft-changed", keep);
  if (document.getElementById("note")) restoreDraft();
  if (!("refused" in document.body.dataset) && document.querySelector("[data-toast]")) dropDraft();
  document.querySelectorAll("[data-drop-draft]").forEach(link => link.addEventListener("click", dropDraft));
}
