/** Equality of long lists, a hundred times as fast as the matcher, which still says what differs. */

import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";

export function expectSame(actual: unknown, expected: unknown, hint?: string): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual, hint).toEqual(expected);
}
