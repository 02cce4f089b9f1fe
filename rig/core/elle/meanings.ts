/** Types of anomalies in a few words, for readers who don't have Adya's thesis at hand. */

const MEANINGS: Readonly<Record<string, string>> = {
  G0: "writes in a circle",
  G1a: "read of what a failed transaction wrote",
  G1b: "read of a state from the middle of a transaction",
  G1c: "information flows in a circle",
  "G-single-item": "a read missed one write, though the reader comes after it",
  "G-nonadjacent-item": "several reads missed writes, never two in a row",
  "G2-item": "transactions each missed what the next one wrote",
  internal: "a transaction contradicts its own reads and writes",
  "future-read": "a transaction read what it only wrote later",
  "incompatible-order": "reads that no single order of appends explains",
  "duplicate-elements": "one append is there several times",
  "garbage-read": "read of what nobody wrote",
  "lost-update": "several changed the same state, and only one change can last",
  "dirty-update": "a change was built on one that failed",
  "cyclic-versions": "versions of a key in a circle",
};

const ORDERS: Readonly<Record<string, string>> = {
  "-process": "with the order of one process",
  "-realtime": "with real time",
};

/** Empty where the name says it all. */
export function meaningOf(type: string): string {
  for (const [suffix, words] of Object.entries(ORDERS)) {
    if (!type.endsWith(suffix)) continue;
    const meaning = MEANINGS[type.slice(0, -suffix.length)];
    if (meaning !== undefined) return `${meaning}, ${words}`;
  }
  return MEANINGS[type] ?? "";
}
