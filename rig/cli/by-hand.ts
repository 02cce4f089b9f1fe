/**
 * What is done to a run by hand while it is under way, and the plan that comes of it: with the
 * faults at the times at which they struck and were lifted, so that the plan repeats the run.
 */

import type { Fault } from "../core/fault/fault.ts";
import type { MicroOp } from "../core/history/operation.ts";
import { pathText } from "../core/plan/issues.ts";
import { planIssues, withHandFaults } from "../core/plan/make-plan.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import type { HandEvent } from "../core/run/interpreter.ts";
import type { RunRecord } from "../core/run/record.ts";
import { RigError } from "../core/verdict/rig-error.ts";

export class ByHand {
  readonly #plan: RunPlan;
  readonly #struck = new Map<string, Fault>();
  readonly #startsNs = new Map<string, number>();
  readonly #endsNs = new Map<string, number>();
  readonly #lifted = new Set<string>();
  #perform: ((event: HandEvent) => void) | null = null;
  #lastInvoke: number | null = null;

  constructor(plan: RunPlan) {
    this.#plan = plan;
  }

  /** The driver can take events from here on. */
  attach(perform: (event: HandEvent) => void): void {
    this.#perform = perform;
  }

  /** Throws `usage.option` for a fault that has no meaning in this run, or is not possible. */
  strike(fault: Fault): void {
    const at = this.#plan.faults.length + this.#struck.size;
    const candidate = withHandFaults(this.#plan, [...this.#struck.values(), fault]);
    const issue = planIssues(candidate).find(({ path }) => path[0] !== "faults" || path[1] === at);
    if (issue !== undefined) {
      const field = pathText(issue.path[0] === "faults" ? issue.path.slice(2) : issue.path);
      throw new RigError("usage.option", `fault ${fault.kind}: ${field}: ${issue.text}`);
    }
    this.#struck.set(fault.id, fault);
    try {
      this.#do({ kind: "strike", fault });
    } catch (error) {
      this.#struck.delete(fault.id);
      throw error;
    }
  }

  /** Ends a fault, planned or by hand; nothing when it is not in force. */
  lift(id: string): void {
    const planned = this.#plan.faults.find((each) => each.id === id);
    const fault = this.#struck.get(id) ?? planned;
    if (fault === undefined) return;
    this.#lifted.add(id);
    this.#do({ kind: "lift", fault });
  }

  /** Index of the invocation; null when nobody was free to ask. */
  propose(node: number, value: readonly MicroOp[]): number | null {
    this.#lastInvoke = null;
    this.#do({ kind: "propose", node, value });
    return this.#lastInvoke;
  }

  conclude(): void {
    this.#do({ kind: "conclude" });
  }

  /** Somebody had a hand in the run: its seed alone does not repeat it. */
  get isUsed(): boolean {
    return this.#struck.size > 0 || this.#lifted.size > 0 || this.#plan.workload.operations === 0;
  }

  /** True when the plan has changed by it. */
  note(entry: RunRecord): boolean {
    if (entry.type === "operation" && entry.operation.type === "invoke") {
      this.#lastInvoke = entry.operation.index;
    }
    if (entry.type !== "fault" || entry.action === "effect") return false;
    const { id, time } = entry;
    if (entry.action === "inject") this.#startsNs.set(id, time);
    else if (this.#lifted.has(id)) this.#endsNs.set(id, time);
    return this.#struck.has(id) || this.#lifted.has(id);
  }

  /** The plan with what was done so far. */
  plan(): RunPlan {
    if (this.#struck.size === 0 && this.#endsNs.size === 0) return this.#plan;
    const faults = this.#plan.faults.map((fault) => this.#withEnd(fault));
    const struck = [...this.#struck.values()].flatMap((fault) => {
      const atNs = this.#startsNs.get(fault.id);
      return atNs === undefined ? [] : [this.#withEnd({ ...fault, start: { atNs } })];
    });
    return withHandFaults({ ...this.#plan, faults }, struck);
  }

  #withEnd(fault: Fault): Fault {
    const atNs = this.#endsNs.get(fault.id);
    return atNs === undefined ? fault : { ...fault, end: { atNs } };
  }

  #do(event: HandEvent): void {
    if (this.#perform === null) {
      throw new RigError(
        "bench.busy",
        "the run is not under way yet: expected a moment's patience",
      );
    }
    this.#perform(event);
  }
}
