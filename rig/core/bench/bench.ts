/** A lab's bench as its file describes it. Times are in milliseconds. */

import type { BitRates } from "../can/bit-count.ts";
import { BUS_FAULT_KINDS } from "../fault/bus-faults.ts";
import { LOGICAL_FAULT_KINDS } from "../fault/logical-faults.ts";
import type { TRAFFIC_FAULT_KINDS } from "../fault/traffic-faults.ts";

/**
 * A serial port, and by what its device is known. Without `port` it is found by `usb`; a `port`
 * with `*` stands for all that fit, and the one whose device says `serial` is meant.
 */
export interface SerialPlace {
  readonly port?: string | undefined;
  /** Serial number of the USB adapter. */
  readonly usb?: string | undefined;
  /** Of an adapter with several ports, the USB interface, from 0. */
  readonly usbInterface?: number | undefined;
  /** bit/s. */
  readonly baud: number;
  /** What the device has to say of itself on the control line. */
  readonly serial?: string | undefined;
}

export type Level = "high" | "low";

/** A device that switches several supplies. */
export type PowerUnit =
  | {
      readonly kind: "rig-power";
      readonly place: SerialPlace;
      /** Silence of the rig after which the board makes itself safe. */
      readonly silenceMs: number;
      /** Left out, what the board has in its own memory holds. */
      readonly onLevel?: Level | undefined;
    }
  | {
      readonly kind: "firmata";
      readonly place: SerialPlace;
      readonly onLevel: Level;
      readonly readyMs: number;
    };

/** What switches the supply of one node. */
export type NodePower =
  /** `output` is a channel of `rig-power`, a pin of `firmata`. */
  | { readonly by: "unit"; readonly unit: string; readonly output: number }
  | { readonly by: "hub"; readonly hub: string; readonly port: number }
  | {
      readonly by: "command";
      readonly on: string;
      readonly off: string;
      readonly state?: string;
    }
  | { readonly by: "hand" };

/** How a node's supply is left: by teardown, and by a board when the rig falls silent. */
export const SAFE_STATES = ["off", "on", "keep"] as const;
export type SafeState = (typeof SAFE_STATES)[number];

/** Where the voltage behind a switch can be read, whatever the switch says of itself. */
export interface RailSense {
  /** A `rig-power` unit. */
  readonly unit: string;
  /** Its analog input, 0 and up. */
  readonly input: number;
  /** Below it the rail is off, mV at the input. */
  readonly offBelowMv: number;
  /** From it on the rail is on; between the two nobody knows. */
  readonly onFromMv: number;
  /** How long the rail may take to follow its switch. */
  readonly settleMs: number;
}

/** One step of a reset by modem lines: sets what it names, then waits. */
export interface LineStep {
  readonly dtr?: boolean | undefined;
  readonly rts?: boolean | undefined;
  readonly forMs: number;
}

export type NodeReset =
  | { readonly by: "lines"; readonly steps: readonly LineStep[] }
  /** An output of a `rig-power` unit that is turned over for so long. */
  | {
      readonly by: "unit";
      readonly unit: string;
      readonly output: number;
      readonly pulseMs: number;
    }
  /** The command `reset` of the control line. */
  | { readonly by: "control-line" };

export interface NodeConsole {
  readonly place: SerialPlace;
  /** Set right after the port was opened; left out, not touched. */
  readonly dtr?: boolean | undefined;
  readonly rts?: boolean | undefined;
  /** False where nothing answers there: console text alone. */
  readonly hasControlLine: boolean;
}

export interface NodeLimits {
  /** From the supply, or a reset, to an answer to `hello`. */
  readonly bootMs: number;
  /** One try of a request. */
  readonly requestMs: number;
  readonly flashMs: number;
}

export interface BenchNode {
  readonly name: string;
  readonly power: NodePower;
  /** How long its supply takes to drain: the least time off. */
  readonly offMs: number;
  readonly safe: SafeState;
  readonly sense?: RailSense | undefined;
  /** Name of a bus of the bench; undefined where the bench has none. */
  readonly bus?: string | undefined;
  readonly console?: NodeConsole | undefined;
  readonly reset?: NodeReset | undefined;
  /** A shell command; docs/reference/bench-file.md says what it finds in its environment. */
  readonly flash?: string | undefined;
  /** The file that it writes, from the folder of the bench file: flashed only where it changed. */
  readonly image?: string | undefined;
  /** Nothing is said to it for so long after it got power or was reset. */
  readonly bootDelayMs: number;
  readonly limits: NodeLimits;
}

