/** Opens the world of level `sim`: all its ports over one simulated cluster. */

import type { NodeCore } from "../../core/consensus/node-core.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import type { PowerSwitch } from "../../ports/power-switch.ts";
import type { World } from "../../ports/world.ts";
import { SimulatedBus } from "./simulated-bus.ts";
import { SimulatedNodes } from "./simulated-nodes.ts";
import { SimulatedPower } from "./simulated-power.ts";
import { SimulatedWorldState } from "./simulated-world-state.ts";
import { VirtualClock } from "./virtual-clock.ts";

export function openSimulatedWorld(
  plan: RunPlan,
  makeNode: (node: number) => NodeCore,
): World & { readonly power: PowerSwitch } {
  const state = new SimulatedWorldState(plan, makeNode);
  const power = new SimulatedPower(state);
  const clock = new VirtualClock(state.cluster);
  return { clock, bus: new SimulatedBus(state), nodes: new SimulatedNodes(state, power), power };
}
