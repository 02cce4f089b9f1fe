/**
 * Faults of a swarm plan: kinds of all families, drawn with what they strike and how hard. Most
 * draws stay within what the protocol bears, so that most plans ask something of it.
 */

import { faultBound, quorum } from "../consensus/quorum.ts";
import { EOF_BITS, type PLAIN_BUS_FAULT_KINDS, TRANSMITTER_FATES } from "../fault/bus-faults.ts";
import type { FaultDetail, FaultKind } from "../fault/fault.ts";
import type { STOP_FAULT_KINDS } from "../fault/stop-faults.ts";
import { STARVING_ID } from "../fault/traffic-faults.ts";
import type { Random } from "../random/random.ts";
import { NS_PER_MS, NS_PER_US } from "../time/time.ts";

type Nodes = readonly number[];

const AGREEMENT = ["Propose", "Vote", "Confirm"] as const;

/** What a drawn fault may strike in a cluster of so many nodes. */
class Strike {
  readonly random: Random;
  readonly nodes: number;

  constructor(random: Random, nodes: number) {
    this.random = random;
    this.nodes = nodes;
  }

  of(count: number): Nodes {
    const all = Array.from({ length: this.nodes }, (_, node) => node);
    const chosen = this.random.shuffled(all).slice(0, Math.max(1, count));
    return chosen.sort((a, b) => a - b);
  }

  /** Mostly as many as may be silent; sometimes any number. */
  some(): Nodes {
    const { random, nodes } = this;
    const bearable = Math.max(1, nodes - quorum(nodes));
    return this.of(random.chance(4, 5) ? random.between(1, bearable) : random.between(1, nodes));
  }

  any(): Nodes {
    return this.of(this.random.between(1, this.nodes));
  }

  /** Mostly as many as may be Byzantine; null where there may be none, most times. */
  traitors(): Nodes | null {
    const { random, nodes } = this;
    const bound = faultBound(nodes);
    if (random.chance(1, 20)) return this.of(random.between(1, nodes));
    return bound === 0 ? null : this.of(random.between(1, bound));
  }

  groups(): readonly Nodes[] | null {
    if (this.nodes < 2) return null;
    const one = this.of(this.random.between(1, this.nodes - 1));
    const others = Array.from({ length: this.nodes }, (_, node) => node);
    return [one, others.filter((node) => !one.includes(node))];
  }

  share(from: number, to: number): number {
    return this.random.between(from, to) / 1000;
  }

  ms(from: number, to: number): number {
    return this.random.between(from, to) * NS_PER_MS;
  }

  one<Item>(items: readonly Item[]): Item {
    return items[this.random.below(items.length)] as Item;
  }
}

type Draw = (strike: Strike) => FaultDetail | null;
type Draws = Readonly<Partial<Record<FaultKind, Draw>>>;

type PlainKind =
  | (typeof PLAIN_BUS_FAULT_KINDS)[number]
  | (typeof STOP_FAULT_KINDS)[number]
  | "power-cut-in-write"
  | "store-full"
  | "stale-mailbox";

function plain(kind: PlainKind): Draw {
  return (strike) => ({ kind, nodes: strike.some() });
}

function split(kind: "partition" | "segment-split"): Draw {
  return (strike) => {
    const groups = strike.groups();
    return groups === null ? null : { kind, groups };
  };
}

const LOGICAL: Draws = {
  partition: split("partition"),
  loss: (s) => ({ kind: "loss", nodes: s.any(), probability: s.share(10, 200) }),
  delay: (s) => ({ kind: "delay", nodes: s.any(), minNs: 0, maxNs: s.ms(1, 20) }),
};

const STOPS: Draws = {
  crash: plain("crash"),
  "power-cut": plain("power-cut"),
  pause: plain("pause"),
};

