/**
 * Identifiers as people write them on the command line, and sets of them: three hexadecimal digits
 * are a base identifier, eight an extended one, as in candump.
 */

import { BASE_ID_MAX, EXTENDED_ID_MAX } from "../can/frame.ts";

export interface Identifier {
  readonly id: number;
  readonly extended: boolean;
}

/** Both ends belong to it. */
export interface IdentifierRange {
  readonly first: number;
  readonly last: number;
  readonly extended: boolean;
}

/** `123` or `1F334455`; null when it is no such text. */
export function parseIdentifier(text: string): Identifier | null {
  if (!/^(?:[0-9a-f]{3}|[0-9a-f]{8})$/i.test(text)) return null;
  const extended = text.length === 8;
  const id = Number.parseInt(text, 16);
  return id <= (extended ? EXTENDED_ID_MAX : BASE_ID_MAX) ? { id, extended } : null;
}

/** `123` or `100-1FF`; null when it is no such text. */
export function parseIdentifierRange(text: string): IdentifierRange | null {
  const [from = "", to = from, ...rest] = text.split("-");
  const first = parseIdentifier(from);
  const last = parseIdentifier(to);
  if (first === null || last === null || rest.length > 0) return null;
  if (first.extended !== last.extended || first.id > last.id) return null;
  return { first: first.id, last: last.id, extended: first.extended };
}

export function isIn(ranges: readonly IdentifierRange[], { id, extended }: Identifier): boolean {
  return ranges.some(
    (range) => range.extended === extended && range.first <= id && id <= range.last,
  );
}

/** One number for each identifier of either format. */
export function identifierKey({ id, extended }: Identifier): number {
  return extended ? id + BASE_ID_MAX + 1 : id;
}

export function identifierText({ id, extended }: Identifier): string {
  return id
    .toString(16)
    .toUpperCase()
    .padStart(extended ? 8 : 3, "0");
}
