/**
 * Opens the world of level `vcan`: each node is a process in a network namespace of its own, on one
 * end of a vxcan pair; the rig holds the other ends, and its hub carries frames between them.
 */

import { stateFrame } from "../../core/can/error-frame.ts";
import type { CanFrame } from "../../core/can/frame.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import type { Clock } from "../../ports/clock.ts";
import { BusHub, type HubNode } from "./bus-hub.ts";
import { type ChildCommand, openChildGuard } from "./child-guard.ts";
import { HubBus } from "./hub-bus.ts";
import { INSIDE, NetSpace } from "./net-space.ts";
import type { ProcessWorld } from "./open-process-world.ts";
import { ProcessNodes, supplyOf } from "./process-nodes.ts";

/** A socket on one interface, as the SocketCAN adapter opens it. */
export interface HubChannel {
  send(frame: CanFrame): boolean;
  /** Frames lost so far. */
  readonly lost: number;
  close(): void;
}

export interface VcanWorldOptions {
  readonly plan: RunPlan;
  readonly clock: Clock;
  /** The program of one node, which is to use the interface `can`. */
  readonly commandOf: (node: number, can: string) => ChildCommand;
  readonly openChannel: (name: string, onFrame: (frame: CanFrame) => void) => HubChannel;
  readonly onCrash: (node: number, why: string) => void;
}

/** Rejects with `capability.vcan` or `capability.socketcan` where that can't be. */
export async function openVcanWorld(options: VcanWorldOptions): Promise<ProcessWorld> {
  const { plan, clock, commandOf, openChannel, onCrash } = options;
  // The kernel echoes a node's frame before the hub has it, and a client's request leaves once its
  // marker was echoed: the marker has to be on the bus first.
  const isInOrder = plan.residents !== undefined;
  const hub = new BusHub({ plan, clock, supply: supplyOf(() => nodes), isInOrder });
  const bus = new HubBus(hub);
  const guard = openChildGuard();
  const spaces: NetSpace[] = [];
  const channels: HubChannel[] = [];
  const peers: HubNode[] = [];
  const nodes: ProcessNodes = new ProcessNodes({
    nodes: plan.nodes,
    clock,
    guard,
    commandOf: (node) => (spaces[node] as NetSpace).inside(commandOf(node, INSIDE)),
    attach: (node) => hub.attach(node, peers[node] as HubNode),
    isOnBus: () => true,
    detach: (node) => hub.detach(node),
    controllerOf: (node) => hub.controller(node),
    onCrash,
  });
  const close = async () => {
    await nodes.close();
    for (const channel of channels.splice(0)) channel.close();
    await bus.close();
    await NetSpace.closeAll(spaces.splice(0));
    guard.close();
  };
  try {
    const names = Array.from({ length: plan.nodes }, (_, node) => `rig${process.pid}n${node}`);
    spaces.push(...(await NetSpace.openAll(names)));
    for (const [node, space] of spaces.entries()) {
      const channel = openChannel(space.outside, (frame) => void hub.send(node, frame, 0));
      channels.push(channel);
      peers.push({
        frame: (frame) => {
          if (channel.send(frame)) nodes.delivered(node);
          else hub.countDropped();
        },
        transmitted: () => undefined,
        aborted: () => undefined,
        busState: (counters) => void channel.send(stateFrame(counters)),
        errorFrame: (frame) => void channel.send(frame),
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { clock, bus, nodes, power: nodes, close };
}
