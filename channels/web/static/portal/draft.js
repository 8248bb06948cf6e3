// The draft of a report: kept on this device, with its photos, until the receipt is there.

const BASE = "minsheng";
const SHELF = "draft";
const KEY = "report";
const LONGEST_KEPT = 7 * 24 * 3600 * 1000;

let opening;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(BASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(SHELF);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function onShelf(mode, work) {
  const base = await open();
  return new Promise((resolve, reject) => {
    const transaction = base.transaction(SHELF, mode);
    const request = work(transaction.objectStore(SHELF));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

// A private window or a full device may refuse to keep anything: the form then works without.

export async function loadDraft() {
  try {
    const draft = await onShelf("readonly", (shelf) => shelf.get(KEY));
    if (draft && Date.now() - draft.at > LONGEST_KEPT) {
      await clearDraft();
      return null;
    }
    return draft ?? null;
  } catch {
    return null;
  }
}

export async function saveDraft(draft) {
  try {
    await onShelf("readwrite", (shelf) => shelf.put({ ...draft, at: Date.now() }, KEY));
    return true;
  } catch {
    return false;
  }
}

export async function clearDraft() {
  try {
    await onShelf("readwrite", (shelf) => shelf.delete(KEY));
  } catch {
    // Nothing was kept, so there is nothing to clear.
  }
}

export function freshId() {
  // crypto.randomUUID is missing on pages without TLS.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
