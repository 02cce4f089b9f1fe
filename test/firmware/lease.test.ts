/** Leases of a bench: one holder at a time, whatever dies, and nobody waits for the dead. */

import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LeaseFile, leaseText } from "../../rig/adapters/store/lease-file.ts";
import { startOf } from "../../rig/adapters/store/lease-process.ts";
import { type Judge, type Lease, leaseInForce } from "../../rig/core/bench/lease.ts";
import { temporaryFolder } from "../support/cli.ts";

const anna = { owner: "anna", host: "lab1" };
const ben = { owner: "ben", host: "lab1" };
const run = { purpose: "rig run", expiryMs: 60_000 };
const byHand = { purpose: "soldering", expiryMs: 60_000, byHand: true };

function bench() {
  const folder = temporaryFolder();
  const of = (who: typeof anna) => new LeaseFile("lab", folder, who);
  return { folder, anna: of(anna), ben: of(ben), remote: of({ owner: "cleo", host: "lab2" }) };
}

/** As a rig leaves it that died, or works on another machine. */
function put(folder: string, number: number, lease: Partial<Lease>): void {
  const whole = { ...anna, pid: null, started: null, purpose: "x", sinceMs: 0, untilMs: 0 };
  writeFileSync(path.join(folder, `lab.${number}.lease`), JSON.stringify({ ...whole, ...lease }));
}

async function dead(): Promise<number> {
  const child: ChildProcess = spawn("true");
  await new Promise((resolve) => child.once("close", resolve));
  return child.pid ?? 0;
}

describe("a lease", () => {
  it("is had by one at a time, and who comes second is told who has it", async () => {
    const { anna, ben } = bench();
    expect(anna.read()).toBe(null);
    const held = await anna.take(run);
    expect(ben.read()).toMatchObject({ owner: "anna", host: "lab1", pid: process.pid });
    await expect(ben.take(run)).rejects.toMatchObject({
      code: "bench.busy",
      exitCode: 4,
      message: `bench lab is busy: ${leaseText(held.lease)}`,
    });
    expect(leaseText(held.lease)).toContain(`anna at lab1 (process ${process.pid}), for rig run, `);
    held.release();
    held.release();
    expect(ben.read()).toBe(null);
    (await ben.take(run)).release();
  });

  it("is waited for, and whoever waits is told once for whom", async () => {
    const { anna, ben } = bench();
    const held = await anna.take(run);
    const told: string[] = [];
    const waiting = (text: string) => {
      told.push(text);
      setTimeout(() => held.release(), 300);
    };
    const second = await ben.take({ ...run, waitMs: 60_000, waiting });
    expect(told).toEqual([`bench lab is busy: ${leaseText(held.lease)}`]);
    expect(second.lease.owner).toBe("ben");
    second.release();
  });

  it("of a process that is gone counts no more, nor does that of another with its number", async () => {
    const { folder, ben } = bench();
    const later = Date.now() + 1e9;
    put(folder, 7, { pid: await dead(), untilMs: later });
    expect(ben.read()).toBe(null);
    put(folder, 8, { pid: process.pid, started: "another start", untilMs: later });
    (await ben.take(run)).release();
    expect(readFileSync(path.join(folder, "lab.log"), "utf8")).toContain("it was stale");
  });

  it("of a process that lives counts beyond its time, that of another host until its time", async () => {
    const { folder, ben } = bench();
    put(folder, 1, { pid: process.pid, started: startOf(process.pid), untilMs: 1 });
    expect(ben.read()).toMatchObject({ owner: "anna" });
    put(folder, 2, { host: "lab2", pid: 1, untilMs: Date.now() + 1e6 });
    await expect(ben.take(run)).rejects.toThrow("anna at lab2 (process 1)");
    put(folder, 3, { host: "lab2", pid: 1, untilMs: Date.now() - 60_000 });
    (await ben.take(run)).release();
  });

  it("of a person admits that person's rig, and is back in force behind it", async () => {
    const { anna, ben } = bench();
    await anna.take(byHand);
    await expect(ben.take(run)).rejects.toThrow("anna at lab1, for soldering");
    const held = await anna.take(run);
    expect(held.lease).toMatchObject({ pid: process.pid, within: { purpose: "soldering" } });
    held.release();
    expect(ben.read()).toMatchObject({ pid: null, purpose: "soldering" });
    expect(anna.release({ force: false })).toMatchObject({ purpose: "soldering" });
    expect(anna.release({ force: false })).toBe(null);
  });

  it("of a person outlives that person's rig, when it dies", async () => {
    const { folder, ben } = bench();
    const within = { ...anna, ...byHand, pid: null, started: null, sinceMs: 0 };
    const until = Date.now() + 1e6;
    put(folder, 1, { pid: await dead(), untilMs: until, within: { ...within, untilMs: until } });
    await expect(ben.take(run)).rejects.toThrow("anna at lab1, for soldering");
  });

  it("is released by force alone by somebody else, which is logged, and its holder notices", async () => {
    const { folder, anna, ben } = bench();
    const held = await anna.take({ ...run, expiryMs: 60 });
    expect(() => ben.release({ force: false })).toThrow("bench lab is busy: anna at lab1");
    expect(ben.release({ force: true })).toMatchObject({ owner: "anna" });
    await expect.poll(() => held.lost.aborted, { timeout: 60_000 }).toBe(true);
    held.release();
    expect(ben.read()).toBe(null);
    const [line = ""] = readFileSync(path.join(folder, "lab.log"), "utf8").split("\n");
    expect(JSON.parse(line)).toMatchObject({
      what: "released by force",
      by: { owner: "ben" },
      lease: { owner: "anna" },
    });
  });

  it("is renewed while its process works", async () => {
    const { anna, remote } = bench();
    const held = await anna.take({ ...run, expiryMs: 300 });
    const first = held.lease.untilMs;
    await expect
      .poll(() => remote.read()?.untilMs ?? 0, { timeout: 60_000 })
      .toBeGreaterThan(first + 100);
    held.release();
  });

  it("leaves few files, however often it was taken", async () => {
    const { folder, anna } = bench();
    for (let count = 0; count < 20; count++) (await anna.take(run)).release();
    const numbers = Array.from({ length: 17 }, (_, index) => `lab.${24 + index}.lease`);
    expect(readdirSync(folder)).toEqual(numbers);
  });

  it("that is damaged is nobody's", async () => {
    const { folder, anna } = bench();
    writeFileSync(path.join(folder, "lab.3.lease"), '{"owner": "an');
    (await anna.take(run)).release();
  });

  it("can't be kept in a folder that is none", async () => {
    const file = path.join(temporaryFolder(), "file");
    writeFileSync(file, "");
    await expect(new LeaseFile("lab", file).take(run)).rejects.toThrow("leases can't be kept");
  });

  it("is never had by two of several processes, some of which are killed while they have it", async () => {
    const folder = temporaryFolder();
    const contender = async (index: number) => {
      const args = ["--input-type=module", "-e", CONTENDER, LEASE_FILE, folder, String(index)];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      let said = "";
      child.stdout.on("data", (piece: Buffer) => {
        said += piece.toString();
      });
      await new Promise((resolve) => child.once("close", resolve));
      return said;
    };
    const said = await Promise.all([0, 1, 2, 3].map(contender));
    expect(said).toEqual(["", "", "20", "20"]);
    // As seen from the machine where they ran: the last one may have been killed.
    expect(new LeaseFile("lab", folder).read()).toBe(null);
  });
});

