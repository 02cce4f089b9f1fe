/**
 * Partitions by the boards themselves: each agent is told which nodes it is not to hear. A filter
 * is gone after a restart; a board that comes back is told again as soon as it answers.
 *
 * What a board kept back and had not told when it restarted is not counted. While several
 * partitions keep something from one board, its effects are those of the first of them.
 */

import { type BoardLine, isCapable } from "../../../firmware-bridge/host/board-line.ts";
import type { Fault } from "../../core/fault/fault.ts";
import { isTogether } from "../../core/fault/logical-faults.ts";
import { RigError } from "../../core/verdict/rig-error.ts";

export interface FilteringBoard {
  readonly name: string;
  readonly line: Pick<BoardLine, "hello" | "request" | "reopen">;
}

type Partition = Extract<Fault, { readonly kind: "partition" }>;

/** What is known of a board's filter. */
interface Filter {
  /** The board has said so, or was never told otherwise. */
  isNeutral: boolean;
  /** Of which start of the board the hits are. */
  boot: number;
  hits: number;
  /** The fault that has them. */
  cause: Partition | null;
  /** One request after the other. */
  work: Promise<void>;
}

export class AgentFilters {
  readonly #boards: readonly FilteringBoard[];
  readonly #filters: readonly Filter[];
  readonly #effects = new Map<string, number>();
  #inForce: readonly Partition[] = [];
  /** Name of the injector in the bench file; null where the run needs none. */
  #injector: string | null = null;

  /** Node by node. */
  constructor(boards: readonly FilteringBoard[]) {
    this.#boards = boards;
    this.#filters = boards.map(() => {
      return { isNeutral: true, boot: 0, hits: 0, cause: null, work: Promise.resolve() };
    });
  }

  /** From here on boards are asked whether they have a filter. */
  use(injector: string): void {
    this.#injector = injector;
  }

  /** Nobody filters then. Rejects with `bench.node` where a board can't. */
  async check(signal: AbortSignal): Promise<void> {
    if (this.#injector === null) return;
    for (const { name, line } of this.#boards) {
      if (await isCapable(line, "filter", signal)) continue;
      const agent = line.hello?.firmware ?? "unknown";
      const text = `the agent of ${name} (${agent}) has no receive filter`;
      throw new RigError("bench.node", `${text}, which injector ${this.#injector} needs`);
    }
    await this.#applyAll(signal);
  }

  /** Resolves when all boards that answer filter. */
  async inject(fault: Fault, signal: AbortSignal): Promise<void> {
    if (fault.kind !== "partition") {
      throw new RigError("rig.internal", `a ${fault.kind} was given to filters`);
    }
    this.#inForce = [...this.#inForce, fault];
    await this.#applyAll(signal);
  }

  /** Resolves with how many frames the boards kept back for it. */
  async heal(fault: Fault, signal: AbortSignal): Promise<number> {
    this.#inForce = this.#inForce.filter(({ id }) => id !== fault.id);
    await this.#applyAll(signal);
    return this.#effects.get(fault.id) ?? 0;
  }

  /** The board of this node answers again, perhaps after a start. */
  connected(node: number): void {
    const board = this.#boards[node];
    if (board === undefined || this.#injector === null) return;
    if (this.#filters[node]?.isNeutral === true && this.#parting(node).length === 0) return;
    this.#apply(node).catch(({ message }: Error) => board.line.reopen(message));
  }

  async #applyAll(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#boards.map((_, node) => this.#apply(node, signal)));
  }

  #apply(node: number, signal?: AbortSignal): Promise<void> {
    const [board, filter] = [this.#boards[node], this.#filters[node]];
    if (board === undefined || filter === undefined) return Promise.resolve();
    const turn = filter.work.then(() => this.#tell(board, { node, filter }, signal));
    filter.work = turn.catch(() => undefined);
    return turn;
  }

  async #tell(
    { name, line }: FilteringBoard,
    { node, filter }: { readonly node: number; readonly filter: Filter },
    signal?: AbortSignal,
  ): Promise<void> {
    const { hello } = line;
    // It hears all when it starts, and is told once it answers.
    if (hello === null) return;
    const parting = this.#parting(node);
    const mask = maskOf(parting, node, this.#boards);
    filter.isNeutral &&= mask === 0;
    try {
      const { fields } = await line.request(["filter", "set", `${mask}`], signal);
      const [boot, hits] = [Number(fields.get("boot")), Number(fields.get("hits"))];
      this.#count(filter.cause, boot === filter.boot ? hits - filter.hits : 0);
      Object.assign(filter, { isNeutral: mask === 0, boot, hits, cause: parting[0] ?? null });
    } catch (error) {
      // A port that went away is noticed a moment later; and then its board is told anew.
      await new Promise((resolve) => setImmediate(resolve));
      if (line.hello !== hello) return;
      throw new RigError("bench.node", `${name} does not take its filter: ${textOf(error)}`);
    }
  }

  /** The faults in force that keep something from this node. */
  #parting(node: number): readonly Partition[] {
    return this.#inForce.filter((fault) => maskOf([fault], node, this.#boards) > 0);
  }

  #count(fault: Partition | null, effects: number): void {
    if (fault === null) return;
    this.#effects.set(fault.id, (this.#effects.get(fault.id) ?? 0) + effects);
  }
}

/** Bit n: node n is not to be heard by `node`. */
function maskOf(faults: readonly Partition[], node: number, { length }: { length: number }) {
  let mask = 0;
  for (let other = 0; other < length; other++) {
    if (faults.some((fault) => !isTogether(fault, node, other))) mask |= 1 << other;
  }
  return mask;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
