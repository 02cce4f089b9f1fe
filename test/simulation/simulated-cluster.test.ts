/** A simulated cluster in the hands of a test, of every protocol: what it lets one do and see. */

import { describe, expect, it } from "vitest";
import { ed25519Authority } from "../../rig/adapters/crypto/ed25519.ts";
import { checkListAppend } from "../../rig/core/elle/index.ts";
import type { MicroOp } from "../../rig/core/history/operation.ts";
import { tableOfOperations } from "../../rig/core/history/operation-table.ts";
import { PROTOCOLS } from "../../rig/core/plan/plan.ts";
import { NS_PER_MS } from "../../rig/core/time/time.ts";
import {
  SimulatedCluster,
  type SimulatedClusterOptions,
} from "../../rig/simulation/simulated-cluster.ts";

function append(value: number, key = 1): readonly MicroOp[] {
  return [["append", key, value]];
}

const READ: readonly MicroOp[] = [["r", 1, null]];

/** Digests of what the nodes have applied, each whole log once. */
function logsOf(cluster: SimulatedCluster, nodes?: readonly number[]): readonly string[] {
  const states = cluster.states().filter(({ node }) => nodes?.includes(node) ?? true);
  return [...new Set(states.map(({ log }) => log.join()))];
}

describe.each(PROTOCOLS)("a cluster of %s", (protocol) => {
  const make = (options: Partial<SimulatedClusterOptions> = {}) =>
    new SimulatedCluster({ nodes: 5, protocol, ...options });

  it("commits what is proposed, in one order for all, and reads see it", () => {
    const cluster = make();
    const proposals = [1, 2, 3].map((value) => cluster.propose(append(value)));
    expect(proposals.map(({ status }) => status)).toEqual(["open", "open", "open"]);
    expect(proposals.every((each) => cluster.waitForCommit(each))).toBe(true);
    const read = cluster.propose(READ);
    expect(cluster.waitForCommit(read)).toBe(true);
    const [[, , list]] = read.value as [readonly ["r", number, readonly number[]]];
    expect([...list].sort()).toEqual([1, 2, 3]);
    cluster.run(50 * NS_PER_MS);
    expect(logsOf(cluster)).toHaveLength(1);
    expect(cluster.state(4)).toMatchObject({ isRunning: true, boots: 1, applied: 4 });
  });

  it("is stopped by a partition without a quorum, and goes on when it is healed", () => {
    const cluster = make();
    cluster.waitForCommit(cluster.propose(append(1)));
    cluster.partition([
      [0, 1],
      [2, 3, 4],
    ]);
    const proposal = cluster.propose(append(2));
    const beforeNs = cluster.nowNs;
    expect(cluster.waitForCommit(proposal, 200 * NS_PER_MS)).toBe(false);
    expect(cluster.nowNs).toBe(beforeNs + 200 * NS_PER_MS);
    expect(proposal).toMatchObject({ status: "open", endedNs: null });
    cluster.heal();
    expect(cluster.waitForCommit(proposal)).toBe(true);
  });

  it("loses nothing when all lose their power, and a node that comes back catches up", () => {
    const cluster = make();
    cluster.waitForCommit(cluster.propose(append(1)));
    for (let node = 0; node < 5; node++) cluster.crash(node);
    expect(cluster.states().some(({ isRunning }) => isRunning)).toBe(false);
    for (let node = 0; node < 5; node++) cluster.recover(node);
    const read = cluster.propose(READ);
    expect(cluster.waitForCommit(read)).toBe(true);
    expect(read.value).toEqual([["r", 1, [1]]]);
    const isCaughtUp = () => cluster.states().every(({ decided }) => decided === 2);
    expect(cluster.runUntil(isCaughtUp, 1000 * NS_PER_MS)).toBe(true);
    expect(logsOf(cluster)).toHaveLength(1);
  });

  it("gives a history that a checker takes, and the same one for the same calls", () => {
    const play = () => {
      const cluster = make({ nodes: 4, seed: 3 });
      cluster.waitForCommit(cluster.propose([...append(1), ...READ]));
      cluster.partition([[0, 1, 2, 3].slice(0, 2), [2, 3]]);
      cluster.propose(append(2));
      cluster.run(100 * NS_PER_MS);
      return cluster;
    };
    const history = play().history();
    expect(history.map(({ type }) => type)).toEqual(["invoke", "ok", "invoke", "info"]);
    expect(play().history()).toEqual(history);
    const { valid } = checkListAppend(tableOfOperations(history), {
      consistency: "strict-serializable",
    });
    expect(valid).toBe(true);
    expect(
      play()
        .invariants()
        .flatMap(({ violations }) => violations),
    ).toEqual([]);
  });
});

