/**
 * The rig's channel to the bus of a bench, on an interface of this machine. It is looked at before
 * anything is said on it: a bus with other settings than those of the bench file is destroyed by
 * the first frame.
 */

import { type InterfaceInfo, readInterface } from "../../adapters/socketcan/interface-info.ts";
import { SocketCanBus } from "../../adapters/socketcan/socketcan-bus.ts";
import type { BenchBus } from "../../core/bench/bench.ts";
import { bitRatesText } from "../../core/can/bit-rates.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { CanBus } from "../../ports/can-bus.ts";
import type { Clock } from "../../ports/clock.ts";

/** Some drivers never say anything but STOPPED, also of a controller that takes part in the bus. */
const ILL = ["ERROR-PASSIVE", "BUS-OFF"];

/** Points of a per cent: a controller divides a bit into few quanta, and takes the nearest. */
const SAMPLE_TOLERANCE = 2;

/** Throws `bench.trouble` without an interface, `bench.bus` where one is not as it has to be. */
export function refuseUnhealthy(buses: readonly BenchBus[]): void {
  for (const bus of buses) {
    const trouble = busTrouble(bus, readInterface(bus.interface));
    if (trouble === null) continue;
    throw new RigError("bench.bus", `bus ${bus.name}, interface ${bus.interface}: ${trouble}`);
  }
}

export function openBenchBus(bus: BenchBus, clock: Clock): CanBus {
  return new SocketCanBus({
    name: bus.interface,
    rates: bus.rates,
    // Not by the kernel's stamps: the clock of the machine may be set in the middle of a run.
    timeOf: () => clock.nowNs(),
    // An interface that is down takes no frames, and those are counted.
    onTrouble: () => undefined,
  });
}

/** Why the bus is not as the bench file has it; null where it is, as far as the system can say. */
export function busTrouble(bus: BenchBus, found: Omit<InterfaceInfo, "name">): string | null {
  if (!found.isUp) return "it is down";
  if (!found.isFd) return "it takes no frames of FD format";
  if (found.state !== null && ILL.includes(found.state)) return `its controller is ${found.state}`;
  const expected = bitRatesText(bus.rates);
  const set = found.rates === null ? expected : bitRatesText(found.rates);
  if (set !== expected) return `it is set to ${set}, the bench file says ${expected}`;
  const { samplePercent, dataSamplePercent, restartMs } = bus;
  const points = [
    ["sample point", samplePercent, found.samplePercent],
    ["data sample point", dataSamplePercent, found.dataSamplePercent],
  ] as const;
  for (const [what, wanted, is] of points) {
    if (wanted === undefined || is === null || Math.abs(wanted - is) <= SAMPLE_TOLERANCE) continue;
    return `its ${what} is ${is} %, the bench file says ${wanted} %`;
  }
  if (restartMs === undefined || found.restartMs === null || restartMs === found.restartMs) {
    return null;
  }
  const [is, wanted] = [restartText(found.restartMs), restartText(restartMs)];
  return `it restarts ${is}, the bench file says ${wanted}`;
}

function restartText(restartMs: number): string {
  return restartMs === 0 ? "never" : `after ${restartMs} ms`;
}
