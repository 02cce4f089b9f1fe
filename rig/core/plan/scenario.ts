/**
 * A scenario as data: what happens to the nodes, in terms that fit any number of nodes and of
 * operations. The built-in ones and those of scenario files are both of this type; a plan is made
 * from it and a few numbers.
 */

import type { AuthProfile } from "../auth/profile.ts";
import { faultBound } from "../consensus/quorum.ts";
import type { WorkloadModel } from "../elle/result.ts";
import { fewestToSplit } from "../fault/byzantine-faults.ts";
import type { Fault, FaultDetail, Position } from "../fault/fault.ts";
import { shareLeft } from "../fault/traffic-faults.ts";
import type { ExpectationClass } from "./expectation.ts";
import type { Assertion, Floors } from "./plan.ts";

/** A position may also be a share of the operations, so that it scales with them. */
export type ScenarioPosition = Position | { readonly atPercent: number };

/**
 * Node numbers, or every node whatever their number; or as many of the first as the group bears
 * Byzantine (`bound`), or the fewest that can split it when they collude (`over-bound`).
 */
export type NodeSet = "all" | "bound" | "over-bound" | readonly number[];

/** `halves`: the lower half of the node numbers against the rest. */
export type NodeGroups = "halves" | readonly (readonly number[])[];

type SetName = "nodes" | "senders" | "receivers";

type WithSet<Detail> = Detail extends unknown
  ? Omit<Detail, SetName | "groups"> & {
      readonly [Name in keyof Detail as Name extends SetName ? Name : never]: NodeSet;
    } & { readonly [Name in keyof Detail as Name extends "groups" ? Name : never]: NodeGroups }
  : never;

export type ScenarioFault = WithSet<FaultDetail> & {
  /** Without one it is the kind and a number, such as `loss-1`. */
  readonly id?: string;
  readonly start: ScenarioPosition;
  readonly end?: ScenarioPosition;
};

export const CLIENTS_AT = ["host", "nodes", "both"] as const;
export type ClientsAt = (typeof CLIENTS_AT)[number];

/** What is not said has the rig's defaults. */
export interface ScenarioWorkload {
  readonly kind?: WorkloadModel;
  readonly operations?: number;
  readonly clients?: number;
  readonly keys?: number;
  /** Operations that begin in a second. */
  readonly ratePerS?: number;
  /** Share of appends, or of writes, among the micro-operations, in per cent. */
  readonly appendPercent?: number;
  /** Most micro-operations of one transaction. */
  readonly txnLength?: number;
  /** Where the clients are: on the host, on the nodes, or on both. */
  readonly clientsAt?: ClientsAt;
  /** Operations that each node has open at once, where clients live on the nodes. */
  readonly nodeProcesses?: number;
}

/** What is not said follows from the delays that the faults add. */
export interface ScenarioTimers {
  readonly roundTimeoutNs?: number;
  readonly roundDeltaNs?: number;
  readonly operationTimeoutNs?: number;
  readonly retryNs?: number;
}

export interface ScenarioBus {
  /** `never`: a controller that is bus-off stays off. */
  readonly busOffRestartNs?: number | "never";
  readonly busOffQueue?: "keep" | "abort";
}

export interface Scenario {
  readonly name: string;
  /** One sentence for lists. */
  readonly summary: string;
  readonly nodes: number;
  /** Least number of nodes for which it has a meaning. */
  readonly nodesMin: number;
  readonly workload: ScenarioWorkload;
  readonly faults: readonly ScenarioFault[];
  /** A class that the author states; refused where it is not the computed one. */
  readonly expectation?: ExpectationClass;
  readonly floors: Partial<Floors>;
  readonly timers: ScenarioTimers;
  readonly bus?: ScenarioBus;
  readonly assertions: readonly Assertion[];
  /** What is not said follows from the faults: nodes that lie need signatures. */
  readonly auth?: AuthProfile;
}

export interface ScenarioSize {
  readonly nodes: number;
  readonly operations: number;
}

/** The faults of the scenario at this size. */
export function expandFaults(
  faults: readonly ScenarioFault[],
  size: ScenarioSize,
): readonly Fault[] {
  const counts = new Map<string, number>();
  return faults.map((fault) => {
    const count = (counts.get(fault.kind) ?? 0) + 1;
    counts.set(fault.kind, count);
    const id = fault.id ?? `${fault.kind}-${count}`;
    const start = expandPosition(fault.start, size);
    const detail = { id, ...expandDetail(fault, size), start };
    return fault.end === undefined ? detail : { ...detail, end: expandPosition(fault.end, size) };
  });
}

function expandDetail(fault: ScenarioFault, size: ScenarioSize): FaultDetail {
  const { id: _id, start: _start, end: _end, ...detail } = fault;
  const entries = Object.entries(detail).map(([name, value]) => {
    if (isSetName(name)) return [name, expandSet(value as NodeSet, size)];
    return [name, name === "groups" ? expandGroups(value as NodeGroups, size) : value];
  });
  return Object.fromEntries(entries) as FaultDetail;
}

function isSetName(name: string): name is SetName {
  return name === "nodes" || name === "senders" || name === "receivers";
}

function expandSet(set: NodeSet, { nodes }: ScenarioSize): readonly number[] {
  if (typeof set !== "string") return set;
  const length = { all: nodes, bound: faultBound(nodes), "over-bound": fewestToSplit(nodes) ?? 0 };
  return Array.from({ length: length[set] }, (_, node) => node);
}

function expandGroups(groups: NodeGroups, size: ScenarioSize): readonly (readonly number[])[] {
  if (groups !== "halves") return groups;
  const nodes = expandSet("all", size);
  const half = Math.floor(size.nodes / 2);
  return [nodes.slice(0, half), nodes.slice(half)];
}

function expandPosition(position: ScenarioPosition, { operations }: ScenarioSize): Position {
  if (!("atPercent" in position)) return position;
  return { atOperation: Math.round((operations * position.atPercent) / 100) };
}

/** The longest delay that the faults add to one delivery. */
export function longestDelayNs(faults: readonly ScenarioFault[]): number {
  return faults.reduce(
    (most, fault) => (fault.kind === "delay" ? Math.max(most, fault.maxNs) : most),
    0,
  );
}

/** The least share of the bus that strangers leave for a while: 1 when none is there. */
export function leastShareLeft(faults: readonly ScenarioFault[]): number {
  const shares = faults.map((fault) => shareLeft([fault])).filter((share) => share > 0);
  const together = shareLeft(faults);
  return Math.min(1, ...shares, ...(together > 0 ? [together] : []));
}
