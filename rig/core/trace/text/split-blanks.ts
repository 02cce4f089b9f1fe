/** Cuts a line at its blanks, without a regular expression where there are spaces alone. */

/** The words of a text; none where it has nothing but blanks. */
export function splitBlanks(text: string): string[] {
  // Other blanks than the space are rare.
  if (/[^\S ]/.test(text))
    return text
      .trim()
      .split(/\s+/)
      .filter((word) => word !== "");
  const words = text.split(" ");
  return words.includes("") ? words.filter((word) => word !== "") : words;
}
