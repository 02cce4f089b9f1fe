/**
 * Changes to a scenario from the command line: workload, loss and delay over what it says itself,
 * or a fault list in place of its own.
 */

import type { Behaviour } from "../fault/byzantine-faults.ts";
import type { Background } from "../fault/traffic-faults.ts";
import type { NodeSet, Scenario, ScenarioFault, ScenarioWorkload } from "./scenario.ts";

export interface ScenarioChanges {
  readonly workload?: ScenarioWorkload;
  /** Probability that a delivery to a node is lost; 0 takes the losses out. */
  readonly loss?: number;
  /** Range of the delay of each delivery; up to 0 takes the delays out. */
  readonly delay?: { readonly minNs: number; readonly maxNs: number };
  readonly faults?: readonly ScenarioFault[];
  /** Traffic from the start on, beside the faults. */
  readonly background?: Background;
  /** Traitors in place of those that the scenario has; an empty list makes all nodes honest. */
  readonly byzantine?: readonly Traitors[];
}

export interface Traitors {
  readonly nodes: NodeSet;
  readonly behaviour: Behaviour;
}

export function changedScenario(scenario: Scenario, changes: ScenarioChanges): Scenario {
  const { workload, loss, delay, byzantine, background } = changes;
  let faults = changes.faults ?? scenario.faults;
  if (loss !== undefined) faults = withLoss(faults, loss);
  if (delay !== undefined) faults = withDelay(faults, delay);
  if (byzantine !== undefined) faults = withTraitors(faults, byzantine);
  if (background !== undefined) {
    faults = [...faults, { kind: "background", start: { atNs: 0 }, ...background }];
  }
  return { ...scenario, workload: { ...scenario.workload, ...workload }, faults };
}

/** Loss and delay that the scenario does not have itself strike all nodes from the start. */
const FROM_START = { nodes: "all", start: { atNs: 0 } } as const;

function withLoss(faults: readonly ScenarioFault[], loss: number): readonly ScenarioFault[] {
  if (loss === 0) return faults.filter(({ kind }) => kind !== "loss");
  if (!faults.some(({ kind }) => kind === "loss")) {
    return [...faults, { ...FROM_START, kind: "loss", probability: loss }];
  }
  return faults.map((fault) => (fault.kind === "loss" ? { ...fault, probability: loss } : fault));
}

function withDelay(
  faults: readonly ScenarioFault[],
  delay: { readonly minNs: number; readonly maxNs: number },
): readonly ScenarioFault[] {
  if (delay.maxNs === 0) return faults.filter(({ kind }) => kind !== "delay");
  if (!faults.some(({ kind }) => kind === "delay")) {
    return [...faults, { ...FROM_START, kind: "delay", ...delay }];
  }
  return faults.map((fault) => (fault.kind === "delay" ? { ...fault, ...delay } : fault));
}

function withTraitors(
  faults: readonly ScenarioFault[],
  byzantine: readonly Traitors[],
): readonly ScenarioFault[] {
  const others = faults.filter(({ kind }) => kind !== "byzantine");
  const start = { atNs: 0 };
  return [...others, ...byzantine.map((each) => ({ ...each, kind: "byzantine" as const, start }))];
}
