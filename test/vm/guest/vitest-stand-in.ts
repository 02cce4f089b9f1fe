/** As much of vitest as the contract suites need, inside the kernel of `rig vm`: it starts at once. */

import assert from "node:assert/strict";

interface Test {
  readonly name: string;
  readonly body: () => unknown;
}

const tests: Test[] = [];
const groups: string[] = [];

export function describe(name: string, body: () => void): void {
  groups.push(name);
  body();
  groups.pop();
}

export function it(name: string, body: () => unknown): void {
  tests.push({ name: [...groups, name].join(": "), body });
}

export function expect(actual: unknown, message?: string) {
  return {
    toBe: (expected: unknown) => assert.equal(actual, expected, message),
    toEqual: (expected: unknown) => assert.deepEqual(actual, expected, message),
    toHaveLength: (length: number) => assert.equal((actual as unknown[]).length, length),
    toBeGreaterThan: (least: number) => assert.ok((actual as number) > least, `${actual}`),
    toContain: (item: unknown) => assert.ok((actual as unknown[]).includes(item), `${actual}`),
    toMatchObject: (expected: object) => {
      for (const [name, value] of Object.entries(expected)) {
        assert.deepEqual((actual as Record<string, unknown>)[name], value, name);
      }
    },
  };
}

/** Each test with what went wrong, or null. */
export async function runAll(): Promise<Record<string, string | null>> {
  const results: Record<string, string | null> = {};
  for (const { name, body } of tests) {
    try {
      await body();
      results[name] = null;
    } catch (error) {
      results[name] = String((error as Error).message);
    }
  }
  return results;
}
