// Between the form's fields and a plain object that can be kept and sent.

const LEFT_OUT = new Set(["submission_id", "photos"]);

function named(form) {
  return Array.from(form.elements).filter((field) => field.name && !LEFT_OUT.has(field.name));
}

export function valuesOf(form) {
  const values = {};
  for (const field of named(form)) {
    if (field.type !== "checkbox") values[field.name] = field.value;
    else if (field.checked) values[field.name] = "on";
  }
  return values;
}

export function fill(form, values) {
  for (const field of named(form)) {
    if (field.type === "checkbox") field.checked = field.name in values;
    else if (field.name in values) field.value = values[field.name];
  }
}

export function isEmpty(values, photos) {
  const told = ["text", "address", "name", "phone", "email", "lon"].some((name) => values[name]);
  return !told && photos.length === 0;
}

export function clearFaults(form) {
  form.querySelectorAll("p.fault[id]").forEach((fault) => fault.remove());
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    const others = (field.getAttribute("aria-describedby") ?? "").replace(/\S+-fault/, "").trim();
    if (others) field.setAttribute("aria-describedby", others);
    else field.removeAttribute("aria-describedby");
  }
}

export function showFaults(form, faults) {
  // Answers which faults have no field of their own here, and puts the cursor into the first one.
  const homeless = [];
  let first = null;
  for (const { field: name, message } of faults) {
    const field = form.querySelector(`#${CSS.escape(name)}`);
    if (!field) {
      homeless.push(message);
      continue;
    }
    const line = document.createElement("p");
    line.className = "fault";
    line.id = `${name}-fault`;
    line.textContent = message;
    const before = document.getElementById(`${name}-hint`) ?? field;
    before.after(line);
    field.setAttribute("aria-invalid", "true");
    const described = `${field.getAttribute("aria-describedby") ?? ""} ${line.id}`.trim();
    field.setAttribute("aria-describedby", described);
    first ??= field;
  }
  first?.focus();
  return homeless;
}
