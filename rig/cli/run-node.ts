/** One node as a process: its disk, its way to the bus, its core, and what it says of itself. */

import { connectToHub } from "../adapters/node/hub-link.ts";
import { NodeJournal } from "../adapters/node/node-journal.ts";
import { NodeProgram } from "../adapters/node/node-program.ts";
import { linkToCan } from "../adapters/socketcan/can-link.ts";
import { makeNode } from "../core/consensus/make-node.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import type { ResidentCommand } from "../core/resident/resident-command.ts";
import type { LinkEvent } from "../ports/bus-link.ts";
import { boardVoice, jsonVoice } from "./node-voice.ts";

export interface NodeRunOptions {
  readonly plan: RunPlan;
  readonly node: number;
  /** Socket of the hub, or a CAN interface. */
  readonly bus: { readonly hub: string } | { readonly can: string };
  /** Folder of what it stores. */
  readonly disk: string;
  /** The serial number of a board with a control line; JSON lines where it is left out. */
  readonly line?: string;
}

/** Until the bus is gone. Rejects with `bench.trouble` when there is none. */
export async function runNode({ plan, node, bus, disk, line }: NodeRunOptions): Promise<void> {
  const { journal, image } = await NodeJournal.open(disk);
  const boot = image.incarnation;
  let program: NodeProgram | null = null;
  const onCommand = (command: ResidentCommand) => program?.handle({ kind: "command", command });
  const voice =
    line === undefined
      ? jsonVoice(boot, onCommand)
      : boardVoice({ plan, node, serial: line, boot }, onCommand);
  const startNs = process.hrtime.bigint();
  const onEvent = (event: LinkEvent) => {
    if (voice.hears(event)) program?.handle(event);
  };
  const link =
    "hub" in bus
      ? await connectToHub(bus.hub, node, onEvent)
      : linkToCan({ name: bus.can, hasClients: plan.residents !== undefined }, onEvent);
  program = new NodeProgram({
    core: makeNode(plan, node),
    journal,
    link,
    nowNs: () => Number(process.hrtime.bigint() - startNs),
    onRecord: voice.record,
    onHistory: voice.history,
  });
  program.boot(image);
  voice.ready();
  await link.closed;
}
