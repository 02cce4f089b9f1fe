/** Each invariant of the observer fires on the deed that it forbids, and on nothing else. */

import { describe, expect, it } from "vitest";
import type { NodeRecord, NodeRecordEvent } from "../../../rig/core/consensus/node-core.ts";
import {
  InvariantObserver,
  type ObserverOptions,
  type Violation,
} from "../../../rig/core/invariant/observer.ts";
import { residentSession } from "../../../rig/core/wire/session.ts";

const A = "000000000000000a";
const B = "000000000000000b";

/** They have a test of their own. */
const OF_PROMISES = ["promise-order", "promise-durability", "lock-rule", "certificates"];

class Watch {
  readonly violations: Violation[] = [];
  readonly observer: InvariantObserver;

  constructor(nodes = 5, options: ObserverOptions = {}) {
    const report = (violation: Violation) => this.violations.push(violation);
    this.observer = new InvariantObserver(nodes, report, options);
    this.observer.issued(1, 1);
    this.observer.issued(2, 1);
  }

  note(node: number, event: NodeRecordEvent, change: Partial<NodeRecord> = {}): void {
    this.observer.node(node, { event, slot: 0, round: 0, digest: A, ...change });
  }

  /** A quorum of nodes confirms, and so many commit and apply. */
  decide(slot: number, nodes: readonly number[], requests: NodeRecord["requests"] = []): void {
    for (const node of [0, 1, 2, 3]) this.note(node, "confirm", { slot });
    for (const node of nodes) {
      this.note(node, "commit", { slot });
      this.note(node, "apply", { slot, requests });
    }
  }

  /** Of the invariants of this file: what promises rest on is left out of most of it. */
  get fired(): string[] {
    const names = this.violations.map(({ invariant }) => invariant);
    return names.filter((name) => !OF_PROMISES.includes(name));
  }
}

