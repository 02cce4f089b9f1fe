/**
 * ROJ nodes whose messages are delivered only when the test says so: for schedules that chance
 * would need too long to find.
 */

import type { RojRules } from "../../rig/core/consensus/roj/rules.ts";
import type { AnyRojMessage } from "../../rig/core/wire/roj-message.ts";
import { RojBench } from "./roj-bench.ts";
import { anAppend } from "./roj-messages.ts";

interface UnderWay {
  readonly from: number;
  readonly to: number;
  readonly message: AnyRojMessage;
}

export class RojScript {
  readonly #nodes: readonly RojBench[];
  #underWay: UnderWay[] = [];

  /** Each node has a request of its own, so that each would propose something else. */
  constructor(nodes: number, rules: RojRules) {
    this.#nodes = Array.from({ length: nodes }, (_, node) => new RojBench({ node, nodes, rules }));
    this.#nodes.forEach((bench, node) => {
      bench.request(anAppend(node, 1, 1, node + 1));
    });
    this.#collect();
  }

  /** Messages of this kind and round get through, from everybody to these nodes. */
  deliver(kind: AnyRojMessage["kind"], round: number, to: readonly number[]): void {
    const isMeant = (each: UnderWay) =>
      each.message.kind === kind && "round" in each.message && each.message.round === round;
    const meant = this.#underWay.filter((each) => to.includes(each.to) && isMeant(each));
    this.#underWay = this.#underWay.filter((each) => !meant.includes(each));
    for (const { from, to: receiver, message } of meant) {
      this.#node(receiver).hear(from, message);
    }
    this.#collect();
  }

  /** What these nodes have promised becomes durable and leaves. */
  store(nodes: readonly number[]): void {
    for (const node of nodes) this.#node(node).store();
    this.#collect();
  }

  roundTimer(nodes: readonly number[]): void {
    for (const node of nodes) this.#node(node).roundTimer();
    this.#collect();
  }

  gatherTimer(node: number): void {
    this.#node(node).gatherTimer();
    this.#collect();
  }

  /** Digests that nodes have decided for slot 0. */
  get decided(): string[] {
    const records = this.#nodes.flatMap((bench) => bench.committed());
    const digests = records.filter(({ slot }) => slot === 0).map(({ digest }) => digest as string);
    return [...new Set(digests)];
  }

  #node(node: number): RojBench {
    return this.#nodes[node] as RojBench;
  }

  #collect(): void {
    this.#nodes.forEach((bench, from) => {
      for (const message of bench.sent) {
        this.#nodes.forEach((_, to) => {
          if (to !== from) this.#underWay.push({ from, to, message });
        });
      }
      bench.sent = [];
    });
  }
}
