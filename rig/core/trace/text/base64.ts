/** Base64 (RFC 4648, section 4), for bytes that a text format keeps so. */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const VALUES = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, LETTERS.indexOf(String.fromCharCode(code))),
);

/** Null for what is no whole base64 text. */
export function decodeBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const digits = text.replace(/=+$/, "");
  const data = new Uint8Array(Math.floor((digits.length * 6) / 8));
  let bits = 0;
  let count = 0;
  let at = 0;
  for (let letter = 0; letter < digits.length; letter++) {
    bits = ((bits << 6) | (VALUES[digits.charCodeAt(letter)] as number)) & 0xffff;
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
