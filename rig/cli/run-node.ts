/** One node as a process: its disk, its way to the bus, its core, and what it says of itself. */

import { connectToHub } from "../adapters/node/hub-link.ts";
import { NodeJournal } from "../adapters/node/node-journal.ts";
import { NodeProgram } from "../adapters/node/node-program.ts";
import { linkToCan } from "../adapters/socketcan/can-link.ts";
import { makeNode } from "../core/consensus/make-node.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import type { LinkEvent } from "../ports/bus-link.ts";

export interface NodeRunOptions {
  readonly plan: RunPlan;
  readonly node: number;
  /** Socket of the hub, or a CAN interface. */
  readonly bus: { readonly hub: string } | { readonly can: string };
  /** Folder of what it stores. */
  readonly disk: string;
}

/** Until the bus is gone. Rejects with `bench.trouble` when there is none. */
export async function runNode({ plan, node, bus, disk }: NodeRunOptions): Promise<void> {
  const { journal, image } = await NodeJournal.open(disk);
  const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
  const boot = image.incarnation;
  const startNs = process.hrtime.bigint();
  let program: NodeProgram | null = null;
  const onEvent = (event: LinkEvent) => program?.handle(event);
  const link =
    "hub" in bus ? await connectToHub(bus.hub, node, onEvent) : linkToCan(bus.can, onEvent);
  program = new NodeProgram({
    core: makeNode(plan, node),
    journal,
    link,
    nowNs: () => Number(process.hrtime.bigint() - startNs),
    onRecord: (record) => say({ type: "record", boot, record }),
  });
  program.boot(image);
  say({ type: "ready", boot });
  await link.closed;
}
