/**
 * What has no meaning in a scenario at one size, as issues with the path of the field: nodes that
 * are not there, ends before starts, a stated expectation that is not the computed one. Shapes and
 * single numbers were checked where the file was read.
 */

import { faultBound } from "../consensus/quorum.ts";
import { type BusFaultDetail, frameErrorShare, isBusFault } from "../fault/bus-faults.ts";
import { FAULT_TRAITS, type Fault, type FaultDetail } from "../fault/fault.ts";
import { POWER_GAP_MIN_NS } from "../fault/power-faults.ts";
import { NS_PER_MS } from "../time/time.ts";
import { byzantineAmong } from "./adversity.ts";
import type { Expectation, ExpectationClass } from "./expectation.ts";
import { NODES_MAX } from "./plan.ts";
import type { ScenarioFault, ScenarioPosition, ScenarioSize } from "./scenario.ts";

export interface ScenarioIssue {
  /** As in a scenario file: `["faults", 0, "nodes"]`. */
  readonly path: readonly (string | number)[];
  /** What was found and what was expected. */
  readonly text: string;
}

/** `faults[0].nodes`. */
export function pathText(path: ScenarioIssue["path"]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

export function faultIssues(
  templates: readonly ScenarioFault[],
  faults: readonly Fault[],
  size: ScenarioSize,
): readonly ScenarioIssue[] {
  const ids = new Set<string>();
  const byzantine = byzantineAmong(size.nodes, faults).size;
  return faults.flatMap((fault, index) => {
    const issue = (field: string, text: string) => ({ path: ["faults", index, field], text });
    const found: ScenarioIssue[] = [];
    if (ids.has(fault.id)) found.push(issue("id", `"${fault.id}" is used twice`));
    ids.add(fault.id);
    const target = targetIssue(fault, size.nodes);
    if (target !== null) found.push(issue(...target));
    if (FAULT_TRAITS[fault.kind].toll === "impersonates" && byzantine > faultBound(size.nodes)) {
      const text = `makes ${byzantine} of ${size.nodes} nodes Byzantine by chance, not by a script`;
      found.push(issue("nodes", `${text}: expected at most ${faultBound(size.nodes)}`));
    }
    if (fault.kind === "twin-node" && fault.nodes.length > NODES_MAX - size.nodes) {
      const text = `needs stations beside ${size.nodes} nodes`;
      found.push(issue("nodes", `${text}: expected at most ${NODES_MAX - size.nodes} twins`));
    }
    const template = templates[index];
    const position = template === undefined ? null : positionIssue(template, size.operations);
    if (position !== null) found.push(issue(...position));
    return found;
  });
}

type FieldIssue = readonly [field: string, text: string];

function targetIssue(fault: FaultDetail, nodes: number): FieldIssue | null {
  const issue = setIssue(fault, nodes);
  if (issue !== null) return issue;
  if ("groups" in fault) {
    const isSplit = fault.groups.length >= 2 && fault.groups.every((group) => group.length > 0);
    return isSplit ? null : ["groups", "expected at least two groups with a node in each"];
  }
  return isBusFault(fault) ? busFaultIssue(fault) : timesIssue(fault);
}

/** Nodes that are not there, or there twice, or none. */
function setIssue(fault: FaultDetail, nodes: number): FieldIssue | null {
  const sets: Readonly<Record<string, unknown>> = {
    ...fault,
    ...("groups" in fault ? { groups: fault.groups.flat() } : {}),
  };
  for (const field of ["nodes", "senders", "receivers", "groups"]) {
    const listed = sets[field] as readonly number[] | undefined;
    if (listed === undefined) continue;
    const outside = listed.find((node) => !Number.isInteger(node) || node < 0 || node >= nodes);
    if (outside !== undefined) {
      return [field, `found node ${outside} among ${nodes} nodes, expected 0 to ${nodes - 1}`];
    }
    const twice = listed.find((node, index) => listed.indexOf(node) !== index);
    if (twice !== undefined) return [field, `found node ${twice} twice, expected each node once`];
    if (listed.length === 0 && field !== "groups") {
      return [field, "found no node, expected at least one"];
    }
  }
  return null;
}

function busFaultIssue(fault: BusFaultDetail): FieldIssue | null {
  if ("every" in fault && "probability" in fault) {
    return ["every", "stands beside probability: expected one of the two"];
  }
  if (fault.kind === "error-burst" && fault.frames > fault.every) {
    return ["frames", `found ${fault.frames} of every ${fault.every}, expected at most as many`];
  }
  if (fault.kind === "omission" && fault.transmitter === "dies" && fault.senders === undefined) {
    return ["senders", "missing, expected the nodes of which one dies"];
  }
  if (fault.kind === "bit-timing-mismatch" && frameErrorShare(fault) === 0) {
    return ["ppm", `found ${fault.ppm}, which harms no frame: expected a greater deviation`];
  }
  return null;
}

function timesIssue(fault: FaultDetail): FieldIssue | null {
  if (fault.kind === "clock-drift" && fault.ppm === 0) {
    return ["ppm", "found 0, expected a clock that is wrong"];
  }
  if (fault.kind === "clock-step" && fault.stepNs === 0) {
    return ["step", "found 0, expected a jump"];
  }
  if (fault.kind === "delay" && fault.maxNs < fault.minNs) {
    return ["max", "found less than min, expected at least as much"];
  }
  if (
    fault.kind === "power-cycle" &&
    (fault.everyNs ?? Infinity) < fault.offNs + POWER_GAP_MIN_NS
  ) {
    const gap = `${POWER_GAP_MIN_NS / NS_PER_MS} ms`;
    return ["every", `leaves no time to come back: expected at least ${gap} more than off`];
  }
  return null;
}

function positionIssue({ start, end }: ScenarioFault, operations: number): FieldIssue | null {
  if ("atOperation" in start && start.atOperation >= operations) {
    const last = operations - 1;
    return [
      "start",
      `found operation ${start.atOperation} of ${operations}, expected at most ${last}`,
    ];
  }
  const isBehind = end === undefined || isBefore(start, end);
  return isBehind ? null : ["end", "is not behind start: expected a later position"];
}

/** True also where the two are in different units and nobody knows yet. */
function isBefore(a: ScenarioPosition, b: ScenarioPosition): boolean {
  if ("atNs" in a) return !("atNs" in b) || a.atNs < b.atNs;
  if ("atOperation" in a) return !("atOperation" in b) || a.atOperation < b.atOperation;
  return !("atPercent" in b) || a.atPercent < b.atPercent;
}

export function expectationIssues(
  stated: ExpectationClass | undefined,
  computed: Expectation,
): readonly ScenarioIssue[] {
  if (stated === undefined || stated === computed.class) return [];
  const text = `found ${stated}, but it is ${computed.class} by the numbers: ${computed.why}`;
  return [{ path: ["expectation"], text }];
}
