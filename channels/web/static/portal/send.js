// One attempt to hand in a report. Nobody learns from a lost answer whether it was accepted, so
// every attempt carries the same submission id, and the same id brings the same receipt.

const STALLED_AFTER = 60_000;
const WAIT = 5;

export function send(content, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let stalled;
    const watch = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), STALLED_AFTER);
    };
    const end = (result) => {
      clearTimeout(stalled);
      resolve(result);
    };
    request.open("POST", "/report");
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      watch();
      if (event.lengthComputable) onProgress((100 * event.loaded) / event.total);
    };
    request.onload = () => end(outcome(request));
    request.onerror = () => end({ kind: "unreachable", wait: WAIT });
    request.onabort = request.onerror;
    watch();
    request.send(formOf(content));
  });
}

function outcome(request) {
  const answer = read(request.responseText);
  if (request.status === 201 && typeof answer?.location === "string") {
    return { kind: "accepted", location: answer.location };
  }
  const wait = Number(request.getResponseHeader("Retry-After")) || WAIT;
  if (request.status === 429) return { kind: "busy", wait };
  if (answer?.id && request.status >= 400 && request.status < 500 && request.status !== 408) {
    return { kind: "refused", problem: answer };
  }
  return { kind: request.status === 503 ? "closed" : "unreachable", wait };
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function formOf({ id, fields, photos }) {
  const form = new FormData();
  form.append("submission_id", id);
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  photos.forEach((photo, index) => form.append("photos", photo, `photo-${index + 1}`));
  return form;
}
