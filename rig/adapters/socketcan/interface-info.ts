/** What the system says of a CAN interface: its kind, whether it is up, and its bit timing. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { BitRates } from "../../core/can/bit-count.ts";
import { RigError } from "../../core/verdict/rig-error.ts";

export interface InterfaceInfo {
  readonly name: string;
  /** `can` for controllers, `vcan`, `vxcan`; null where the system can't be asked. */
  readonly kind: string | null;
  readonly isUp: boolean;
  /** Whether it takes frames of FD format. */
  readonly isFd: boolean;
  /** Null where there are none, as on a virtual interface, or they are not known. */
  readonly rates: BitRates | null;
  /** What a controller says of itself, such as `ERROR-ACTIVE`; null for a virtual interface. */
  readonly state: string | null;
  /** Per cent of a bit; null as `rates`, the second one also without a data bit rate. */
  readonly samplePercent: number | null;
  readonly dataSamplePercent: number | null;
  /** After bus-off; 0: never by itself. Null for a virtual interface. */
  readonly restartMs: number | null;
}

/** As `ip -json -details link show` prints it. */
interface LinkDetails {
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: {
      readonly state?: string;
      readonly restart_ms?: number;
      readonly bittiming?: BitTiming;
      readonly data_bittiming?: BitTiming;
    };
  };
}

interface BitTiming {
  readonly bitrate?: number;
  /** Such as "0.800". */
  readonly sample_point?: string | number;
}

const FD_MTU = 72;
const FLAG_UP = 1;

/** Throws `bench.trouble` where there is no such interface. */
export function readInterface(name: string): InterfaceInfo {
  const folder = `/sys/class/net/${name}`;
  let mtu: number;
  let flags: number;
  try {
    mtu = Number(readFileSync(`${folder}/mtu`, "latin1"));
    flags = Number(readFileSync(`${folder}/flags`, "latin1"));
  } catch (error) {
    throw new RigError("bench.trouble", `there is no interface ${name}`, {
      hint: "ip -brief link lists those of this machine",
      cause: error,
    });
  }
  const details = linkDetails(name);
  const { state = null, bittiming, data_bittiming, ...more } = details?.linkinfo?.info_data ?? {};
  const [nominal, data] = [bittiming?.bitrate, data_bittiming?.bitrate];
  return {
    name,
    kind: details?.linkinfo?.info_kind ?? null,
    isUp: (flags & FLAG_UP) !== 0,
    isFd: mtu >= FD_MTU,
    rates:
      nominal === undefined
        ? null
        : { nominalBitrateBps: nominal, dataBitrateBps: data ?? nominal },
    state,
    samplePercent: percentOf(bittiming),
    dataSamplePercent: percentOf(data_bittiming),
    restartMs: nominal === undefined ? null : (more.restart_ms ?? 0),
  };
}

function percentOf(timing: BitTiming | undefined): number | null {
  const percent = Math.round(Number(timing?.sample_point ?? 0) * 1000) / 10;
  return percent > 0 ? percent : null;
}

/** Why an interface takes no frames, as the kernel would name it; null when it should. */
export function linkTrouble(name: string): "ENETDOWN" | "ENODEV" | null {
  try {
    const flags = Number(readFileSync(`/sys/class/net/${name}/flags`, "latin1"));
    return (flags & FLAG_UP) === 0 ? "ENETDOWN" : null;
  } catch {
    return "ENODEV";
  }
}

/** Null without iproute2. */
function linkDetails(name: string): LinkDetails | null {
  try {
    const args = ["-json", "-details", "link", "show", "dev", name];
    const text = execFileSync("ip", args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return (JSON.parse(text) as LinkDetails[])[0] ?? null;
  } catch {
    return null;
  }
}
