/**
 * Simulated runs with everything that they record kept in memory: entries, node records and
 * frames, each with its time, and all of it as text to compare runs by.
 */

import type { CanFrame } from "../../rig/core/can/frame.ts";
import { makeNode } from "../../rig/core/consensus/make-node.ts";
import type { NodeCore, NodeRecord } from "../../rig/core/consensus/node-core.ts";
import { isClientOperation, type Operation } from "../../rig/core/history/operation.ts";
import type { RunPlan } from "../../rig/core/plan/plan.ts";
import type { RunRecord } from "../../rig/core/run/record.ts";
import { SimulatedRun } from "../../rig/simulation/simulated-run.ts";

const EVENTS_MAX = 5_000_000;

export interface NodeDeed {
  readonly node: number;
  readonly boot: number;
  readonly timeNs: number;
  readonly record: NodeRecord;
}

export class RecordedRun {
  readonly records: RunRecord[] = [];
  readonly deeds: NodeDeed[] = [];
  readonly frames: { readonly timeNs: number; readonly frame: CanFrame }[] = [];
  readonly run: SimulatedRun;

  /** `make` lets a test put cores of its own in the place of the protocol's. */
  constructor(plan: RunPlan, make = (node: number): NodeCore => makeNode(plan, node)) {
    this.run = new SimulatedRun({
      plan,
      makeNode: make,
      sink: {
        record: (entry) => this.records.push(entry),
        node: (node, boot, timeNs, record) => this.deeds.push({ node, boot, timeNs, record }),
        frame: (timeNs, frame) => this.frames.push({ timeNs, frame }),
      },
    });
  }

  finish(): this {
    if (!this.run.advance(EVENTS_MAX)) throw new Error("the run does not end");
    this.run.end(null);
    return this;
  }

  get operations(): Operation[] {
    return this.records.flatMap((entry) => (entry.type === "operation" ? [entry.operation] : []));
  }

  /** When a fault came into force, when it was out of it, and how often it took effect. */
  fault(id: string): { readonly fromNs: number; readonly toNs: number; readonly effects: number } {
    const entries = this.records.filter((entry) => entry.type === "fault" && entry.id === id);
    const inject = entries.find((entry) => entry.type === "fault" && entry.action === "inject");
    const heal = entries.find((entry) => entry.type === "fault" && entry.action === "heal");
    if (inject === undefined || heal?.type !== "fault") throw new Error(`fault ${id} is not over`);
    return { fromNs: inject.time, toNs: heal.time, effects: heal.effects };
  }

  /** Operations that a client completed with `ok` from one time to another. */
  acknowledged(fromNs: number, toNs: number): Operation[] {
    return this.operations.filter(
      (operation) =>
        isClientOperation(operation) &&
        operation.type === "ok" &&
        operation.time > fromNs &&
        operation.time <= toNs,
    );
  }

  get statistics(): Extract<RunRecord, { type: "statistics" }> {
    const found = this.records.find((entry) => entry.type === "statistics");
    if (found?.type !== "statistics") throw new Error("the run has no statistics yet");
    return found;
  }

  get violations(): string[] {
    return this.statistics.invariants.flatMap(({ violations }) => violations);
  }

  /** Every byte that the run left behind. */
  get text(): string {
    const frames = this.frames.map(({ timeNs, frame }) => [timeNs, frame.id, ...frame.data]);
    return [this.records, this.deeds, frames].map((each) => JSON.stringify(each)).join("\n");
  }
}