describe("a node that is down", () => {
  it("is done without by ROJ-B, and waited for by ROJ-A where it owns the slot", () => {
    const isCommitted = (protocol: string) => {
      const cluster = new SimulatedCluster({ nodes: 5, protocol });
      cluster.crash(0);
      const proposal = cluster.propose(append(1));
      const before = cluster.waitForCommit(proposal, 400 * NS_PER_MS);
      cluster.recover(0);
      return [before, cluster.waitForCommit(proposal)];
    };
    expect(PROTOCOLS.map(isCommitted)).toEqual([
      [true, true],
      [false, true],
    ]);
  });
});

describe("traitors in a cluster", () => {
  it.each(["ideal", "sig"] as const)("are borne and convicted with %s signatures", (auth) => {
    const cluster = new SimulatedCluster({ nodes: 4, auth, makeSig: ed25519Authority });
    cluster.betray(0, "equivocating");
    expect(cluster.waitForCommit(cluster.propose(append(1)))).toBe(true);
    cluster.betray(0, "false-commit");
    expect(cluster.waitForCommit(cluster.propose(append(2)))).toBe(true);
    cluster.betray(0, "honest");
    expect(cluster.waitForCommit(cluster.propose(append(3)))).toBe(true);
    cluster.run(200 * NS_PER_MS);
    const honest = [1, 2, 3];
    expect(logsOf(cluster, honest)).toHaveLength(1);
    expect(honest.map((node) => cluster.state(node).convicted)).toEqual([[0], [0], [0]]);
    const refused = honest.flatMap((node) => Object.keys(cluster.state(node).rejected ?? {}));
    expect(refused).toContain("Decided: duplicate-signer");
    expect(cluster.invariants().flatMap(({ violations }) => violations)).toEqual([]);
  });

  it("of the numbers that are not borne stop it, and say nothing", () => {
    const cluster = new SimulatedCluster({ nodes: 4, auth: "ideal" });
    for (const node of [0, 1]) cluster.betray(node, "silent");
    const proposal = cluster.propose(append(1));
    expect(cluster.waitForCommit(proposal, 400 * NS_PER_MS)).toBe(false);
    for (const node of [0, 1]) cluster.betray(node, "honest");
    expect(cluster.waitForCommit(proposal)).toBe(true);
  });
});

describe("a cluster is refused", () => {
  const cluster = () => new SimulatedCluster({ nodes: 3 });

  it.each([
    [() => new SimulatedCluster({ nodes: 0 }), "--nodes is 0"],
    [() => new SimulatedCluster({ nodes: 3, protocol: "raftt" }), 'unknown protocol "raftt"'],
    [() => new SimulatedCluster({ nodes: 4, protocol: "roj-a", auth: "ideal" }), "no signatures"],
    [() => cluster().crash(3), "found node 3, expected one from 0 to 2"],
    [() => cluster().state(-1), "found node -1"],
    [() => cluster().partition([[0, 7]]), "partition: groups"],
    [() => cluster().betray(0, "silent"), "expected ideal or sig where nodes lie"],
    [() => cluster().propose([]), "found 0 micro-operations, expected 1 to 4"],
  ])("%# with one line that says why", (act, text) => {
    expect(act).toThrow(text);
  });
});
