// Choosing photos: small pictures of them, checks before sending (the server checks again).

const KINDS = /^image\/(jpeg|png|webp|heic|heif)$/;
const NAMES = /\.(jpe?g|png|webp|heic|heif)$/i;

export function photoPicker(root, changed = () => {}) {
  const thumbs = root.querySelector("[data-thumbs]");
  const plain = root.querySelector("[data-plain] input");
  const camera = root.querySelector("[data-camera]");
  const fault = root.querySelector("[data-photo-fault]");
  const most = Number(root.dataset.most);
  const largest = Number(root.dataset.bytes);
  let files = [];
  let shown = [];

  root.classList.add("scripted");
  if (matchMedia("(pointer: coarse)").matches) {
    camera.hidden = false;
    root.querySelector("[data-label]").textContent = "从相册选";
  }

  function objection(file) {
    if (!KINDS.test(file.type) && !(file.type === "" && NAMES.test(file.name))) {
      return `“${file.name}”不是照片，只能选 JPG、PNG、WebP 或手机的 HEIC 照片。`;
    }
    if (file.size === 0) return `“${file.name}”是空的，请重新选择。`;
    if (file.size > largest) {
      return `“${file.name}”有 ${(file.size / 1e6).toFixed(1)} MB，每张不能超过 ${largest / 1e6} MB。`;
    }
    return "";
  }

  async function add(chosen) {
    const objections = [];
    for (const file of chosen) {
      const wrong = objection(file);
      if (wrong) {
        objections.push(wrong);
      } else if (files.length >= most) {
        objections.push(`最多 ${most} 张照片，多出的没有加入。`);
        break;
      } else {
        files.push(await copyOf(file));
      }
    }
    show(objections.join(" "));
    changed();
  }

  function remove(index) {
    files.splice(index, 1);
    show("");
    changed();
    const next = thumbs.querySelectorAll("button")[Math.min(index, files.length - 1)];
    (next ?? plain).focus();
  }

  function show(message) {
    shown.forEach((address) => URL.revokeObjectURL(address));
    shown = files.map((file) => URL.createObjectURL(file));
    thumbs.replaceChildren(...files.map((_, index) => thumb(index)));
    root.classList.toggle("full", files.length >= most);
    fault.textContent = message;
    fault.hidden = !message;
    putInto(plain, files);
  }

  function thumb(index) {
    const item = document.createElement("li");
    const picture = document.createElement("img");
    picture.alt = `照片 ${index + 1}`;
    picture.onerror = () => {
      // Some browsers cannot show HEIC; it is sent all the same.
      const words = document.createElement("span");
      words.textContent = `照片 ${index + 1}`;
      picture.replaceWith(words);
    };
    picture.src = shown[index];
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", `移除照片 ${index + 1}`);
    button.onclick = () => remove(index);
    item.append(picture, button);
    return item;
  }

  for (const input of [plain, camera.querySelector("input")]) {
    input.addEventListener("change", () => {
      const chosen = Array.from(input.files);
      if (input !== plain) input.value = "";
      add(chosen);
    });
  }

  return {
    files: () => files.slice(),
    set(kept) {
      files = kept.slice(0, most);
      show("");
    },
  };
}

async function copyOf(file) {
  // A phone may change or withdraw the file behind a choice; the copy stays what was chosen.
  return new File([await file.arrayBuffer()], file.name, { type: file.type });
}

function putInto(input, files) {
  try {
    const carrier = new DataTransfer();
    files.forEach((file) => carrier.items.add(file));
    input.files = carrier.files;
  } catch {
    // Old browsers: the script sends the photos itself.
  }
}
