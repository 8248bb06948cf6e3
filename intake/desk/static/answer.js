// The three questions by digits: a digit answers the question that is marked, and the next is marked.
const form = document.getElementById("answer");
const questions = [...(form?.querySelectorAll("[data-question]") ?? [])];

function mark(index) {
  questions.forEach((one, place) => one.classList.toggle("current", place === index));
}

function current() {
  const open = questions.findIndex(one => !one.querySelector(":checked"));
  return open < 0 ? questions.length - 1 : open;
}

function reached() {
  return form?.elements.outcome?.value === "ANSWERED";
}

function number(question) {
  question.querySelectorAll("label").forEach((label, index) => {
    const cap = document.createElement("kbd");
    cap.textContent = index + 1;
    label.append(" ", cap);
  });
}

if (form) {
  questions.forEach(number);
  mark(current());
  form.addEventListener("change", () => mark(current()));
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.matches?.("input:not([type=radio]):not([type=checkbox]), textarea, select")) return;
    if (!/^[1-9]$/.test(event.key) || document.querySelector("dialog[open]") || !reached()) return;
    const place = event.target.closest?.("[data-question]");
    const question = place && !place.querySelector(":checked") ? place : questions[current()];
    const choice = question?.querySelectorAll("input")[Number(event.key) - 1];
    if (!choice) return;
    event.preventDefault();
    choice.checked = true;
    choice.focus();
    choice.dispatchEvent(new Event("change", {bubbles: true}));
  });
}
