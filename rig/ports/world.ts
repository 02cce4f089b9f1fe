/**
 * All that a run asks of the world, as one level provides it: a level is a set of adapters and
 * nothing else. Whoever opens a world closes it as well.
 */

import type { CanBus } from "./can-bus.ts";
import type { Clock } from "./clock.ts";
import type { NodeControl } from "./node-control.ts";
import type { PowerSwitch } from "./power-switch.ts";

export interface World {
  readonly clock: Clock;
  readonly bus: CanBus;
  readonly nodes: NodeControl;
  /** Absent where nothing can switch the nodes' supply. */
  readonly power?: PowerSwitch;
}
