import { describe, expect, it } from "vitest";
import { Teardown } from "../../../rig/engine/teardown.ts";
import type { Sleep } from "../../../rig/ports/clock.ts";

/** A timer that ends when the test says so. */
function fakeTimer() {
  const waiting: { ms: number; end: () => void }[] = [];
  const sleep: Sleep = (ms, signal) =>
    new Promise<void>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("aborted")));
      waiting.push({ ms, end: resolve });
    });
  return { sleep, waiting };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const hangs = () => new Promise<never>(() => undefined);

function aStack() {
  const done: string[] = [];
  const timer = fakeTimer();
  const teardown = new Teardown({ sleep: timer.sleep });
  const task = (name: string, run: (signal: AbortSignal) => unknown = () => undefined) => ({
    name,
    limitMs: 5_000,
    run: (signal: AbortSignal) => {
      done.push(name);
      return run(signal);
    },
  });
  return { teardown, timer, done, task };
}

describe("the teardown stack", () => {
  it("undoes last what was taken first, and waits for each step", async () => {
    const { teardown, done, task } = aStack();
    teardown.push(task("power"));
    teardown.push(
      task("bus", async () => {
        await settled();
        done.push("bus is closed");
      }),
    );
    expect(await teardown.run()).toEqual([
      { step: "bus", ok: true },
      { step: "power", ok: true },
    ]);
    expect(done).toEqual(["bus", "bus is closed", "power"]);
  });

  it("hands on what was taken in the statement that takes it", async () => {
    const { teardown, done, task } = aStack();
    const bus = teardown.take({ channel: "can0" }, ({ channel }) => task(`close ${channel}`));
    expect(bus).toEqual({ channel: "can0" });
    await teardown.run();
    expect(done).toEqual(["close can0"]);
  });

  it("reports what a step says of its work", async () => {
    const { teardown, task } = aStack();
    teardown.push(task("heal", async () => "2 healed"));
    expect(await teardown.run()).toEqual([{ step: "heal", ok: true, detail: "2 healed" }]);
  });

  it.each([
    ["throws", () => Promise.reject(new Error("no answer"))],
    [
      "throws at once",
      () => {
        throw new Error("no answer");
      },
    ],
  ])("goes on after a step that %s", async (_, fail) => {
    const { teardown, task } = aStack();
    teardown.push(task("power"));
    teardown.push(task("bus", fail));
    expect(await teardown.run()).toEqual([
      { step: "bus", ok: false, detail: "no answer" },
      { step: "power", ok: true },
    ]);
  });

  it("goes on after a step that hangs, once its deadline has passed", async () => {
    const { teardown, timer, task } = aStack();
    let signalOfStep: AbortSignal | undefined;
    teardown.push(task("power"));
    teardown.push(
      task("bus", (signal) => {
        signalOfStep = signal;
        return hangs();
      }),
    );
    const running = teardown.run();
    await settled();
    expect(timer.waiting.map(({ ms }) => ms)).toEqual([5_000]);
    expect(signalOfStep?.aborted).toBe(false);
    timer.waiting[0]!.end();
    expect(await running).toEqual([
      { step: "bus", ok: false, detail: "not done after 5 s" },
      { step: "power", ok: true },
    ]);
    expect(signalOfStep?.aborted).toBe(true);
  });

  it("forgets a step whose thing was given back in time", async () => {
    const { teardown, done, task } = aStack();
    teardown.push(task("power"));
    const forget = teardown.push(task("heal"));
    forget();
    forget();
    await teardown.run();
    expect(done).toEqual(["power"]);
  });

  it("carries out each step once, however often it is run", async () => {
    const { teardown, done, task } = aStack();
    teardown.push(task("power"));
    const [first, second] = await Promise.all([teardown.run(), teardown.run()]);
    expect(first).toBe(second);
    expect(await teardown.run()).toEqual(first);
    expect(done).toEqual(["power"]);
  });

  it("also undoes what was taken while it ran, or after", async () => {
    const { teardown, done, task } = aStack();
    teardown.push(
      task("bus", () => {
        teardown.push(task("late"));
      }),
    );
    await teardown.run();
    teardown.push(task("later"));
    expect((await teardown.run()).map(({ step }) => step)).toEqual(["bus", "late", "later"]);
    expect(done).toEqual(["bus", "late", "later"]);
  });
});

describe("a second interrupt", () => {
  it("cuts the step under way short and leaves only short forms", async () => {
    const { teardown, done, task } = aStack();
    const urgent = new AbortController();
    const safe = (name: string) => () => {
      done.push(`${name} now`);
    };
    teardown.push({ ...task("power"), safe: safe("power") });
    teardown.push(task("files"));
    teardown.push({ ...task("nodes", hangs), safe: safe("nodes") });
    const running = teardown.run(urgent.signal);
    await settled();
    urgent.abort();
    expect(await running).toEqual([
      { step: "nodes (short form)", ok: true },
      { step: "files", ok: false, detail: "left out after the second interrupt" },
      { step: "power (short form)", ok: true },
    ]);
    expect(done).toEqual(["nodes", "nodes now", "power now"]);
  });

  it("gives a short form a short deadline", async () => {
    const { teardown, timer, task } = aStack();
    teardown.push({ ...task("power"), safe: hangs });
    const running = teardown.run(AbortSignal.abort());
    await settled();
    expect(timer.waiting.map(({ ms }) => ms)).toEqual([1_000]);
    timer.waiting[0]!.end();
    expect(await running).toEqual([
      { step: "power (short form)", ok: false, detail: "not done after 1 s" },
    ]);
  });

  it("changes nothing for steps that are done", async () => {
    const { teardown, task } = aStack();
    const urgent = new AbortController();
    teardown.push(task("power"));
    const steps = await teardown.run(urgent.signal);
    urgent.abort();
    expect(await teardown.run(urgent.signal)).toEqual(steps);
    expect(steps).toEqual([{ step: "power", ok: true }]);
  });
});
