import { describe, expect, it } from "vitest";
import { type Wait, type Watch, waitFor } from "../../../rig/engine/waits.ts";
import type { Sleep } from "../../../rig/ports/clock.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A wait whose deadline passes when the test says so. */
function aWait() {
  let pass: () => void = () => undefined;
  let timer: AbortSignal | undefined;
  const sleep: Sleep = (_, signal) => {
    timer = signal;
    return new Promise<void>((resolve) => {
      pass = resolve;
      signal.addEventListener("abort", () => resolve());
    });
  };
  const interrupt = new AbortController();
  const wait: Wait = {
    name: "node 3 to boot",
    limitMs: 5_000,
    sleep,
    signal: interrupt.signal,
    code: "rig.internal",
  };
  return { wait, interrupt, pass: () => pass(), isTimerOff: () => timer?.aborted };
}

describe("a wait", () => {
  it("gives the result of what it waits for and ends its timer", async () => {
    const { wait, isTimerOff } = aWait();
    expect(await waitFor(wait, async () => 42)).toBe(42);
    expect(isTimerOff()).toBe(true);
  });

  it("passes errors on as they are", async () => {
    const { wait, isTimerOff } = aWait();
    const error = new Error("no such node");
    await expect(waitFor(wait, () => Promise.reject(error))).rejects.toBe(error);
    expect(isTimerOff()).toBe(true);
  });

  it("says at its deadline what it waited for, how long, and what it saw last", async () => {
    const { wait, pass } = aWait();
    let watch: Watch | undefined;
    const waiting = waitFor(wait, (each) => {
      watch = each;
      each.seen("power is on");
      each.seen("boot loader 2.1");
      return new Promise<never>(() => undefined);
    });
    pass();
    await expect(waiting).rejects.toMatchObject({
      name: "RigError",
      code: "rig.internal",
      message: "waited 5 s for node 3 to boot; last seen: boot loader 2.1",
    });
    expect(watch?.signal.aborted).toBe(true);
  });

  it("says so when nothing was seen at all", async () => {
    const { wait, pass } = aWait();
    const waiting = waitFor(wait, () => new Promise<never>(() => undefined));
    pass();
    await expect(waiting).rejects.toThrow("waited 5 s for node 3 to boot; last seen: nothing");
  });

  it("ends when it is interrupted, and tells the work", async () => {
    const { wait, interrupt, isTimerOff } = aWait();
    let signal: AbortSignal | undefined;
    const waiting = waitFor(wait, (watch) => {
      signal = watch.signal;
      return new Promise<never>(() => undefined);
    });
    interrupt.abort("SIGINT");
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    expect(signal?.aborted).toBe(true);
    expect(isTimerOff()).toBe(true);
  });

  it("does not begin when it is interrupted already", async () => {
    const { wait, interrupt } = aWait();
    interrupt.abort("SIGINT");
    let hasBegun = false;
    const waiting = waitFor(wait, async () => {
      hasBegun = true;
    });
    await expect(waiting).rejects.toThrow("interrupted while waiting for node 3 to boot");
    expect(hasBegun).toBe(false);
  });

  it("leaves nothing behind that could fail later", async () => {
    const { wait, pass } = aWait();
    let fail: (error: Error) => void = () => undefined;
    const waiting = waitFor(wait, () => new Promise<never>((_, reject) => (fail = reject)));
    pass();
    await expect(waiting).rejects.toThrow("waited 5 s");
    fail(new Error("too late"));
    await settled();
  });
});
