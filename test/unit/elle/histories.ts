/**
 * Small histories for tests: builders that number operations, and a check in one call.
 */

import {
  type CheckResult,
  checkListAppend,
  checkRwRegister,
  type RegisterOptions,
} from "../../../rig/core/elle/index.ts";
import type { HistoryTable } from "../../../rig/core/history/history-table.ts";
import type { MicroOp, Operation, OperationType } from "../../../rig/core/history/operation.ts";
import { tableOfOperations } from "../../../rig/core/history/operation-table.ts";
import { readHistory } from "../../../rig/core/history/read-history.ts";

export type RegisterOp = readonly ["w" | "r", number, number | null];

export function append(key: number, element: number): MicroOp {
  return ["append", key, element];
}

export function read(key: number, list: readonly number[] | null = null): MicroOp {
  return ["r", key, list];
}

export function w(key: number, value: number): RegisterOp {
  return ["w", key, value];
}

export function r(key: number, value: number | null = null): RegisterOp {
  return ["r", key, value];
}

type Entry<Mop> = Omit<Operation, "value"> & { readonly value: readonly Mop[] };

export class Builder<Mop extends readonly [string, number, unknown]> {
  readonly operations: Entry<Mop>[] = [];

  add(type: OperationType, process: number, value: readonly Mop[]): this {
    const index = this.operations.length;
    this.operations.push({ index, type, f: "txn", process, time: index * 1000, value });
    return this;
  }

  /** Invokes with the reads blank, as a client does. */
  invoke(process: number, ...mops: Mop[]): this {
    const blank = mops.map((mop) =>
      mop[0] === "r" ? (["r", mop[1], null] as unknown as Mop) : mop,
    );
    return this.add("invoke", process, blank);
  }

  ok(process: number, ...mops: Mop[]): this {
    return this.add("ok", process, mops);
  }

  fail(process: number, ...mops: Mop[]): this {
    return this.add("fail", process, mops);
  }

  info(process: number, ...mops: Mop[]): this {
    return this.add("info", process, mops);
  }

  /** Invokes and completes at once. */
  run(process: number, ...mops: Mop[]): this {
    return this.invoke(process, ...mops).ok(process, ...mops);
  }

  /** All invoked before the first completes, each by a process of its own. */
  together(...transactions: (readonly Mop[])[]): this {
    transactions.forEach((mops, process) => {
      this.invoke(process, ...mops);
    });
    transactions.forEach((mops, process) => {
      this.ok(process, ...mops);
    });
    return this;
  }
}

export class HistoryBuilder extends Builder<MicroOp> {
  check(consistency = "strict-serializable", searchSteps?: number): CheckResult {
    const options = searchSteps === undefined ? { consistency } : { consistency, searchSteps };
    return checkListAppend(this.table(), options);
  }

  table(): HistoryTable {
    return tableOfOperations(this.operations);
  }
}

export class RegisterBuilder extends Builder<RegisterOp> {
  table(): HistoryTable {
    const lines = this.operations.map((operation) => JSON.stringify(operation));
    return readHistory(new TextEncoder().encode(lines.join("\n")));
  }

  check(
    consistency = "strict-serializable",
    options: Omit<RegisterOptions, "consistency"> = {},
  ): CheckResult {
    return checkRwRegister(this.table(), { consistency, ...options });
  }
}

export function aHistory(): HistoryBuilder {
  return new HistoryBuilder();
}

export function aRegisterHistory(): RegisterBuilder {
  return new RegisterBuilder();
}
