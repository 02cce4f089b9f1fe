/**
 * Finds elle-cli's answer in what it prints. Log lines go to the same stream, before and after it,
 * so the answer is the last JSON object that begins a line and has the key "valid?". Lines that
 * can't belong to one are dropped as they come; a log of any length takes no memory.
 */

import { StringDecoder } from "node:string_decoder";
import type { CheckAnswer } from "../../ports/checker.ts";

/** Characters of a JSON object that is still open; far above any answer. */
const LONGEST_OBJECT = 64 << 20;
/** A longer line is cut. An answer comes in short lines, and logs are of no interest. */
const LONGEST_LINE = 16 << 20;

export class AnswerScanner {
  readonly #decoder = new StringDecoder("utf8");
  #line = "";
  #object: string[] = [];
  #objectLength = 0;
  readonly #depth = new BracketDepth();
  #answer: Record<string, unknown> | null = null;

  feed(bytes: Buffer): void {
    const lines = (this.#line + this.#decoder.write(bytes)).split("\n");
    this.#line = (lines.pop() as string).slice(0, LONGEST_LINE);
    for (const line of lines) this.#take(line);
  }

  /** The answer, or `null` where there is none. */
  finish(): CheckAnswer | null {
    this.#take(this.#line + this.#decoder.end());
    this.#line = "";
    return this.#answer === null ? null : answerOf(this.#answer);
  }

  #take(line: string): void {
    if (this.#object.length === 0) {
      if (line.startsWith("{")) this.#add(line);
      return;
    }
    // The object before it never closed: it was no JSON.
    if (line.startsWith('{"valid?"')) this.#forget();
    this.#add(line);
  }

  #add(line: string): void {
    this.#object.push(line);
    this.#objectLength += line.length + 1;
    if (this.#depth.after(line) > 0 && this.#objectLength <= LONGEST_OBJECT) return;
    const text = this.#object.join("\n");
    this.#forget();
    const object = parsed(text);
    if (object !== null && "valid?" in object) this.#answer = object;
  }

  #forget(): void {
    this.#object = [];
    this.#objectLength = 0;
    this.#depth.reset();
  }
}

/** How many brackets are open, strings apart. */
class BracketDepth {
  #depth = 0;
  #isInString = false;

  after(line: string): number {
    for (let at = 0; at < line.length; at++) {
      const character = line[at];
      if (character === '"') this.#isInString = !this.#isInString;
      else if (!this.#isInString) {
        if (character === "{" || character === "[") this.#depth++;
        else if (character === "}" || character === "]") this.#depth--;
      } else if (character === "\\") at++;
    }
    return this.#depth;
  }

  reset(): void {
    this.#depth = 0;
    this.#isInString = false;
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Something in braces that is no JSON: a line of the log.
    return null;
  }
}

/** Anything that is neither true nor false is no verdict. */
function answerOf(object: Record<string, unknown>): CheckAnswer {
  const valid = object["valid?"];
  return {
    valid: typeof valid === "boolean" ? valid : "unknown",
    anomalyTypes: names(object["anomaly-types"]),
    not: names(object["not"]),
    alsoNot: names(object["also-not"]),
  };
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String).sort() : [];
}
