/** The ports of level `sim` keep their contracts. */

import { openSimulatedWorld } from "../../rig/adapters/sim/open-simulated-world.ts";
import { makeNode } from "../../rig/core/consensus/make-node.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import { NS_PER_MS } from "../../rig/core/time/time.ts";
import { sendRequest } from "../support/host-request.ts";
import { canBusContract } from "./can-bus.contract.ts";
import { clockContract } from "./clock.contract.ts";
import { nodeControlContract } from "./node-control.contract.ts";
import { powerSwitchContract } from "./power-switch.contract.ts";

const NODES = 5;
const never = new AbortController().signal;

function openWorld() {
  const plan = makePlan({ scenario: "happy", seed: 1, nodes: NODES });
  return openSimulatedWorld(plan, (node) => makeNode(plan, node));
}

clockContract("level sim", () => openWorld().clock);

canBusContract("level sim", async () => ({ world: openWorld(), nodes: NODES, answerMs: 100 }));

powerSwitchContract("level sim", async () => {
  const { power, nodes, bus } = openWorld();
  return { power, nodes, absent: NODES, isReadBack: true, close: () => bus.close() };
});

nodeControlContract("level sim", { pause: true, cutPower: true }, async () => {
  const world = openWorld();
  const { power, bus, clock } = world;
  let request = 0;
  for (let node = 0; node < NODES; node++) await power.on(node, never);
  const talk = async () => {
    sendRequest(bus, ++request);
    await clock.sleepUntil(clock.nowNs() + 100 * NS_PER_MS, never);
  };
  const cutPower = (node: number) => power.off(node, never);
  return { world, talk, cutPower, close: () => bus.close() };
});
