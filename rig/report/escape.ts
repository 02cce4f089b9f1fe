/**
 * Text inside XML and HTML. Characters that neither may hold (control characters, halves of
 * surrogate pairs, U+FFFE and U+FFFF) are written out as `\x1b` or `\ufffe`, so that nothing is
 * lost and no parser stumbles; line ends in attributes are kept as references.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "\n": "&#10;",
  "\r": "&#13;",
  "\t": "&#9;",
};

const FORBIDDEN = /[\p{Cc}\p{Cs}\ufffe\uffff]/gu;

function writtenOut(character: string): string {
  if (character === "\n" || character === "\r" || character === "\t") return character;
  const code = character.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** For the text of an element. */
export function escapeText(text: string): string {
  return text
    .replace(FORBIDDEN, writtenOut)
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
}

/** For the value of an attribute in double quotes. */
export function escapeAttribute(text: string): string {
  return text
    .replace(FORBIDDEN, writtenOut)
    .replace(/[&<>"'\n\r\t]/g, (character) => ENTITIES[character] ?? character);
}
