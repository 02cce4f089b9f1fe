/** A run store in memory, for tests: keeps everything, in the order in which it came. */

import type { CanFrame } from "../../rig/core/can/frame.ts";
import type { NodeRecord } from "../../rig/core/consensus/node-core.ts";
import type { Operation } from "../../rig/core/history/operation.ts";
import type { RunRecord } from "../../rig/core/run/record.ts";
import type { RunStore } from "../../rig/ports/run-store.ts";

export interface NodeEntry extends NodeRecord {
  readonly node: number;
  readonly boot: number;
  readonly timeNs: number;
}

export class MemoryStore implements RunStore {
  readonly records: RunRecord[] = [];
  readonly nodes: NodeEntry[] = [];
  readonly frames: { readonly timeNs: number; readonly frame: CanFrame }[] = [];
  #isClosed = false;

  get history(): readonly Operation[] {
    return this.records.flatMap((entry) => (entry.type === "operation" ? [entry.operation] : []));
  }

  record(entry: RunRecord): void {
    this.#assertOpen();
    this.records.push(entry);
  }

  node(node: number, boot: number, timeNs: number, record: NodeRecord): void {
    this.#assertOpen();
    this.nodes.push({ node, boot, timeNs, ...record });
  }

  frame(timeNs: number, frame: CanFrame): void {
    this.#assertOpen();
    this.frames.push({ timeNs, frame });
  }

  flush(): void {
    // Memory is as lasting as this store gets.
  }

  close(): void {
    this.#isClosed = true;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new Error("the store is closed");
  }
}
