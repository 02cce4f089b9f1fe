/** `rig check --transaction-order`: what is known of the order of transactions shows more. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readNodeOrder } from "../../rig/adapters/store/node-order.ts";
import { readHistory } from "../../rig/core/history/read-history.ts";
import { commitOrder } from "../../rig/core/run/commit-order.ts";
import { rig, temporaryFolder } from "../support/cli.ts";

/** Both writes are done before the read; only an order says which of them it should find. */
const REGISTERS = [
  '{"type":"invoke","process":0,"value":[["w",1,1]]}',
  '{"type":"invoke","process":1,"value":[["w",1,2]]}',
  '{"type":"ok","process":0,"value":[["w",1,1]]}',
  '{"type":"ok","process":1,"value":[["w",1,2]]}',
  '{"type":"invoke","process":0,"value":[["r",1,null]]}',
  '{"type":"ok","process":0,"value":[["r",1,2]]}',
];
const ARGS = ["--model", "rw-register"];

function apply(node: number, slot: number, requests: string): string {
  return `{"time":0,"node":${node},"event":"apply","slot":${slot},"requests":${requests}}`;
}

/** A run folder with what the nodes say they applied. */
function runFolder(...nodes: readonly (readonly string[])[]): string {
  const folder = join(temporaryFolder(), "run");
  mkdirSync(folder);
  writeFileSync(join(folder, "history.jsonl"), `${REGISTERS.join("\n")}\n`);
  const plan = { schema: 1, faults: [], workload: { clients: 2 } };
  writeFileSync(join(folder, "run.json"), JSON.stringify({ plan }));
  nodes.forEach((lines, node) => {
    writeFileSync(join(folder, `node-${node}.jsonl`), `${lines.join("\n")}\n`);
  });
  return folder;
}

describe("rig check --transaction-order FILE", () => {
  it("orders the versions of registers", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "h.jsonl");
    writeFileSync(file, REGISTERS.join("\n"));
    expect((await rig(["check", file, ...ARGS])).code).toBe(0);
    for (const [text, code] of [
      ['{"2": 0, "3": 1}', 0],
      ["{3 0, 2 1}", 1],
    ] as const) {
      writeFileSync(join(folder, "order"), text);
      const asked = [...ARGS, "--transaction-order", join(folder, "order")];
      const { code: found, stdout } = await rig(["check", file, ...asked]);
      expect([text, found]).toEqual([text, code]);
      expect(stdout).toContain(code === 0 ? "VALID" : "G-single-item-realtime");
    }
    writeFileSync(join(folder, "order"), "{3 0, 2 1, 99 2}");
    const { stdout } = await rig([
      ...["check", file, ...ARGS, "--transaction-order", join(folder, "order")],
    ]);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      "warning: 1 of 3 places in the order of transactions name no completion",
    );
  });

  it("is refused in one line where it is bad, missing, or of no use", async () => {
    const folder = runFolder();
    const bad = join(folder, "bad");
    writeFileSync(bad, "[3 0]");
    const ask = (...args: string[]) => rig(["check", folder, ...args]);
    expect(await ask(...ARGS, "--transaction-order", bad)).toMatchObject({
      code: 65,
      stderr: expect.stringMatching(/bad:1: expected a map from the index of a completion/),
    });
    expect((await ask(...ARGS, "--transaction-order", `${bad}-too`)).code).toBe(65);
    expect((await ask("--transaction-order", bad)).code).toBe(64);
    const both = [...ARGS, "--transaction-order", bad, "--engine", "both"];
    expect((await ask(...both)).stderr).toContain("elle-cli has no --transaction-order");
  });
});

describe("rig check --transaction-order nodes", () => {
  const asked = [...ARGS, "--transaction-order", "nodes"];

  it("takes what the nodes of a run folder applied", async () => {
    const right = runFolder([apply(0, 0, "[[0,1],[1,1]]")], [apply(1, 0, "[[0,1],[1,1]]")]);
    expect((await rig(["check", right, ...asked])).code).toBe(0);
    const wrong = runFolder([apply(0, 1, "[[0,1]]"), apply(0, 0, "[[1,1]]")]);
    const { code, stdout } = await rig(["check", wrong, ...asked]);
    expect(stdout).toContain("G-single-item-realtime");
    expect(code).toBe(1);
  });

  it("refuses nodes that disagree, records that are none, and no records at all", async () => {
    const apart = runFolder([apply(0, 0, "[[0,1]]")], [apply(1, 0, "[[1,1]]")]);
    expect((await rig(["check", apart, ...asked])).stderr).toContain(
      "node-1.jsonl:1: slot 0 has other requests than on another node",
    );
    const odd = runFolder([apply(0, 0, '["x"]')]);
    expect((await rig(["check", odd, ...asked])).stderr).toContain("node-0.jsonl:1: expected slot");
    expect(await rig(["check", runFolder(), ...asked])).toMatchObject({ code: 65 });
  });

  it("agrees with the lists that the clients of a run read", async () => {
    const out = temporaryFolder();
    const scenario = ["--scenario", "message-loss", "--seed", "5"];
    await rig(["run", ...scenario, "--quiet", "--output-dir", out]);
    const folder = join(out, "message-loss", "latest");
    const bytes = readFileSync(join(folder, "history.jsonl"));
    const table = readHistory(bytes);
    const { clients, slots } = readNodeOrder(folder);
    const order = commitOrder(table, clients, slots);
    const operations = String(bytes)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const oks = operations.filter(({ type }) => type === "ok");
    expect(oks.length).toBeGreaterThan(50);
    const appended = new Map<number, number[]>();
    const place = ({ index }: { index: number }) => order.get(index) ?? Number.NaN;
    for (const { index, value } of [...oks].sort((a, b) => place(a) - place(b))) {
      expect(order.has(index)).toBe(true);
      for (const [name, key, element] of value) {
        if (name === "append") appended.set(key, [...(appended.get(key) ?? []), element]);
      }
    }
    const longest = new Map<number, number[]>();
    for (const [name, key, list] of oks.flatMap(({ value }) => value)) {
      const isLonger = name === "r" && list.length > (longest.get(key)?.length ?? 0);
      if (isLonger) longest.set(key, list);
    }
    for (const [key, elements] of appended) {
      const known = (longest.get(key) ?? []).filter((each) => elements.includes(each));
      expect(elements.filter((each) => known.includes(each))).toEqual(known);
    }
  });
});