const STORAGE: Draws = {
  "torn-write": (s) => ({ kind: "torn-write", nodes: s.any() }),
  "flash-bitrot": (s) => ({ kind: "flash-bitrot", nodes: s.any(), probability: s.share(5, 1000) }),
  misdirect: (s) => ({ kind: "misdirect", nodes: s.any(), probability: s.share(5, 1000) }),
  amnesia: (s) => {
    const nodes = s.traitors();
    const records = s.random.chance(1, 2) ? "all" : s.random.between(1, 4);
    return nodes === null ? null : { kind: "amnesia", nodes, records };
  },
  "gray-slow": (s) => {
    const factor = s.random.between(2, 8);
    return { kind: "gray-slow", nodes: s.some(), factor, stallNs: s.ms(1, 30) };
  },
  "power-cut-in-write": plain("power-cut-in-write"),
  "store-full": plain("store-full"),
  "store-error": (s) => ({ kind: "store-error", nodes: s.some(), probability: s.share(10, 500) }),
};

const POWER: Draws = {
  "power-cycle": (s) => {
    const offNs = s.ms(1, 30);
    const cycle = { kind: "power-cycle", nodes: s.some(), offNs } as const;
    return s.random.chance(1, 2) ? cycle : { ...cycle, everyNs: offNs + s.ms(15, 60) };
  },
  "power-cycle-rolling": (s) => {
    return { kind: "power-cycle-rolling", nodes: s.any(), offNs: s.ms(1, 20), gapNs: s.ms(10, 40) };
  },
  "brown-out-all": (s) => {
    return {
      kind: "brown-out-all",
      nodes: s.of(s.nodes),
      offNs: s.ms(1, 20),
      staggerNs: s.ms(0, 5),
    };
  },
};

const CLOCKS: Draws = {
  "clock-drift": (s) => {
    const ppm = s.random.between(1, 100) * 1000 * (s.random.chance(1, 2) ? 1 : -1);
    return { kind: "clock-drift", nodes: s.any(), ppm };
  },
  "clock-step": (s) => {
    const stepNs = s.ms(1, 60) * (s.random.chance(1, 2) ? 1 : -1);
    return { kind: "clock-step", nodes: s.some(), stepNs };
  },
};

const TRAFFIC: Draws = {
  "babbling-idiot": (s) => ({ kind: "babbling-idiot", nodes: s.of(1) }),
  "id0-flood": (s) => ({ kind: "id0-flood", load: s.share(100, 900) }),
  "arbitration-starvation": (s) => {
    return { kind: "arbitration-starvation", load: s.share(100, 900), identifier: STARVING_ID };
  },
  masquerade: (s) => {
    const nodes = s.traitors();
    return nodes === null ? null : { kind: "masquerade", nodes };
  },
  replay: (s) => {
    return { kind: "replay", nodes: s.any(), lagNs: s.ms(1, 10), probability: s.share(50, 300) };
  },
};

const CONTROLLERS: Draws = {
  "rx-overrun": (s) => {
    const busyNs = s.random.between(50, 400) * NS_PER_US;
    return { kind: "rx-overrun", nodes: s.some(), depth: s.random.between(2, 8), busyNs };
  },
  "mailbox-reorder": (s) => {
    return { kind: "mailbox-reorder", nodes: s.any(), mailboxes: s.random.between(2, 6) };
  },
  "stale-mailbox": plain("stale-mailbox"),
};

