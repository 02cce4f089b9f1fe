/**
 * The storage faults in force in a simulated cluster: what they do to writes under way, to durable
 * records at rest and to the store's willingness. Each draws from streams of its own and keeps
 * within the atlas, unless it says that it goes beyond.
 */

import type { StoreResult } from "../core/consensus/node-core.ts";
import type { Fault } from "../core/fault/fault.ts";
import type { StorageFaultDetail } from "../core/fault/storage-faults.ts";
import { Random } from "../core/random/random.ts";
import { StorageAtlas } from "./storage-atlas.ts";
import type { Entry, StorageMedium } from "./storage-medium.ts";

export type StorageFault = Extract<Fault, { kind: StorageFaultDetail["kind"] }>;
type OfKind<K extends StorageFault["kind"]> = Extract<StorageFault, { kind: K }>;

/** A probability in whole millionths, so that no draw rests on floating point. */
const WHOLE = 1_000_000;

export class StorageFaults {
  readonly #seed: number;
  readonly #atlas: StorageAtlas;
  readonly #count: (fault: Fault) => void;
  readonly #streams = new Map<string, Random>();
  #active: StorageFault[] = [];

  constructor(
    { seed, nodes }: { readonly seed: number; readonly nodes: number },
    count: (fault: Fault) => void,
  ) {
    this.#seed = seed;
    this.#atlas = new StorageAtlas(seed, nodes);
    this.#count = count;
  }

  /** No storage fault is in force: nothing needs to be asked. */
  get isIdle(): boolean {
    return this.#active.length === 0;
  }

  add(fault: StorageFault): void {
    this.#active.push(fault);
  }

  remove(fault: StorageFault): void {
    this.#active = this.#active.filter((each) => each !== fault);
  }

  /** How long a write takes that should take `timeNs`. */
  writeTimeNs(node: number, timeNs: number): number {
    let whole = timeNs;
    for (const fault of this.#on(node, "gray-slow")) {
      whole = whole * fault.factor + fault.stallNs;
      this.#count(fault);
    }
    return Math.round(whole);
  }

  /** Whether the store takes a record now. */
  refusal(node: number): StoreResult {
    for (const fault of this.#on(node, "store-full")) {
      this.#count(fault);
      return "full";
    }
    for (const fault of this.#on(node, "store-error")) {
      if (!this.#strikes(fault, node)) continue;
      this.#count(fault);
      return "io";
    }
    return "ok";
  }

  /**
   * The fault that cuts the supply in the write from `startNs` to `endNs`, and when; else null.
   * Where writes are torn as well it waits for one that may be.
   */
  cutIn(
    node: number,
    write: Pick<Entry, "slot"> & { readonly startNs: number; readonly endNs: number },
  ): { readonly fault: OfKind<"power-cut-in-write">; readonly atNs: number } | null {
    const { startNs, endNs, slot } = write;
    const tearing = this.#on(node, "torn-write");
    const mayTear = tearing.some((fault) => this.#allows(fault, node, { slot, isBase: false }));
    if (tearing.length > 0 && !mayTear) return null;
    for (const fault of this.#on(node, "power-cut-in-write")) {
      const atNs = startNs + this.#stream(fault, node).below(Math.max(1, endNs - startNs));
      return { fault, atNs };
    }
    return null;
  }

  isInForce(fault: StorageFault): boolean {
    return this.#active.includes(fault);
  }

  /** A record has become durable, or so the node is told. */
  written(node: number, medium: StorageMedium, entry: Entry): void {
    for (const fault of this.#on(node, "misdirect")) {
      if (!this.#strikes(fault, node) || !this.#allows(fault, node, entry)) continue;
      const victims = medium.entries.filter(
        (each) => each !== entry && each.found === null && this.#allows(fault, node, each),
      );
      if (victims.length === 0) continue;
      const victim = victims[this.#stream(fault, node).below(victims.length)] as Entry;
      medium.misdirect(entry, victim);
      this.#count(fault);
      return;
    }
  }

  /** The supply went while a record was being written. */
  interrupted(node: number, medium: StorageMedium, entry: Entry): void {
    for (const fault of this.#on(node, "torn-write")) {
      // What stood before a snapshot is still there while the snapshot is not durable.
      if (!this.#allows(fault, node, { slot: entry.slot, isBase: false })) continue;
      medium.append(entry);
      // Cut before the first sector there is nothing of it but its place in the directory.
      medium.tear(entry, this.#stream(fault, node).below(medium.sectorsOf(entry.record) + 1));
      this.#count(fault);
      return;
    }
  }

  /** What befalls durable records while nobody touches them. */
  rest(node: number, medium: StorageMedium, isStopped: boolean): void {
    for (const fault of this.#on(node, "flash-bitrot")) {
      for (const entry of medium.entries) {
        if (entry.found !== null || !this.#allows(fault, node, entry)) continue;
        if (!this.#strikes(fault, node)) continue;
        medium.rot(entry, this.#stream(fault, node));
        this.#count(fault);
      }
    }
    if (!isStopped) return;
    for (const fault of this.#on(node, "amnesia")) {
      const count = fault.records === "all" ? medium.entries.length : fault.records;
      if (medium.forget(count) > 0) this.#count(fault);
    }
  }

  #on<K extends StorageFault["kind"]>(node: number, kind: K): readonly OfKind<K>[] {
    if (this.#active.length === 0) return [];
    return this.#active.filter(
      (fault): fault is OfKind<K> => fault.kind === kind && fault.nodes.includes(node),
    );
  }

  #strikes(fault: StorageFault & { readonly probability: number }, node: number): boolean {
    return this.#stream(fault, node).below(WHOLE) < fault.probability * WHOLE;
  }

  #allows(
    { beyondLimit = false }: { readonly beyondLimit?: boolean },
    node: number,
    { slot, isBase }: Pick<Entry, "slot" | "isBase">,
  ): boolean {
    return beyondLimit || this.#atlas.mayDamage(node, slot, isBase);
  }

  #stream({ id }: StorageFault, node: number): Random {
    const key = `${id}/${node}`;
    let stream = this.#streams.get(key);
    if (stream === undefined) {
      stream = Random.of(this.#seed, "storage-fault", id, node);
      this.#streams.set(key, stream);
    }
    return stream;
  }
}
