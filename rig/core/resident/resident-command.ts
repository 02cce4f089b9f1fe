/**
 * What the rig tells the clients of a node: on the control line, not on the bus. Nothing runs
 * before `start`, and a node that starts again has to be told once more. In words it is
 * `clients start`, `clients stop`, `clients read KEY...`, for programs and boards alike.
 */

import { KEY_MAX } from "../wire/transaction.ts";

export type ResidentCommand =
  | { readonly kind: "start" }
  /** What is open comes to its end; nothing more is begun. */
  | { readonly kind: "stop" }
  /** Begins nothing else, and reads each key once, after those that it was told before. */
  | { readonly kind: "final-reads"; readonly keys: readonly number[] };

/** Keys in one line of a control line, whose length is limited. */
const KEYS_A_LINE = 6;

/** The words of the command, for each line one list: keys may need several. */
export function wordsOfCommand(command: ResidentCommand): readonly (readonly string[])[] {
  if (command.kind !== "final-reads") return [["clients", command.kind]];
  const lines: string[][] = [];
  for (let first = 0; first < command.keys.length; first += KEYS_A_LINE) {
    const keys = command.keys.slice(first, first + KEYS_A_LINE);
    lines.push(["clients", "read", ...keys.map(String)]);
  }
  return lines;
}

/** The command that the words after `clients` say; null where they say none. */
export function commandOfWords([verb, ...keys]: readonly string[]): ResidentCommand | null {
  if (verb === "start" || verb === "stop") return keys.length === 0 ? { kind: verb } : null;
  const numbers = keys.map(Number);
  const areKeys = keys.every((key) => /^\d{1,5}$/.test(key) && Number(key) <= KEY_MAX);
  if (verb !== "read" || keys.length === 0 || !areKeys) return null;
  return { kind: "final-reads", keys: numbers };
}
