/** What votes and confirmations bind a node to: each rule fires when it is broken, and only then. */

import { describe, expect, it } from "vitest";
import type { NodeRecord } from "../../../rig/core/consensus/node-core.ts";
import { PromiseWatch } from "../../../rig/core/invariant/promises.ts";

const A = "000000000000000a";
const B = "000000000000000b";
const NODES = [0, 1, 2, 3, 4];
const QUORUM = 4;

class Watch {
  readonly fired: string[] = [];
  readonly watch: PromiseWatch;

  constructor(unbound = 0) {
    this.watch = new PromiseWatch(NODES.length, { quorum: QUORUM, unbound }, (name, holds) => {
      if (!holds) this.fired.push(name);
    });
  }

  say(node: number, event: "vote" | "confirm", change: Partial<NodeRecord> = {}): void {
    this.watch.promised(node, { event, slot: 0, round: 0, digest: A, ...change });
  }

  votes(nodes: readonly number[], change: Partial<NodeRecord> = {}): void {
    for (const node of nodes) this.say(node, "vote", change);
  }

  /** Restarts the node; it says again what `restore` says. */
  restart(node: number, restore: () => void = () => {}, nextSlot = 0): void {
    this.watch.restarted(node);
    restore();
    this.watch.booted(node, nextSlot);
  }

  commit(voters: number, confirmers: number): void {
    this.watch.committed(0, { event: "commit", slot: 0, round: 0, digest: A, voters }, confirmers);
  }
}

describe("the order of promises", () => {
  it("goes from vote to confirmation, from round to round, from slot to slot", () => {
    const watch = new Watch();
    watch.votes(NODES);
    watch.say(0, "confirm");
    watch.say(0, "vote", { round: 1 });
    watch.say(0, "confirm", { round: 2, digest: null });
    watch.say(0, "vote", { slot: 1 });
    expect(watch.fired).toEqual([]);
  });

  it.each([
    ["a confirmation of a round that was left", "confirm", { round: 0, digest: null }],
    ["a vote behind the confirmation of its round", "vote", { round: 1, digest: null }],
  ] as const)("fires on %s", (_what, event, change) => {
    const watch = new Watch();
    watch.say(0, "confirm", { round: 1, digest: null });
    watch.say(0, event, change);
    expect(watch.fired).toEqual(["promise-order"]);
  });

  it("holds across a restart", () => {
    const watch = new Watch();
    const promise = () => watch.say(0, "vote", { round: 3 });
    promise();
    watch.restart(0, promise);
    watch.say(0, "vote", { round: 2 });
    expect(watch.fired).toEqual(["promise-order"]);
  });
});

describe("a promise after a restart", () => {
  it("is there again, or its slot is behind, or the node knows that it may be lost", () => {
    const watch = new Watch();
    watch.say(0, "vote");
    watch.restart(0, () => watch.say(0, "vote"));
    watch.restart(0, () => watch.watch.abstained(0, 0));
    watch.restart(0, () => {}, 1);
    expect(watch.fired).toEqual([]);
  });

  it("fires when it is forgotten, unless the node is one that may forget", () => {
    for (const [unbound, fired] of [
      [0, ["promise-durability"]],
      [1, []],
    ] as const) {
      const watch = new Watch(unbound);
      watch.say(0, "vote");
      watch.restart(0);
      expect(watch.fired).toEqual(fired);
    }
  });

  it("fires when a node that may have lost some makes others", () => {
    const watch = new Watch();
    watch.restart(0, () => watch.watch.abstained(0, 2));
    watch.say(0, "vote", { slot: 2 });
    expect(watch.fired).toEqual(["promise-durability"]);
    watch.say(0, "vote", { slot: 3 });
    expect(watch.fired).toHaveLength(1);
  });
});

describe("a lock", () => {
  it("takes a quorum of votes", () => {
    const watch = new Watch();
    watch.votes([0, 1, 2]);
    watch.say(0, "confirm");
    expect(watch.fired).toEqual(["lock-rule"]);
    watch.votes([3], { round: 0 });
    watch.say(1, "confirm");
    expect(watch.fired).toHaveLength(1);
  });

  it("fires on a vote against it, unless a later quorum of votes undid it", () => {
    const watch = new Watch();
    watch.votes(NODES);
    watch.say(0, "confirm");
    watch.say(1, "confirm");
    watch.votes([0], { round: 1, digest: B });
    expect(watch.fired).toEqual(["lock-rule"]);
    watch.votes([2, 3, 4], { round: 1, digest: B });
    watch.votes([1], { round: 2, digest: B });
    expect(watch.fired).toHaveLength(1);
  });

  it("is not undone by a quorum from before it", () => {
    const watch = new Watch();
    watch.votes([0, 1, 2, 3], { digest: B });
    watch.votes([0, 1, 2, 3], { round: 1 });
    watch.say(0, "confirm", { round: 1 });
    watch.votes([0], { round: 2, digest: B });
    expect(watch.fired).toEqual(["lock-rule"]);
  });

  it("counts what traitors may have voted", () => {
    const watch = new Watch();
    watch.watch.distrust(4);
    watch.votes([0, 1, 2]);
    watch.say(0, "confirm");
    expect(watch.fired).toEqual([]);
  });
});

describe("a certificate", () => {
  it("names a quorum of nodes, all of which confirmed or may have", () => {
    const watch = new Watch(0b10000);
    watch.commit(0b01111, 0b01111);
    watch.commit(0b10111, 0b00111);
    expect(watch.fired).toEqual([]);
    watch.commit(0b00111, 0b00111);
    watch.commit(0b01111, 0b00111);
    expect(watch.fired).toEqual(["certificates", "certificates"]);
  });
});
