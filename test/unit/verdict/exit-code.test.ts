/** The exit code of a batch: the first of 130, 70, 65, 1, 2, 0 that occurred. */

import { describe, expect, it } from "vitest";
import { type ExitCode, exitOfBatch } from "../../../rig/core/verdict/exit-code.ts";

const ORDER: readonly ExitCode[] = [130, 70, 65, 1, 2, 0];

describe("the exit code of a batch", () => {
  it("is the worst that occurred, wherever it did", () => {
    for (let from = 0; from < ORDER.length; from++) {
      const codes = ORDER.slice(from);
      expect(exitOfBatch(codes)).toBe(ORDER[from]);
      expect(exitOfBatch([...codes].reverse())).toBe(ORDER[from]);
    }
  });

  it("is 0 for a batch of none", () => {
    expect(exitOfBatch([])).toBe(0);
  });
});
