/**
 * The letters of a DBC file. Nothing in it says how they are encoded: most editors wrote the code
 * page of their Windows, newer ones UTF-8. What is right UTF-8 is taken as that, the rest as
 * windows-1252, in which each byte is a letter.
 */

/** What windows-1252 has at 0x80 to 0x9F; the rest of it is Latin-1. */
const WINDOWS_1252 =
  "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021" +
  "\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f" +
  "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014" +
  "\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

/**
 * `encoding` is a label of the WHATWG's Encoding Standard, such as `gbk` or `shift_jis`, instead
 * of what the bytes show. Throws a RangeError for an unknown one.
 */
export function textOfDbc(bytes: Uint8Array, encoding?: string): string {
  if (encoding !== undefined) return new TextDecoder(encoding).decode(bytes);
  const marked = markedEncoding(bytes);
  if (marked !== null) return new TextDecoder(marked).decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return textOfWindows1252(bytes);
  }
}

/** By a byte order mark. */
function markedEncoding([first, second]: Uint8Array): string | null {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : null;
}

/** By hand, since decoders of some versions of Node take it for Latin-1. */
function textOfWindows1252(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 4096) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 4096)));
  }
  return pieces
    .join("")
    .replace(/[\u0080-\u009f]/g, (letter) => WINDOWS_1252[letter.charCodeAt(0) - 0x80] ?? letter);
}
