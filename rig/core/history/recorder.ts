/**
 * Records the history of any system under test: operations with their indices, processes and
 * times, paired as they must be. A process has one operation open; after `info` it retires and its
 * client goes on under the next number. Off, it keeps nothing and checks nothing.
 */

import { RigError } from "../verdict/rig-error.ts";
import type { MicroOp, Operation, OperationType } from "./operation.ts";

/** A key may be a text here: it gets a number of its own. */
export type KeyedMicroOp =
  | readonly ["append" | "w", string | number, number]
  | readonly ["r", string | number, readonly number[] | number | null];

export interface RecorderOptions {
  /** Nanoseconds since the start of the run, never going back. */
  readonly nowNs: () => number;
  /** Clients at work at once; retired processes go on at their number plus this. */
  readonly clients: number;
  /** False records nothing. */
  readonly isOn?: boolean;
  /** Sees each operation as it is recorded: to write it down at once, for example. */
  readonly onOperation?: (operation: Operation) => void;
}

export class HistoryRecorder {
  readonly #options: RecorderOptions;
  readonly #isOn: boolean;
  readonly #operations: Operation[] = [];
  readonly #open = new Map<number, readonly MicroOp[]>();
  readonly #retired = new Set<number>();
  readonly #keys = new Map<string, number>();

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#isOn = options.isOn ?? true;
  }

  /** What was recorded so far, in order. */
  get operations(): readonly Operation[] {
    return this.#operations;
  }

  /** The number that stands for a key: texts and numbers never share one. */
  keyNumber(key: string | number): number {
    const name = `${typeof key} ${key}`;
    let number = this.#keys.get(name);
    if (number === undefined) {
      number = this.#keys.size;
      this.#keys.set(name, number);
    }
    return number;
  }

  /** The operation leaves its client. Throws `input.malformed` when the process has one open. */
  invoke(process: number, value: readonly KeyedMicroOp[]): void {
    if (!this.#isOn) return;
    if (this.#open.has(process)) throw misuse(`process ${process} has an operation open`);
    if (this.#retired.has(process)) throw misuse(`process ${process} retired after info`);
    const microOps = this.#numbered(value);
    this.#open.set(process, microOps);
    this.#record("invoke", process, microOps);
  }

  /** It was done; `value` repeats its micro-operations, reads with what they returned. */
  ok(process: number, value: readonly KeyedMicroOp[]): void {
    if (!this.#isOn) return;
    this.#close(process);
    this.#record("ok", process, this.#numbered(value));
  }

  /** It certainly had no effect. */
  fail(process: number, error?: string): void {
    if (this.#isOn) this.#record("fail", process, this.#close(process), error);
  }

  /** Nobody knows whether it was, or will be, done. Returns the process that takes over. */
  info(process: number, error?: string): number {
    const next = process + this.#options.clients;
    if (!this.#isOn) return next;
    const value = this.#close(process);
    this.#retired.add(process);
    this.#record("info", process, value, error);
    return next;
  }

  /** Something that the rig does to the system, such as `start-partition`. */
  nemesis(f: string, value: string): void {
    if (!this.#isOn) return;
    const index = this.#operations.length;
    const time = this.#options.nowNs();
    this.#push({ index, type: "info", f, process: "nemesis", time, value });
  }

  /** Ends the history: each operation still open gets `info`. */
  end(): readonly Operation[] {
    for (const process of [...this.#open.keys()]) this.info(process, "open at the end");
    return this.#operations;
  }

  #close(process: number): readonly MicroOp[] {
    const value = this.#open.get(process);
    if (value === undefined) throw misuse(`process ${process} has no operation open`);
    this.#open.delete(process);
    return value;
  }

  #numbered(value: readonly KeyedMicroOp[]): readonly MicroOp[] {
    return value.map((microOp): MicroOp => {
      const key = this.keyNumber(microOp[1]);
      return microOp[0] === "r" ? ["r", key, microOp[2]] : [microOp[0], key, microOp[2]];
    });
  }

  #record(type: OperationType, process: number, value: readonly MicroOp[], error?: string): void {
    const index = this.#operations.length;
    const base = { index, type, f: "txn", process, time: this.#options.nowNs(), value };
    this.#push(error === undefined ? base : { ...base, error });
  }

  #push(operation: Operation): void {
    this.#operations.push(operation);
    this.#options.onOperation?.(operation);
  }
}

function misuse(text: string): RigError {
  return new RigError("input.malformed", `history recorder: ${text}`);
}
