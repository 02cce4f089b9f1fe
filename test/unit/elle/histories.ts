/**
 * Small histories for tests: a builder that numbers operations, and a check in one call.
 */

import { type CheckResult, checkListAppend } from "../../../rig/core/elle/index.ts";
import type { MicroOp, Operation, OperationType } from "../../../rig/core/history/operation.ts";
import { tableOfOperations } from "../../../rig/core/history/operation-table.ts";

export function append(key: number, element: number): MicroOp {
  return ["append", key, element];
}

export function read(key: number, list: readonly number[] | null = null): MicroOp {
  return ["r", key, list];
}

export class HistoryBuilder {
  readonly operations: Operation[] = [];

  add(type: OperationType, process: number, value: readonly MicroOp[]): this {
    const index = this.operations.length;
    this.operations.push({ index, type, f: "txn", process, time: index * 1000, value });
    return this;
  }

  /** Invokes with the reads blank, as a client does. */
  invoke(process: number, ...mops: MicroOp[]): this {
    const blank = mops.map((mop) => (mop[0] === "r" ? read(mop[1]) : mop));
    return this.add("invoke", process, blank);
  }

  ok(process: number, ...mops: MicroOp[]): this {
    return this.add("ok", process, mops);
  }

  fail(process: number, ...mops: MicroOp[]): this {
    return this.add("fail", process, mops);
  }

  info(process: number, ...mops: MicroOp[]): this {
    return this.add("info", process, mops);
  }

  /** Invokes and completes at once. */
  run(process: number, ...mops: MicroOp[]): this {
    return this.invoke(process, ...mops).ok(process, ...mops);
  }

  /** All invoked before the first completes, each by a process of its own. */
  together(...transactions: (readonly MicroOp[])[]): this {
    transactions.forEach((mops, process) => {
      this.invoke(process, ...mops);
    });
    transactions.forEach((mops, process) => {
      this.ok(process, ...mops);
    });
    return this;
  }

  check(consistency = "strict-serializable", searchSteps?: number): CheckResult {
    const options = searchSteps === undefined ? { consistency } : { consistency, searchSteps };
    return checkListAppend(tableOfOperations(this.operations), options);
  }
}

export function aHistory(): HistoryBuilder {
  return new HistoryBuilder();
}
