/** Classes of failures: whose trouble it was, from the code of the error alone. */

import { describe, expect, it } from "vitest";
import { exitOfFailure, failureClassOf } from "../../../rig/core/verdict/failure-class.ts";
import { RigError, type RigErrorCode } from "../../../rig/core/verdict/rig-error.ts";

describe("the class of a failure", () => {
  it.each([
    ["input.malformed", "config", 65],
    ["usage.option", "config", 65],
    ["capability.fault", "config", 65],
    ["bench.trouble", "bench", 3],
    ["output.write-failed", "bench", 3],
    ["bench.flash", "flash", 3],
    ["bench.node", "node", 3],
    ["bench.bus", "bus", 3],
    ["check.timeout", "checker", 2],
    ["rig.internal", "internal", 70],
  ] as const satisfies readonly (readonly [RigErrorCode, string, number])[])(
    "of %s is %s, with exit code %i",
    (code, expected, exit) => {
      const found = failureClassOf(new RigError(code, "it failed"));
      expect([found, exitOfFailure(found)]).toEqual([expected, exit]);
    },
  );

  it("of what nobody foresaw is internal", () => {
    expect(failureClassOf(new TypeError("x is not a function"))).toBe("internal");
  });
});
