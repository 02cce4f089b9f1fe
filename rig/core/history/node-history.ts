/**
 * The history that a node keeps of the clients that live on it: one record for its boot and one
 * for each invocation and completion, numbered from 0 in each boot without gaps. Markers on the
 * bus announce them; `mergeNodeHistories` makes one history of those of all nodes.
 */

import type { Marker, MarkerKind } from "../wire/marker.ts";
import type { MicroOp } from "./operation.ts";

export interface NodeHistoryRecord {
  readonly node: number;
  /** Boot counter: counts the starts of the node's program from 1. */
  readonly boot: number;
  readonly number: number;
  readonly kind: MarkerKind;
  /** Process within this boot; 0 for `boot`. It retires after `info`, and with the boot. */
  readonly process: number;
  /** Nanoseconds on the node's own clock, which may be off by anything: never used for order. */
  readonly localNs: number;
  /** Micro-operations, repeated by `fail` and `info`; null for `boot`. */
  readonly value: readonly MicroOp[] | null;
  /** Of an invocation: the session and the number of its request on the wire. */
  readonly request?: readonly [client: number, request: number];
  readonly error?: string;
}

/** A marker as the host's channel received it; `timeNs` is the host's clock. */
export interface SeenMarker extends Marker {
  readonly timeNs: number;
}
