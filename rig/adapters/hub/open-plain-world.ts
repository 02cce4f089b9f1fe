/** Opens the plain world of level `vcan`: the rig and a process for each node on one interface. */

import { NO_ERRORS } from "../../core/can/error-confinement.ts";
import type { CanFrame } from "../../core/can/frame.ts";
import { openChildGuard } from "./child-guard.ts";
import type { ProcessWorld } from "./open-process-world.ts";
import type { HubChannel, VcanWorldOptions } from "./open-vcan-world.ts";
import { PlainBus } from "./plain-bus.ts";
import { ProcessNodes } from "./process-nodes.ts";
import { SharedVcan } from "./shared-vcan.ts";

export interface PlainWorldOptions extends Omit<VcanWorldOptions, "openChannel"> {
  /** Name of the interface. */
  readonly bus: string;
  /** A channel that hears what it sends, and error frames. */
  readonly openChannel: (name: string, onFrame: (frame: CanFrame) => void) => HubChannel;
}

/** Rejects with `capability.vcan` or `capability.socketcan` where that can't be. */
export async function openPlainWorld(options: PlainWorldOptions): Promise<ProcessWorld> {
  const { plan, clock, commandOf, openChannel, onCrash, bus: name } = options;
  const guard = openChildGuard();
  const shared = await SharedVcan.open(name);
  const nodes = new ProcessNodes({
    nodes: plan.nodes,
    clock,
    guard,
    commandOf: (node) => commandOf(node, name),
    isOnBus: () => true,
    detach() {},
    controllerOf: () => ({ state: NO_ERRORS.state, tec: 0, rec: 0, passives: 0, busOffs: 0 }),
    onCrash,
  });
  const bus = openBus();
  return {
    clock,
    bus,
    nodes,
    power: nodes,
    async close() {
      await nodes.close();
      await bus.close();
      await shared.close();
      guard.close();
    },
  };

  function openBus(): PlainBus {
    try {
      const onFrame = () => {
        for (let node = 0; node < plan.nodes; node++) nodes.delivered(node);
      };
      const open = (heard: (frame: CanFrame) => void) => openChannel(name, heard);
      return new PlainBus({ plan, clock, openChannel: open, onFrame });
    } catch (error) {
      void shared.close();
      throw error;
    }
  }
}
