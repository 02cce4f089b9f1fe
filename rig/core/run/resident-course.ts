/**
 * What the rig knows of the clients that live on the nodes, from the records that it gets of them,
 * and what it tells them: when to start, to stop, and which keys to read in the end.
 */

import type { CanFrame } from "../can/frame.ts";
import type { NodeHistoryRecord } from "../history/node-history.ts";
import type { ResidentPlan, RunPlan } from "../plan/plan.ts";
import type { ResidentCommand } from "../resident/resident-command.ts";
import { HEADER_LENGTH, readHeader } from "../wire/header.ts";
import { sourceOfId } from "../wire/identifier.ts";
import { decodeMarker, type Marker } from "../wire/marker.ts";

interface CommandEffect {
  readonly kind: "command";
  readonly node: number;
  readonly command: ResidentCommand;
}

export function markerIn({ fd, id, data }: CanFrame): Marker | null {
  if (!fd || data.length < HEADER_LENGTH) return null;
  return decodeMarker(sourceOfId(id), readHeader(data), data);
}

export class ResidentCourse {
  readonly #plan: RunPlan;
  readonly #processes: number;
  /** Keys that were asked for, in the order of their first use. */
  readonly #keys = new Set<number>();
  /** By node, the keys of its final reads; null before they are handed out. */
  #reads: number[][] | null = null;
  /** What was begun since then: what of it is open, and by node the key that each one reads. What
   *  is no read of one key, such as an operation that began before the node heard of it, has -1. */
  readonly #open = new Set<string>();
  #begun: number[][];
  /** By node, number and boot of its latest record; undefined once its marker was heard. */
  readonly #unheard: (string | undefined)[] = [];
  /** By node, those of its latest marker where that came before its record. */
  readonly #awaited: (string | undefined)[] = [];
  readonly #noted: (Pick<NodeHistoryRecord, "boot" | "number"> | undefined)[] = [];
  #invoked = 0;
  #isGivenUp = false;

  constructor(plan: RunPlan, { processes }: ResidentPlan) {
    this.#plan = plan;
    this.#processes = processes;
    this.#begun = this.#nodes().map(() => []);
  }

  /** Whether final reads are still under way, or the marker of the last of them. */
  get isBusy(): boolean {
    if (this.#isGivenUp) return false;
    const isThere = (name: string | undefined) => name !== undefined;
    if (this.#unheard.some(isThere) || this.#awaited.some(isThere)) return true;
    if (this.#reads === null) return false;
    return this.#open.size > 0 || this.#reads.some((keys, node) => !this.#hasRead(node, keys));
  }

  /** A key that is heard of late, by a record that was long on its way, is to be read as well. */
  note({ node, boot, number, process, kind, value }: NodeHistoryRecord): readonly CommandEffect[] {
    const latest = `${boot & 255}/${number}`;
    const wasAwaited = this.#awaited[node] === latest;
    if (wasAwaited) this.#awaited[node] = undefined;
    this.#unheard[node] = wasAwaited ? undefined : latest;
    this.#noted[node] = { boot, number };
    const name = `${node}/${boot}/${process}`;
    if (kind === "invoke") {
      this.#invoked++;
      const fresh = (value ?? []).map(([, key]) => key).filter((key) => !this.#keys.has(key));
      for (const key of fresh) this.#keys.add(key);
      if (this.#reads === null) return [];
      this.#open.add(name);
      const [[f, key] = ["", -1], ...others] = value ?? [];
      this.#begun[node]?.push(f === "r" && others.length === 0 ? key : -1);
      return this.#readAlso(node, [...new Set(fresh)]);
    }
    this.#open.delete(name);
    return [];
  }

  heard({ node, boot, number }: Marker): void {
    const latest = `${boot}/${number}`;
    const noted = this.#noted[node] ?? { boot: 0, number: -1 };
    const isNext = boot === ((noted.boot + 1) & 255);
    if (this.#unheard[node] === latest) this.#unheard[node] = undefined;
    // One of an earlier boot may come late: a controller sends what it held.
    else if (isNext || (boot === (noted.boot & 255) && number > noted.number)) {
      this.#awaited[node] = latest;
    }
  }

  booted(node: number, stage: string): readonly CommandEffect[] {
    if (stage === "workload") return [{ kind: "command", node, command: { kind: "start" } }];
    if (stage !== "final-reads" || this.#reads === null) return [];
    this.#begun[node] = [];
    for (const name of this.#open) if (name.startsWith(`${node}/`)) this.#open.delete(name);
    return [this.#readsOf(node)];
  }

  stop(): readonly CommandEffect[] {
    return this.#nodes().map((node) => ({ kind: "command", node, command: { kind: "stop" } }));
  }

  /** Every key that was used once, and at least so many in all as planned, shared by the nodes. */
  finalReads(): readonly CommandEffect[] {
    const keys = [...this.#keys].sort((a, b) => a - b);
    const count = keys.length === 0 ? 0 : Math.max(this.#plan.workload.finalReadsMin, keys.length);
    const reads = this.#nodes().map((): number[] => []);
    for (let index = 0; index < count; index++) {
      reads[index % reads.length]?.push(keys[index % keys.length] as number);
    }
    this.#reads = reads;
    return this.#nodes().map((node) => this.#readsOf(node));
  }

  /** Final reads that take longer than all their timeouts are not waited for. */
  giveUp(): void {
    this.#isGivenUp = true;
  }

  /** How many operations could have begun since the last call where none did: one of each node. */
  missed(): number {
    const count = this.#invoked === 0 ? this.#plan.nodes : 0;
    this.#invoked = 0;
    return count;
  }

  /** How long to wait before looking after them. */
  limitNs(isWorkload: boolean): number {
    const { operationTimeoutNs } = this.#plan.client;
    if (isWorkload) return operationTimeoutNs;
    const most = Math.max(0, ...(this.#reads ?? []).map((keys) => keys.length));
    return (Math.ceil(most / this.#processes) + 2) * operationTimeoutNs;
  }

  /** The node reads in the order of its keys, and begins nothing after them. */
  #hasRead(node: number, keys: readonly number[]): boolean {
    const begun = this.#begun[node] ?? [];
    const first = begun.length - keys.length;
    return first >= 0 && keys.every((key, index) => begun[first + index] === key);
  }

  #readAlso(node: number, keys: readonly number[]): readonly CommandEffect[] {
    if (keys.length === 0) return [];
    this.#reads?.[node]?.push(...keys);
    return [{ kind: "command", node, command: { kind: "final-reads", keys } }];
  }

  #readsOf(node: number): CommandEffect {
    const keys = [...(this.#reads?.[node] ?? [])];
    return { kind: "command", node, command: { kind: "final-reads", keys } };
  }

  #nodes(): readonly number[] {
    return Array.from({ length: this.#plan.nodes }, (_, node) => node);
  }
}
