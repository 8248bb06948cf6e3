// Minutes and seconds since a moment (milliseconds since 1970).
export function duration(since) {
  const seconds = Math.max(0, Math.floor((Date.now() - since) / 1000));
  const pad = number => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

export function minute(iso) {
  const pad = number => String(number).padStart(2, "0");
  const at = new Date(iso);
  return `${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${pad(at.getHours())}:${pad(at.getMinutes())}`;
}
