/**
 * The rig's channel to the bus of a bench, on an interface of this machine. It is looked at before
 * anything is said on it: a bus with other settings than those of the bench file is destroyed by
 * the first frame.
 */

import { readInterface } from "../../adapters/socketcan/interface-info.ts";
import { SocketCanBus } from "../../adapters/socketcan/socketcan-bus.ts";
import type { BenchBus } from "../../core/bench/bench.ts";
import { bitRatesText } from "../../core/can/bit-rates.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { CanBus } from "../../ports/can-bus.ts";
import type { Clock } from "../../ports/clock.ts";

/** States of a controller that takes part in the bus as it should. */
const WELL = ["ERROR-ACTIVE", "ERROR-WARNING"];

/** Throws `bench.trouble` without the interface, `bench.bus` where it is not as it has to be. */
export function openBenchBus(bus: BenchBus, clock: Clock): CanBus {
  const trouble = interfaceTrouble(bus);
  if (trouble !== null) {
    throw new RigError("bench.bus", `bus ${bus.name}, interface ${bus.interface}: ${trouble}`);
  }
  return new SocketCanBus({
    name: bus.interface,
    rates: bus.rates,
    // Not by the kernel's stamps: the clock of the machine may be set in the middle of a run.
    timeOf: () => clock.nowNs(),
    // An interface that is down takes no frames, and those are counted.
    onTrouble: () => undefined,
  });
}

function interfaceTrouble({ interface: name, rates }: BenchBus): string | null {
  const found = readInterface(name);
  if (!found.isUp) return "it is down";
  if (!found.isFd) return "it takes no frames of FD format";
  if (found.state !== null && !WELL.includes(found.state))
    return `its controller is ${found.state}`;
  const expected = bitRatesText(rates);
  const set = found.rates === null ? expected : bitRatesText(found.rates);
  return set === expected ? null : `it is set to ${set}, the bench file says ${expected}`;
}
