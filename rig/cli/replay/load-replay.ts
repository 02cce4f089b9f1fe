/** A trace, read whole, as what will be sent to which interface when. */

import { type InterfaceInfo, readInterface } from "../../adapters/socketcan/interface-info.ts";
import type { ReplayBuses } from "../../adapters/socketcan/replay-buses.ts";
import type { BitRates } from "../../core/can/bit-count.ts";
import { type BusChoice, busesNamed, busesOfChannels } from "../../core/replay/channel-map.ts";
import { type Feasibility, feasibilityOf } from "../../core/replay/feasibility.ts";
import { Schedule } from "../../core/replay/schedule.ts";
import type { TallyEntry } from "../../core/trace/tally.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { LoadedTrace } from "./load-trace.ts";
import type { Pace } from "./replay-options.ts";

/** What one interface will be sent. */
export interface BusPart {
  readonly info: InterfaceInfo;
  /** Channels of the trace that go there. */
  readonly channels: readonly string[];
  readonly rates: BitRates | null;
  /** Null where the bit rates are not known. */
  readonly feasibility: Feasibility | null;
  readonly frames: number;
}

export interface Replay {
  readonly schedule: Schedule;
  readonly buses: readonly BusPart[];
  readonly leftOut: readonly TallyEntry[];
  readonly changed: readonly TallyEntry[];
}

/** Reads the interfaces. Throws `bench.trouble` for one that is down or does not exist. */
export function readInterfaces(choices: readonly BusChoice[], errorFrames: boolean) {
  return busesNamed(choices).map((name) => {
    const info = readInterface(name);
    if (!info.isUp) throw new RigError("bench.trouble", `interface ${name} is down`);
    if (errorFrames && info.kind !== "vcan" && info.kind !== "vxcan") {
      const text = `--error-frames: ${name} is no virtual interface, and no controller sends them`;
      throw new RigError("usage.option", text);
    }
    return info;
  });
}

interface Parts {
  readonly choices: readonly BusChoice[];
  readonly infos: readonly InterfaceInfo[];
  readonly buses: ReplayBuses;
  readonly rates: ReadonlyMap<string, BitRates>;
  readonly pace: Pace;
}

export function makeReplay({ selection }: LoadedTrace, parts: Parts): Replay {
  const { choices, infos, buses, rates: given, pace } = parts;
  const { store, channels } = selection;
  const names = busesOfChannels(channels, choices);
  const busOfChannel = names.map((name) => infos.findIndex((info) => info.name === name));
  const unsent = new Map<string, number>();
  const isLeftOut = (index: number, bus: number) => {
    const { name, isFd } = infos[bus] as InterfaceInfo;
    const frame = store.frame(index);
    if (frame.fd && !isFd) count(unsent, `FD frames, which ${name} does not take (classic)`);
    else if (!buses.canSend(frame, store.rawDlc(index))) {
      count(unsent, "frames that only the addon can send (ESI, raw length codes, error frames)");
    } else return false;
    return true;
  };
  const schedule = new Schedule(store, { busOfChannel, isLeftOut, ...pace });
  for (let index = 0; index < store.length; index++) {
    const channel = store.channel(index);
    if (busOfChannel[channel] === -1) {
      count(unsent, `frames of channel ${channels[channel]}, which has no --bus`);
    }
  }
  const rates = infos.map(({ name, rates: own }) => given.get(name) ?? given.get("") ?? own);
  const feasibility = feasibilityOf(schedule, rates);
  const frames = infos.map(() => 0);
  for (let place = 0; place < schedule.length; place++) {
    const bus = schedule.bus(place);
    frames[bus] = (frames[bus] as number) + 1;
  }
  return {
    schedule,
    buses: infos.map((info, bus) => ({
      info,
      channels: channels.filter((_, channel) => busOfChannel[channel] === bus),
      rates: rates[bus] ?? null,
      feasibility: feasibility[bus] ?? null,
      frames: frames[bus] as number,
    })),
    leftOut: [
      ...selection.leftOut,
      ...[...unsent].map(([what, times]) => ({ what, count: times, firstAt: 0 })),
    ],
    changed: selection.changed,
  };
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
