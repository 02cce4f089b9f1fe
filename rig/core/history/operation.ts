/**
 * An operation: one line of a history, as Jepsen has it. The host gives the indices; a process
 * is one logical client with one operation open, renewed after `info`. `fail` is only for what
 * certainly had no effect; an unknown outcome is `info`.
 */

export type OperationType = "invoke" | "ok" | "fail" | "info";

/**
 * On lists `["append", key, element]` and `["r", key, list]`, on registers `["w", key, value]` and
 * `["r", key, value]`. A read has `null` until it has its answer, and of a register that was never
 * written.
 */
export type MicroOp =
  | readonly ["append" | "w", number, number]
  | readonly ["r", number, readonly number[] | number | null];

export interface Operation {
  readonly index: number;
  readonly type: OperationType;
  /** `txn` for clients; the kind of the fault for the nemesis. */
  readonly f: string;
  readonly process: number | "nemesis";
  /** Nanoseconds since the start of the run. */
  readonly time: number;
  /** Micro-operations of a client; for the nemesis what it struck, as text. */
  readonly value: readonly MicroOp[] | string | null;
  readonly node?: number;
  readonly error?: string;
}

/** An operation of a client, which always carries micro-operations. */
export interface ClientOperation extends Operation {
  readonly process: number;
  readonly value: readonly MicroOp[];
}

export function isClientOperation(operation: Operation): operation is ClientOperation {
  return typeof operation.process === "number";
}
