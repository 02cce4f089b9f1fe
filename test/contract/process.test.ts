/** The ports of level `process` keep their contracts, with real processes on a real socket. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { openProcessWorld, type ProcessWorld } from "../../rig/adapters/hub/open-process-world.ts";
import { diskOfNode } from "../../rig/adapters/hub/process-nodes.ts";
import { MachineClock } from "../../rig/adapters/machine/machine-clock.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import { NS_PER_MS } from "../../rig/core/time/time.ts";
import { MAIN } from "../support/cli.ts";
import { sendRequest } from "../support/host-request.ts";
import { canBusContract } from "./can-bus.contract.ts";
import { clockContract } from "./clock.contract.ts";
import { nodeControlContract } from "./node-control.contract.ts";
import { powerSwitchContract } from "./power-switch.contract.ts";

const NODES = 3;
const never = new AbortController().signal;
const endings: (() => Promise<void>)[] = [];

async function openWorld(): Promise<ProcessWorld> {
  const folder = mkdtempSync(join(tmpdir(), "rig-process-"));
  const plan = makePlan({ scenario: "happy", seed: 1, nodes: NODES, level: "process" });
  const file = join(folder, "plan.json");
  writeFileSync(file, JSON.stringify(plan));
  const world = await openProcessWorld({
    plan,
    clock: new MachineClock(),
    commandOf: (node, hub) => ({
      file: process.execPath,
      args: [
        ...[MAIN, "node", "--hub", hub, "--node", `${node}`],
        ...["--plan", file, "--disk", diskOfNode(folder, node)],
      ],
    }),
    onCrash: (node, why) => {
      throw new Error(`node ${node} ended: ${why}`);
    },
  });
  endings.push(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });
  return world;
}

afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

clockContract("level process", () => new MachineClock());

canBusContract("level process", async () => {
  const world = await openWorld();
  // Somebody has to acknowledge what the rig sends.
  await world.power.on(0);
  await world.nodes.boot(0);
  return { world, nodes: NODES, answerMs: 500 };
});

powerSwitchContract("level process", async () => {
  const { power, nodes, close } = await openWorld();
  return { power, nodes, absent: NODES, isReadBack: true, close };
});

nodeControlContract("level process", { pause: true, cutPower: true }, async () => {
  const world = await openWorld();
  const { power, bus, clock, close } = world;
  let request = 0;
  for (let node = 0; node < NODES; node++) await power.on(node);
  const talk = async () => {
    sendRequest(bus, ++request);
    await clock.sleepUntil(clock.nowNs() + 800 * NS_PER_MS, never);
  };
  const cutPower = (node: number) => power.off(node);
  return { world, talk, cutPower, close };
});