const FRAMES: Draws = {
  "bit-error": (s) => ({ kind: "bit-error", nodes: s.any(), probability: s.share(5, 100) }),
  "error-burst": (s) => {
    const every = s.random.between(50, 200);
    return { kind: "error-burst", nodes: s.any(), frames: s.random.between(1, 5), every };
  },
  emi: (s) => ({ kind: "emi", nodes: s.any(), bitErrorRate: s.random.between(1, 20) / 1e6 }),
  "termination-missing": (s) => {
    return { kind: "termination-missing", nodes: s.any(), probability: s.share(1, 10) };
  },
  "ground-shift": (s) => ({ kind: "ground-shift", nodes: s.any(), probability: s.share(5, 100) }),
  "bit-timing-mismatch": (s) => {
    const ppm = s.random.between(10_500, 12_000);
    return { kind: "bit-timing-mismatch", nodes: s.of(1), ppm, samplePercent: 80 };
  },
  "fd-intolerant-node": plain("fd-intolerant-node"),
  "double-receive": (s) => {
    const every = s.random.between(10, 40);
    return { kind: "double-receive", nodes: s.any(), eof: s.one(EOF_BITS), every };
  },
  omission: (s) => {
    const transmitter = s.one(TRANSMITTER_FATES);
    const eof = s.one(EOF_BITS);
    const every = s.random.between(10, 40);
    const senders = transmitter === "dies" ? { senders: s.some() } : {};
    return { kind: "omission", nodes: s.any(), eof, transmitter, every, ...senders };
  },
};

const WIRES: Draws = {
  "error-passive": plain("error-passive"),
  "bus-off": plain("bus-off"),
  "silent-disable": plain("silent-disable"),
  "ack-starvation": plain("ack-starvation"),
  "one-shot": (s) => ({ kind: "one-shot", nodes: s.any() }),
  "isolate-one": plain("isolate-one"),
  "stub-open": plain("stub-open"),
  "stuck-dominant": () => ({ kind: "stuck-dominant" }),
  "stuck-recessive": () => ({ kind: "stuck-recessive" }),
  freeze: (s) => {
    const holdNs = s.random.between(100, 2000) * NS_PER_US;
    return { kind: "freeze", nodes: s.of(1), holdNs };
  },
  "segment-split": split("segment-split"),
};

const CONTENTS: Draws = {
  janus: (s) => {
    const nodes = s.traitors();
    const chosen = { messages: AGREEMENT, probability: s.share(50, 400) };
    return nodes === null ? null : { kind: "janus", nodes, receivers: s.any(), ...chosen };
  },
  "crc-residual": (s) => {
    const nodes = s.traitors();
    const chosen = { messages: AGREEMENT, probability: s.share(10, 100) };
    return nodes === null ? null : { kind: "crc-residual", nodes, ...chosen };
  },
};

/** Colluders need a plan; the others may lie as many as the bound allows. */
const BEHAVIOURS = ["equivocating", "false-commit", "silent", "malformed"] as const;

const TREASON: Draws = {
  byzantine: (s) => {
    const bound = faultBound(s.nodes);
    if (bound === 0) return null;
    const nodes = s.of(s.random.between(1, bound));
    return { kind: "byzantine", nodes, behaviour: s.one(BEHAVIOURS) };
  },
};

export const SWARM_FAMILIES: readonly Draws[] = [
  LOGICAL,
  STOPS,
  STORAGE,
  POWER,
  CLOCKS,
  TRAFFIC,
  CONTROLLERS,
  FRAMES,
  WIRES,
  CONTENTS,
  TREASON,
];

/** Nobody reads damaged records but a node that starts again. */
export function drawRestart(random: Random, { kind }: FaultDetail, nodes: number) {
  if (!DAMAGING.has(kind)) return null;
  const strike = new Strike(random, nodes);
  const draw = POWER[strike.one(["power-cycle", "power-cycle-rolling"] as const)];
  return draw?.(strike) ?? null;
}

const DAMAGING: ReadonlySet<FaultKind> = new Set(["torn-write", "flash-bitrot", "misdirect"]);

/** A fault of one of these families; null where the draw has no meaning in so small a cluster. */
export function drawFault(
  random: Random,
  families: readonly Draws[],
  nodes: number,
): FaultDetail | null {
  const strike = new Strike(random, nodes);
  const draws = Object.values(strike.one(families));
  return draws.length === 0 ? null : strike.one(draws)(strike);
}