describe("the observer", () => {
  it("gives registers the order of what nodes applied, while they apply the same", () => {
    for (const workload of ["rw-register", "list-append"] as const) {
      const watch = new Watch(5, { workload });
      watch.decide(0, [0, 1], [[1, 1]]);
      watch.decide(1, [1], [[2, 1]]);
      const applied = [[[1, 1]], [[2, 1]]];
      expect(watch.observer.applied()).toEqual(workload === "rw-register" ? { applied } : {});
      watch.note(0, "apply", { slot: 1, requests: [] });
      expect(watch.observer.applied()).toEqual({});
    }
  });

  it("is content with a sound run, and says how much it checked", () => {
    const watch = new Watch();
    for (const node of [0, 1, 2, 3]) watch.note(node, "vote");
    watch.decide(0, [0, 1, 2, 3, 4], [[1, 1]]);
    watch.decide(1, [0, 1], [[2, 1]]);
    expect(watch.fired).toEqual([]);
    const checked = watch.observer.reports().map(({ name, checked }) => [name, checked]);
    expect(Object.fromEntries(checked)).toMatchObject({
      agreement: 7,
      "vote-once": 12,
      "commit-quorum": 7,
      "applied-once": 7,
      "applied-in-order": 7,
    });
  });

  it("fires agreement when two nodes decide a slot differently", () => {
    const watch = new Watch();
    watch.decide(0, [0]);
    for (const node of [1, 2, 3, 4]) watch.note(node, "confirm", { round: 1, digest: B });
    watch.note(4, "commit", { round: 1, digest: B });
    expect(watch.fired).toEqual(["agreement"]);
  });

  it.each(["vote", "confirm"] as const)("fires vote-once when a node %ss twice", (event) => {
    const watch = new Watch();
    watch.note(0, event);
    watch.note(0, event);
    expect(watch.fired).toEqual([]);
    watch.note(0, event, { digest: null });
    expect(watch.fired).toEqual(["vote-once"]);
  });

  it("remembers votes across a restart", () => {
    const watch = new Watch();
    watch.note(0, "vote");
    watch.observer.restarted(0);
    watch.note(0, "boot", { digest: null });
    watch.note(0, "vote", { digest: B });
    expect(watch.fired).toEqual(["vote-once"]);
  });

  it("lets a node vote anew in another round, slot or phase", () => {
    const watch = new Watch();
    watch.note(0, "vote");
    watch.note(0, "vote", { round: 1, digest: B });
    watch.note(0, "vote", { slot: 1, digest: B });
    watch.note(0, "confirm", { digest: null });
    watch.note(1, "vote", { digest: B });
    expect(watch.fired).toEqual([]);
  });

  it("fires commit-quorum when too few nodes have confirmed", () => {
    const watch = new Watch();
    for (const node of [0, 1, 2]) watch.note(node, "confirm");
    watch.note(3, "confirm", { round: 1 });
    watch.note(4, "confirm", { digest: B });
    watch.note(0, "commit");
    expect(watch.fired).toEqual(["commit-quorum"]);
  });

  it("fires applied-once when a request is applied twice by one node", () => {
    const watch = new Watch();
    watch.decide(0, [0, 1], [[1, 1]]);
    watch.decide(1, [0], [[1, 1]]);
    expect(watch.fired).toEqual(["applied-once"]);
    expect(watch.violations.at(-1)?.text).toContain("twice");
  });

  it("fires applied-once on a request that nobody issued", () => {
    const watch = new Watch();
    watch.decide(0, [0], [[9, 9]]);
    expect(watch.fired).toEqual(["applied-once"]);
    expect(watch.violations.at(-1)?.text).toContain("nobody issued");
  });

  it("fires applied-in-order when a node leaves a slot out or repeats one", () => {
    const watch = new Watch();
    watch.decide(0, [0]);
    watch.decide(2, [0]);
    expect(watch.fired).toEqual(["applied-in-order"]);
    watch.note(0, "apply", { slot: 2 });
    expect(watch.fired).toEqual(["applied-in-order", "applied-in-order"]);
  });

  it("lets a node apply its log again after a restart", () => {
    const watch = new Watch();
    watch.decide(0, [0], [[1, 1]]);
    watch.observer.restarted(0);
    watch.note(0, "apply", { requests: [[1, 1]] });
    expect(watch.fired).toEqual([]);
  });

  it("forgets slots that all nodes have left far behind, and checks the later ones as before", () => {
    const all = [0, 1, 2, 3, 4];
    const watch = new Watch(5, { keptSlots: 10, mayBeLate: true });
    // Its confirmations never come in: that is judged in the end, however long ago it was.
    for (const node of all) watch.note(node, "commit");
    for (const node of all) watch.note(node, "apply");
    for (let slot = 1; slot < 100; slot++) {
      watch.observer.issued(1, slot);
      watch.decide(slot, all, [[1, slot]]);
    }
    expect(watch.fired).toEqual([]);
    watch.note(0, "commit", { slot: 3, digest: B });
    expect(watch.fired).toEqual([]);
    watch.observer.restarted(0);
    watch.note(0, "snapshot", { slot: 100, digest: A });
    watch.note(0, "apply", { slot: 100, requests: [[1, 2]] });
    watch.note(1, "commit", { slot: 95, digest: B });
    watch.note(1, "vote", { slot: 98, digest: A });
    watch.note(1, "vote", { slot: 98, digest: B });
    expect(watch.fired.sort()).toEqual(["agreement", "applied-once", "vote-once"]);
    watch.observer.reports();
    expect(watch.fired.filter((name) => name === "commit-quorum")).toHaveLength(6);
  });

  it("keeps the first violations only, and goes on counting", () => {
    const watch = new Watch();
    for (let slot = 0; slot < 50; slot++) watch.note(0, "commit", { slot });
    const report = watch.observer.reports().find(({ name }) => name === "commit-quorum");
    expect(report?.violations).toHaveLength(10);
    expect(report?.checked).toBe(50);
  });

  it("fires session-order when a client's requests are applied backwards", () => {
    const watch = new Watch();
    watch.observer.issued(1, 2);
    watch.decide(0, [0], [[1, 2]]);
    watch.decide(1, [0], [[1, 1]]);
    expect(watch.fired).toEqual(["session-order"]);
  });

  it("lets a traitor's own clients ask for anything", () => {
    const watch = new Watch();
    const client = residentSession(4, 0, 1);
    watch.observer.distrust(4);
    watch.decide(0, [0], [[client, 7]]);
    expect(watch.fired).toEqual([]);
  });

  it("fires no-false-evidence when an honest node is convicted, but no traitor", () => {
    const watch = new Watch();
    watch.observer.distrust(3);
    watch.note(0, "evidence", { accused: 3 });
    expect(watch.fired).toEqual([]);
    watch.note(0, "evidence", { accused: 2 });
    expect(watch.fired).toEqual(["no-false-evidence"]);
  });

  it("fires simulator when time goes back, or a controller's state belies its counters", () => {
    const watch = new Watch();
    watch.observer.happens(5);
    watch.observer.happens(5);
    watch.observer.errorCounters(0, { state: "error-active", tec: 127, rec: 127 });
    watch.observer.errorCounters(0, { state: "error-passive", tec: 128, rec: 0 });
    watch.observer.errorCounters(0, { state: "bus-off", tec: 0, rec: 0 });
    expect(watch.fired).toEqual([]);
    watch.observer.happens(4);
    watch.observer.errorCounters(0, { state: "error-active", tec: 0, rec: 128 });
    expect(watch.fired).toEqual(["simulator", "simulator"]);
  });
});
