/** Which frames and signals the user asked for: by identifier, by message and by signal. */

import { BASE_ID_MAX, EXTENDED_ID_MAX } from "../../core/can/frame.ts";
import type { DbcMessage, DbcSet, DbcSignal } from "../../core/dbc/index.ts";
import type { FrameRecord } from "../../core/trace/index.ts";
import { RigError } from "../../core/verdict/rig-error.ts";

export interface FilterTexts {
  /** Names and identifiers with commas between them. */
  readonly ids?: string | undefined;
  readonly messages?: string | undefined;
  readonly signals?: string | undefined;
}

/** `null`: the message is left out; `undefined`: all of its signals are wanted. */
export type WantedSignals = ReadonlySet<DbcSignal> | null | undefined;

export class FrameFilter {
  readonly #ids: ReadonlySet<string> | null;
  readonly #isUnknownWanted: boolean;
  readonly #wanted = new Map<DbcMessage, WantedSignals>();

  /** Throws `usage.option` for what is no identifier, or names nothing in the files. */
  constructor({ ids, messages, signals }: FilterTexts, dbcs: DbcSet) {
    this.#ids = ids === undefined ? null : new Set(wordsOf("--id", ids).map(idKey));
    this.#isUnknownWanted = messages === undefined && signals === undefined;
    const isMessage = matcher("--message", messages);
    const isSignal = matcher("--signals", signals);
    for (const message of dbcs.messages) {
      const wanted = message.signals.filter(
        ({ name }) => isSignal?.(name) === true || isSignal?.(`${message.name}.${name}`) === true,
      );
      const isLeftOut =
        isMessage?.(message.name) === false || (isSignal !== null && wanted.length === 0);
      const all = isSignal === null ? undefined : new Set(wanted);
      this.#wanted.set(message, isLeftOut ? null : all);
    }
    const names = dbcs.sources.map(({ name }) => name).join(", ");
    isMessage?.checkUsed(names, "message");
    isSignal?.checkUsed(names, "signal");
  }

  hasId({ id, extended }: FrameRecord): boolean {
    return this.#ids === null || this.#ids.has(keyOf(id, extended));
  }

  /** Whether frames count that no file knows. */
  get isUnknownWanted(): boolean {
    return this.#isUnknownWanted;
  }

  wantedOf(message: DbcMessage): WantedSignals {
    return this.#wanted.get(message);
  }
}

function wordsOf(option: string, text: string): string[] {
  const words = text.split(",").map((word) => word.trim());
  if (words.some((word) => word === "")) {
    throw new RigError(
      "usage.option",
      `${option} is "${text}": expected names with commas between`,
    );
  }
  return words;
}

/** Hexadecimal: up to three digits have 11 bits, eight have 29, as in the table. */
function idKey(text: string): string {
  const digits = /^(?:0x)?([0-9A-Fa-f]{1,8})$/.exec(text)?.[1] ?? "";
  const id = Number.parseInt(digits, 16);
  const isExtended = digits.length === 8 || id > BASE_ID_MAX;
  const isClear = isExtended || digits.length <= 3;
  if (digits === "" || !isClear || id > EXTENDED_ID_MAX) {
    const expected = "expected hexadecimal, three digits up to 7FF or eight up to 1FFFFFFF";
    throw new RigError("usage.option", `--id is "${text}": ${expected}`);
  }
  return keyOf(id, isExtended);
}

function keyOf(id: number, extended: boolean): string {
  return `${id}${extended ? "x" : ""}`;
}

type Matcher = ((name: string) => boolean) & {
  checkUsed(files: string, what: string): void;
};

/** Names, in which * stands for anything; null where the option is not given. */
function matcher(option: string, text: string | undefined): Matcher | null {
  if (text === undefined) return null;
  const patterns = wordsOf(option, text).map((word) => ({
    word,
    test: testOf(word),
    isUsed: false,
  }));
  const matches = (name: string) => {
    const fitting = patterns.filter(({ test }) => test(name));
    for (const pattern of fitting) pattern.isUsed = true;
    return fitting.length > 0;
  };
  const checkUsed = (files: string, what: string) => {
    const unused = patterns.find(({ isUsed }) => !isUsed);
    if (unused === undefined) return;
    const problem = `${option} is "${unused.word}": no ${what} of that name is in ${files}`;
    throw new RigError("usage.option", problem);
  };
  return Object.assign(matches, { checkUsed });
}

function testOf(word: string): (name: string) => boolean {
  if (!word.includes("*")) return (name) => name === word;
  const parts = word.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  const pattern = new RegExp(`^${parts.join(".*")}$`, "s");
  return (name) => pattern.test(name);
}