/** A CAN interface of the machine that the bench is at. */
export interface BenchBus {
  readonly name: string;
  readonly interface: string;
  readonly rates: BitRates;
  /** Per cent of a bit; left out, the driver's choice. */
  readonly samplePercent?: number | undefined;
  readonly dataSamplePercent?: number | undefined;
  /** After bus-off; 0: never by itself. Left out: whatever the interface has. */
  readonly restartMs?: number | undefined;
}

/** Faults that parts on a bench can bring about: those of the bus and of deliveries. */
export const INJECTABLE = [...BUS_FAULT_KINDS, ...LOGICAL_FAULT_KINDS] as const;

/** Faults that the receive filters of the boards' agents can bring about. */
export const BY_AGENTS = ["partition"] as const;

/** A part that brings a fault about on the bus; `name` is its name in the bench file. */
export type BenchInjector = {
  readonly name: string;
  /** Names of the nodes that it strikes; undefined where that is not known, or all. */
  readonly nodes?: readonly string[] | undefined;
} & (StrangerSettings | ({ readonly fault: (typeof INJECTABLE)[number] } & PartSettings));

/** A second interface on the bus: a station too many. */
interface StrangerSettings {
  readonly by: "stranger";
  readonly fault: (typeof TRAFFIC_FAULT_KINDS)[number];
  readonly interface: string;
}

type PartSettings =
  | {
      /** A relay on an output of a `rig-power` unit. */
      readonly by: "relay";
      readonly unit: string;
      readonly output: number;
      /** The state of the output in which the bus is as it should be. */
      readonly neutral: "on" | "off";
    }
  | {
      /** The kernel's gateway from one interface to another. */
      readonly by: "cangw";
      readonly from: string;
      readonly to: string;
      /** Arbitration IDs, as `123:7FF`: value and mask. */
      readonly match: string;
      /** As `cangw -m` takes it; left out, what matches is not forwarded. */
      readonly modify?: string | undefined;
      /** Which frames are meant: those of FD format, or the others. */
      readonly isFd: boolean;
    }
  /** An interface of this machine that is set down. */
  | { readonly by: "link"; readonly down: string }
  /** The receive filters of the boards' agents, in runs alone. */
  | { readonly by: "agents" };

export interface LeaseRules {
  /** Undefined: the folder of leases of this machine. */
  readonly folder?: string | undefined;
  /** A lease that nobody renewed for so long is stale. */
  readonly expiryMs: number;
}

/** The programs that emulated boards can have. */
export const EMULATED_PROGRAMS = ["node"] as const;

/** Boards that this machine emulates; their ports are `emulated:NAME`. */
export interface BenchEmulator {
  readonly program: (typeof EMULATED_PROGRAMS)[number];
  /** How long they stay once nobody uses the bench and none has a supply. */
  readonly lingerMs: number;
}

export interface Bench {
  readonly name: string;
  readonly buses: readonly BenchBus[];
  readonly units: ReadonlyMap<string, PowerUnit>;
  /** In the order of the file: a node's number is its place. */
  readonly nodes: readonly BenchNode[];
  readonly injectors: readonly BenchInjector[];
  /** Least time between two supplies that go on. */
  readonly staggerMs: number;
  readonly lease: LeaseRules;
  readonly emulator?: BenchEmulator | undefined;
}

/** Of `rig-power`: outputs. Of `firmata`: pins that a relay may be on. */
export const OUTPUTS = { "rig-power": [1, 6], firmata: [2, 69] } as const;

/** Of `rig-power`: the analog inputs A0 to A5 of its processor. */
export const SENSE_INPUTS = [0, 5] as const;

/** A node by its name; -1 where there is none. */
export function nodeNumber({ nodes }: Bench, name: string): number {
  return nodes.findIndex((node) => node.name === name);
}

/** Emulated boards without an interface of their own: their bus is the rig's hub. */
export function isOnHub({ emulator, buses }: Bench): boolean {
  return emulator !== undefined && buses.length === 0;
}
