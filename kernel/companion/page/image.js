// Pictures from the candidate: only real PNG, JPEG, GIF and WebP, and SVG as a picture (inside <img> it runs no script
// and loads nothing). What does not begin like its type is not shown.

/** Base64 characters of the largest picture that is shown: 8 MiB. */
export const mostImage = 11_200_000;

/** Pixels of the largest picture that is shown: a small file can ask for gigabytes. */
export const mostPixels = 40_000_000;

const raster = {
  "image/png": (b) => starts(b, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  "image/jpeg": (b) => starts(b, [0xff, 0xd8, 0xff]),
  "image/gif": (b) => starts(b, [0x47, 0x49, 0x46, 0x38]),
  "image/webp": (b) => starts(b, [0x52, 0x49, 0x46, 0x46]) && starts(b.slice(8), [0x57, 0x45, 0x42, 0x50]),
};

/** The raster types, best first. */
export const rasterTypes = Object.freeze(Object.keys(raster));

/** A data: URL for a raster picture in base64, or an {error} that says why there is none. */
export function rasterURL(type, base64) {
  const text = typeof base64 === "string" ? base64.replace(/\s+/g, "") : "";
  if (text.length > mostImage) return { error: "picture larger than 8 MiB" };
  const head = decode(text.slice(0, 64));
  if (!head || !Object.hasOwn(raster, type) || !raster[type](head))
    return { error: `not a ${type.slice(6).toUpperCase()} picture` };
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return { error: "picture is not valid base64" };
  if (type === "image/png" && pixels(head) > mostPixels) return { error: "picture has too many pixels" };
  return { url: `data:${type};base64,${text}` };
}

/** A data: URL for an SVG source, or an {error}. */
export function svgURL(source) {
  if (source.length > 2_000_000) return { error: "SVG larger than 2 MB" };
  if (!/^\ufeff?\s*<(?:\?xml|!DOCTYPE|!--|svg)/i.test(source)) return { error: "not an SVG picture" };
  const utf8 = new TextEncoder().encode(source);
  let binary = "";
  for (let i = 0; i < utf8.length; i += 0x8000) binary += String.fromCharCode(...utf8.subarray(i, i + 0x8000));
  return { url: `data:image/svg+xml;base64,${btoa(binary)}` };
}

function decode(base64) {
  try {
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  } catch {
    return null;
  }
}

function starts(data, magic) {
  return magic.every((byte, i) => data[i] === byte);
}

/** Width times height out of a PNG's header chunk. */
function pixels(head) {
  if (head.length < 24) return Infinity;
  const view = new DataView(head.buffer);
  return view.getUint32(16) * view.getUint32(20);
}