const LEASE_FILE = new URL("../../dist/rig/adapters/store/lease-file.js", import.meta.url).href;

/** Takes the bench twenty times; the first two die with it. Says how often, or who else was there. */
const CONTENDER = `
  import { readFileSync, rmSync, writeFileSync } from "node:fs";
  const [, module, folder, index] = process.argv;
  const { LeaseFile } = await import(module);
  const lease = new LeaseFile("lab", folder);
  const inside = folder + "/inside";
  let count = 0;
  for (; count < 20; count++) {
    const held = await lease.take({ purpose: "a test", expiryMs: 60000, waitMs: 100000 });
    try {
      writeFileSync(inside, String(process.pid), { flag: "wx" });
    } catch {
      const other = readFileSync(inside, "utf8") || "self";
      let isAlive = false;
      // One that was killed may still wait for its parent to notice.
      try { isAlive = !readFileSync("/proc/" + other + "/stat", "utf8").includes(") Z "); } catch {}
      if (isAlive) { console.log("beside " + other); process.exit(1); }
      writeFileSync(inside, String(process.pid));
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (Number(index) < 2 && count === 5) process.kill(process.pid, "SIGKILL");
    rmSync(inside);
    held.release();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  process.stdout.write(String(count));
`;

describe("whether a lease is in force", () => {
  const lease = (more: object): fc.Arbitrary<Lease> =>
    fc.record({
      owner: fc.constantFrom("anna", "ben"),
      host: fc.constantFrom("lab1", "lab2"),
      pid: fc.constantFrom(null, 1, 2),
      started: fc.constant(null),
      purpose: fc.constant("x"),
      sinceMs: fc.constant(0),
      untilMs: fc.nat(20),
      ...more,
    });

  it("depends on the process for its own host, else on the time, and never comes back", () => {
    const chain = lease({ within: fc.option(lease({}), { nil: undefined }) });
    fc.assert(
      fc.property(chain, fc.nat(20), fc.boolean(), (it, nowMs, runs) => {
        const judge: Judge = { host: "lab1", nowMs, isRunning: () => runs };
        const found = leaseInForce(it, judge);
        if (found !== null) {
          const isOwnProcess = found.pid !== null && found.host === "lab1";
          expect(isOwnProcess ? runs : nowMs < found.untilMs).toBe(true);
        }
        const later = leaseInForce(found, { ...judge, nowMs: nowMs + 1 });
        if (found === null) expect(later).toBe(null);
      }),
    );
  });
});
