/**
 * Faults as explicit data: generated from the seed or written by hand, and enough to repeat a run.
 * A fault strikes at a time or once so many operations were issued, and counts how often it took
 * effect. The kinds come in families, one file each: fields, and traits for the rest of the rig.
 */

import { BUS_FAULT_KINDS, BUS_FAULT_TRAITS, type BusFaultDetail } from "./bus-faults.ts";
import {
  BYZANTINE_FAULT_KINDS,
  BYZANTINE_FAULT_TRAITS,
  type ByzantineFaultDetail,
} from "./byzantine-faults.ts";
import { CLOCK_FAULT_KINDS, CLOCK_FAULT_TRAITS, type ClockFaultDetail } from "./clock-faults.ts";

import {
  CONTROLLER_FAULT_KINDS,
  CONTROLLER_FAULT_TRAITS,
  type ControllerFaultDetail,
} from "./controller-faults.ts";
import {
  LOGICAL_FAULT_KINDS,
  LOGICAL_FAULT_TRAITS,
  type LogicalFaultDetail,
} from "./logical-faults.ts";
import { POWER_FAULT_KINDS, POWER_FAULT_TRAITS, type PowerFaultDetail } from "./power-faults.ts";
import { STOP_FAULT_KINDS, STOP_FAULT_TRAITS, type StopFaultDetail } from "./stop-faults.ts";
import {
  STORAGE_FAULT_KINDS,
  STORAGE_FAULT_TRAITS,
  type StorageFaultDetail,
} from "./storage-faults.ts";
import {
  TRAFFIC_FAULT_KINDS,
  TRAFFIC_FAULT_TRAITS,
  type TrafficFaultDetail,
} from "./traffic-faults.ts";
import type { FaultTraits } from "./traits.ts";
import { TWIN_FAULT_KINDS, TWIN_FAULT_TRAITS, type TwinFaultDetail } from "./twin-faults.ts";

export const FAULT_KINDS = [
  ...LOGICAL_FAULT_KINDS,
  ...STOP_FAULT_KINDS,
  ...STORAGE_FAULT_KINDS,
  ...POWER_FAULT_KINDS,
  ...CLOCK_FAULT_KINDS,
  ...TRAFFIC_FAULT_KINDS,
  ...TWIN_FAULT_KINDS,
  ...CONTROLLER_FAULT_KINDS,
  ...BUS_FAULT_KINDS,
  ...BYZANTINE_FAULT_KINDS,
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export const FAULT_TRAITS: Readonly<Record<FaultKind, FaultTraits>> = {
  ...LOGICAL_FAULT_TRAITS,
  ...STOP_FAULT_TRAITS,
  ...STORAGE_FAULT_TRAITS,
  ...POWER_FAULT_TRAITS,
  ...CLOCK_FAULT_TRAITS,
  ...TRAFFIC_FAULT_TRAITS,
  ...TWIN_FAULT_TRAITS,
  ...CONTROLLER_FAULT_TRAITS,
  ...BUS_FAULT_TRAITS,
  ...BYZANTINE_FAULT_TRAITS,
};

/** Where in the run something happens: at a time, or when that many operations were issued. */
export type Position = { readonly atNs: number } | { readonly atOperation: number };

export type FaultDetail =
  | LogicalFaultDetail
  | StopFaultDetail
  | StorageFaultDetail
  | PowerFaultDetail
  | ClockFaultDetail
  | TrafficFaultDetail
  | TwinFaultDetail
  | ControllerFaultDetail
  | BusFaultDetail
  | ByzantineFaultDetail;

/** A fault without `end` lasts until the workload is done; then the run heals it. */
export type Fault = FaultDetail & {
  readonly id: string;
  readonly start: Position;
  readonly end?: Position;
};

/** How a fault fared: when it was in force and how often it took effect. */
export interface FaultReport {
  readonly id: string;
  readonly kind: FaultKind;
  /** What it struck, in words, such as `0 1 | 2 3 4`. */
  readonly target: string;
  /** Null when it never came into force. */
  readonly startNs: number | null;
  /** Null when it was still in force at the end of the record. */
  readonly endNs: number | null;
  readonly effects: number;
}
