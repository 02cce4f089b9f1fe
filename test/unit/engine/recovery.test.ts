/** The recovery ladder: what is tried, in which order, and what is said when nothing helps. */

import { describe, expect, it } from "vitest";
import { bringUp, type Recoverable } from "../../../rig/engine/recovery.ts";

const never = new AbortController().signal;

/** A board that answers once `cure` was done. */
function board(cure: string | null, able: readonly string[] = ["reset", "power-cycle"]) {
  const done: string[] = [];
  const step = (name: string) => async () => {
    done.push(name);
  };
  const it: Recoverable = {
    name: "ecu0",
    up: async () => {
      if (cure === null || !done.includes(cure)) throw new Error("no answer");
    },
    reopen: step("reopen"),
    ...(able.includes("reset") ? { reset: step("reset") } : {}),
    ...(able.includes("power-cycle") ? { powerCycle: step("power-cycle") } : {}),
  };
  return it;
}

async function rungsOf(each: Recoverable): Promise<string[]> {
  const rungs: string[] = [];
  await bringUp(each, (rung) => rungs.push(rung), never).catch(({ message }: Error) => {
    rungs.push(message);
  });
  return rungs;
}

describe("the recovery ladder", () => {
  it.each(["reopen", "reset", "power-cycle"])(
    "goes no further than %s where that helps",
    async (cure) => {
      const all = ["reopen", "reset", "power-cycle"];
      expect(await rungsOf(board(cure))).toEqual(all.slice(0, all.indexOf(cure) + 1));
    },
  );

  it("gives up after the last rung, and says what was wrong", async () => {
    const said = "ecu0 does not come up: no answer";
    expect(await rungsOf(board(null))).toEqual(["reopen", "reset", "power-cycle", "give-up", said]);
    expect(await rungsOf(board(null, []))).toEqual(["reopen", "give-up", said]);
  });

  it("does nothing about a board that answers", async () => {
    expect(await rungsOf({ name: "ecu0", up: async () => {}, reopen: async () => {} })).toEqual([]);
  });

  it("ends at once when it is told to", async () => {
    const stop = new AbortController();
    const each: Recoverable = {
      name: "ecu0",
      up: async () => {
        stop.abort("enough");
        throw new Error("no answer");
      },
      reopen: async () => {},
    };
    const rungs: string[] = [];
    const work = bringUp(each, (rung) => rungs.push(rung), stop.signal);
    await expect(work).rejects.toBe("enough");
    expect(rungs).toEqual([]);
  });
});
