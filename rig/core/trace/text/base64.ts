/** Base64 (RFC 4648, section 4), for bytes that a text format keeps so. */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** By character code; -1 for what is no letter of it. */
const VALUES = Int8Array.from({ length: 128 }, (_, code) =>
  code === 0 ? -1 : LETTERS.indexOf(String.fromCharCode(code)),
);
const PADDING = 61;

/** Null for what is no whole base64 text. */
export function decodeBase64(text: string): Uint8Array | null {
  let length = text.length;
  if (length % 4 !== 0) return null;
  for (let missing = 0; missing < 2 && text.charCodeAt(length - 1) === PADDING; missing++) length--;
  const data = new Uint8Array(Math.floor((length * 6) / 8));
  let bits = 0;
  let count = 0;
  let at = 0;
  for (let letter = 0; letter < length; letter++) {
    const code = text.charCodeAt(letter);
    const value = code < 128 ? (VALUES[code] as number) : -1;
    if (value < 0) return null;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    data[at++] = (bits >>> count) & 0xff;
  }
  return data;
}

export function encodeBase64(data: Uint8Array): string {
  let text = "";
  for (let i = 0; i < data.length; i += 3) {
    const [a = 0, b = 0, c = 0] = data.subarray(i, i + 3);
    const word = (a << 16) | (b << 8) | c;
    const letters = [18, 12, 6, 0].map((shift) => LETTERS.charAt((word >>> shift) & 63)).join("");
    const missing = Math.max(0, i + 3 - data.length);
    text += letters.slice(0, 4 - missing) + "=".repeat(missing);
  }
  return text;
}
