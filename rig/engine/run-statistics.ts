/**
 * Counts what a run shows of itself as it goes: messages on the bus, the nodes' own records, and
 * the invariants that are checked on these. The bus counts its frames itself.
 */

import type { CanFrame } from "../core/can/frame.ts";
import type { NodeRecord } from "../core/consensus/node-core.ts";
import type { NodeHistoryRecord } from "../core/history/node-history.ts";
import { InvariantObserver, type Violation } from "../core/invariant/observer.ts";
import { byzantineAmong, byzantineWithin, facedFaults } from "../core/plan/adversity.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import type { BusStatistics, ControllerStatistics, NodeStatistics } from "../core/run/evidence.ts";
import type { RunRecord } from "../core/run/record.ts";
import { HEADER_LENGTH, readHeader } from "../core/wire/header.ts";
import { messageName } from "../core/wire/message-name.ts";

interface NodeCounts {
  boots: number;
  decided: number;
  applied: number;
  expired: number;
}

/** What the run asks of its world for its statistics. */
export interface WorldStatistics {
  readonly bus: BusStatistics;
  /** Frames that the run itself had no room for. */
  readonly lost: number;
  readonly controllerOf: (node: number) => ControllerStatistics | undefined;
  /** False where records of the node may be missing. */
  readonly isWhole: (node: number) => boolean;
  readonly lostOf: (node: number) => number;
}

export class RunStatistics {
  readonly #messages = new Map<string, number>();
  readonly #nodes: NodeCounts[];
  readonly #observer: InvariantObserver;
  /** By node, of the last record of its clients. */
  readonly #lastRecords: Pick<NodeHistoryRecord, "boot" | "number">[] = [];

  constructor(
    plan: Pick<RunPlan, "auth" | "nodes" | "faults" | "workload">,
    onViolation: (violation: Violation) => void,
  ) {
    const { nodes, workload } = plan;
    const faults = facedFaults(plan);
    this.#observer = new InvariantObserver(nodes, onViolation, {
      unbound: byzantineWithin(nodes, faults),
      traitors: [...byzantineAmong(nodes, faults)],
      mayBeLate: true,
      workload: workload.kind,
    });
    const none = { boots: 0, decided: 0, applied: 0, expired: 0 };
    this.#nodes = Array.from({ length: nodes }, () => ({ ...none }));
  }

  /** A client's request leaves the host. */
  issued([client, request]: readonly [client: number, request: number]): void {
    this.#observer.issued(client, request);
  }

  /** A record of the clients on a node, in the order of their numbers. */
  history({ node, boot, number, request }: NodeHistoryRecord): void {
    const last = this.#lastRecords[node];
    const next = last?.boot === boot ? last.number + 1 : 0;
    if (number !== next) this.#observer.unheard(node);
    this.#lastRecords[node] = { boot, number };
    if (request !== undefined) this.#observer.issued(...request);
  }

  frame({ fd, data }: CanFrame): void {
    if (!fd || data.length < HEADER_LENGTH) return;
    const header = readHeader(data);
    if (header.fragment !== 0) return;
    const name = messageName(header.type);
    this.#messages.set(name, (this.#messages.get(name) ?? 0) + 1);
  }

  node(node: number, boot: number, record: NodeRecord): void {
    const counts = this.#nodes[node];
    if (counts === undefined) return;
    if (boot !== counts.boots) {
      counts.boots = boot;
      counts.decided = 0;
      counts.applied = 0;
      this.#observer.restarted(node);
    }
    if (record.event === "apply") {
      counts.decided++;
      counts.applied += record.requests?.length ?? 0;
    } else if (record.event === "expire") counts.expired++;
    this.#observer.node(node, record);
  }

  /** The node had no room for some of its records so far. */
  gapped(node: number): void {
    this.#observer.gapped(node);
  }

  record(time: number, world: WorldStatistics): RunRecord {
    const { bus, lost, controllerOf, isWhole, lostOf } = world;
    this.#observer.missing([...this.#nodes.keys()].filter((node) => !isWhole(node)));
    const messages = [...this.#messages].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      type: "statistics",
      time,
      bus: { ...bus, dropped: bus.dropped + lost },
      messages: Object.fromEntries(messages),
      nodes: this.#nodes.map((counts, node): NodeStatistics => {
        const controller = controllerOf(node);
        const left = lostOf(node);
        return {
          node,
          ...counts,
          ...(controller === undefined ? {} : { controller }),
          ...(left === 0 ? {} : { lost: left }),
        };
      }),
      invariants: this.#observer.reports(),
      ...this.#observer.applied(),
    };
  }
}
