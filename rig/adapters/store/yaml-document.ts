/**
 * A YAML (or JSON) file as a plain value, with the place of each field in the text, so that what
 * is wrong with a field can be said as `file:line:column`.
 */

import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { RigError } from "../../core/verdict/rig-error.ts";
import { piecesOf } from "./lines.ts";

/** Nobody writes more by hand; anything larger is some other file. */
const BYTES_MAX = 1 << 20;

export type FieldPath = readonly (string | number)[];

export class YamlDocument {
  readonly value: unknown;
  readonly #path: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  /** Throws `input.unreadable` or `input.malformed`. */
  constructor(path: string) {
    this.#path = path;
    this.#lines = new LineCounter();
    const text = readText(path);
    try {
      this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
      const [error] = this.#document.errors;
      if (error !== undefined) throw this.#malformedAt(error.pos[0], wordsOf(error));
      this.value = this.#document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      if (error instanceof RigError) throw error;
      // Nesting beyond the stack, or aliases that multiply.
      throw this.#malformedAt(0, wordsOf(error));
    }
  }

  /** An error about this field, or about where it would stand if it is missing. */
  malformed(path: FieldPath, text: string): RigError {
    return this.#malformedAt(this.offsetOf(path), text);
  }

  /** Where the field begins: its key in a mapping. */
  offsetOf(path: FieldPath): number {
    let node: unknown = this.#document.contents;
    let offset = offsetOfNode(node) ?? 0;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(this.#document);
      let place: unknown;
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
        place = pair?.key;
        node = pair?.value;
      } else {
        node = isSeq(node) ? node.items[Number(step)] : undefined;
        place = node;
      }
      const found = offsetOfNode(place);
      if (found === null) return offset;
      offset = found;
    }
    return offset;
  }

  #malformedAt(offset: number, text: string): RigError {
    const { line, col } = this.#lines.linePos(offset);
    const first = text.split("\n", 1)[0] ?? "";
    return new RigError(
      "input.malformed",
      `${this.#path}:${Math.max(1, line)}:${Math.max(1, col)}: ${first}`,
    );
  }
}

function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : "not YAML";
  return message.includes("call stack") ? "nested too deeply" : message;
}

function offsetOfNode(node: unknown): number | null {
  const { range } = (node ?? {}) as { range?: readonly number[] | null };
  return range?.[0] ?? null;
}

function readText(path: string): string {
  const decoder = new TextDecoder();
  let text = "";
  for (const piece of piecesOf(path)) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > BYTES_MAX) {
      throw new RigError("input.malformed", `${path}: expected at most ${BYTES_MAX} bytes`);
    }
  }
  return text + decoder.decode();
}
