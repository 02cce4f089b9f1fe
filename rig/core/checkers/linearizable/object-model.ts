/**
 * The objects that can be checked for linearizability: a register, one with compare-and-set, and a
 * lock. Each says what a call needs and leaves, and has words for its states. The register begins
 * with nil. A read without an answer tells nothing; so does, if wanted, a read of nil, which
 * Knossos takes for one whose value is not known.
 */

import { canonicalText, type Value } from "../../history/general-operation.ts";
import { type Call, unfit, unknownFunction } from "../operations.ts";
import { valueText } from "../texts.ts";
import { ANY_STATE } from "./step.ts";

export type ObjectName = "register" | "cas-register" | "mutex";

/** What a read of nil means: that nothing was written yet, or nothing at all. */
export const NIL_READS = ["initial", "any"] as const;

export type NilReads = (typeof NIL_READS)[number];

export interface Transition {
  readonly needs: number;
  readonly leaves: number;
  /** `a read of 3`, `an acquire`. */
  readonly action: string;
}

export interface ObjectModel {
  readonly name: ObjectName;
  /** What the object is called in sentences. */
  readonly noun: string;
  /** `null` where the call can't tell anything. `value` is the call's, without its key. */
  transition(call: Call, value: Value): Transition | null;
  /** `holds 3`, `is free`. */
  stateText(state: number): string;
}

export function makeObjectModel(name: ObjectName, nilReads: NilReads): ObjectModel {
  return name === "mutex" ? MUTEX : new Register(name, nilReads);
}

const FREE = 0;
const HELD = 1;

const MUTEX: ObjectModel = {
  name: "mutex",
  noun: "lock",
  transition(call) {
    const { f } = call.invocation;
    if (f === "acquire") return { needs: FREE, leaves: HELD, action: "an acquire" };
    if (f === "release") return { needs: HELD, leaves: FREE, action: "a release" };
    throw unknownFunction(call.invocation, "acquire or release");
  },
  stateText: (state) => (state === FREE ? "is free" : "is held"),
};

class Register implements ObjectModel {
  readonly name: ObjectName;
  readonly noun = "register";
  private readonly nilReads: NilReads;
  private readonly states = new Map<string, number>([["nil", 0]]);
  private readonly values: Value[] = [null];

  constructor(name: ObjectName, nilReads: NilReads) {
    this.name = name;
    this.nilReads = nilReads;
  }

  transition(call: Call, value: Value): Transition | null {
    const { invocation, completion } = call;
    if (invocation.f === "read") {
      if (completion?.type !== "ok") return null;
      if (value === null && this.nilReads === "any") return null;
      const state = this.stateOf(value);
      return { needs: state, leaves: state, action: `a read of ${valueText(value)}` };
    }
    if (invocation.f === "write") {
      const leaves = this.stateOf(value);
      return { needs: ANY_STATE, leaves, action: `a write of ${valueText(value)}` };
    }
    if (invocation.f !== "cas" || this.name !== "cas-register") {
      const known = this.name === "cas-register" ? "read, write or cas" : "read or write";
      throw unknownFunction(invocation, known);
    }
    const pair = typeof value === "object" && value?.kind === "list" ? value.items : [];
    const [from, to] = pair;
    if (from === undefined || to === undefined || pair.length !== 2) {
      throw unfit(invocation, `a cas of ${valueText(value)}; expected [old new]`);
    }
    const action = `a cas from ${valueText(from)} to ${valueText(to)}`;
    return { needs: this.stateOf(from), leaves: this.stateOf(to), action };
  }

  stateText(state: number): string {
    return `holds ${valueText(this.values[state] ?? null)}`;
  }

  private stateOf(value: Value): number {
    const text = canonicalText(value);
    const state = this.states.get(text) ?? this.values.length;
    if (state === this.values.length) {
      this.states.set(text, state);
      this.values.push(value);
    }
    return state;
  }
}
