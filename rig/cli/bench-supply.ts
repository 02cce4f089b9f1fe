/**
 * The supplies of a bench: opens the units that are asked for, checks that each is the one that the
 * bench file names and has its settings, and gives one switch for all nodes.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { candidatePorts } from "../../firmware-bridge/host/find-port.ts";
import { openDevice } from "../../firmware-bridge/host/open-device.ts";
import { openSerialPort } from "../../firmware-bridge/host/serial-transport.ts";
import type { LineSession } from "../../firmware-bridge/host/session.ts";
import {
  configureOutput,
  pulseOutput,
  senseInput,
} from "../../firmware-bridge/power/board-outputs.ts";
import { BoardSwitch } from "../../firmware-bridge/power/board-switch.ts";
import { CommandSwitch, hubPortCommands } from "../../firmware-bridge/power/command-switch.ts";
import { ManualSwitch, type Prompt } from "../../firmware-bridge/power/manual-switch.ts";
import {
  type OrderedSupply,
  OrderlySwitch,
  type Rail,
} from "../../firmware-bridge/power/orderly-switch.ts";
import { RelayInjector } from "../../firmware-bridge/power/relay-injector.ts";
import { RelaySwitch } from "../../firmware-bridge/power/relay-switch.ts";
import { MachineClock } from "../adapters/machine/machine-clock.ts";
import { CangwInjector } from "../adapters/socketcan/cangw-injector.ts";
import { LinkInjector } from "../adapters/socketcan/link-injector.ts";
import { StrangerInjector } from "../adapters/socketcan/stranger-injector.ts";
import {
  type Bench,
  type BenchInjector,
  type BenchNode,
  nodeNumber,
  type PowerUnit,
} from "../core/bench/bench.ts";
import { RigError } from "../core/verdict/rig-error.ts";
import type { Injector } from "../ports/injector.ts";
import type { PowerState, PowerSwitch } from "../ports/power-switch.ts";
import { journalOf } from "./bench/left-behind.ts";

const HELLO_MS = 6_000;
const COMMAND_MS = 30_000;
const REQUEST_MS = 250;
const EMULATED_REQUEST_MS = 5_000;

/** Ports of the units stay open until `close`, which changes no supply. */
export interface BenchSupply extends PowerSwitch {
  /** Aborted once a unit took supplies away by itself; its reason is a `RigError`. */
  readonly silenced: AbortSignal;
  /** Leaves the node's supply as the bench file says. */
  makeSafe(node: number, signal: AbortSignal): Promise<void>;
  /** Of a node whose reset is an output of a unit. */
  pulseReset(node: number, signal: AbortSignal): Promise<void>;
  /** In its neutral position; opened once. Rejects with `capability.fault` where it can't be. */
  injector(name: string): Promise<Injector>;
  /**
   * With `keepsWatch` the boards' watchdogs stay armed: supplies are not as they should be left,
   * and after its silence each board makes them so. So they do where an injector can't be healed.
   */
  close(options?: { readonly keepsWatch?: boolean }): Promise<void>;
}

/** Rejects with `bench.trouble`, all ports closed, where a unit is absent or another one. */
export async function openSupply(
  bench: Bench,
  nodes: readonly number[],
  prompt: Prompt,
): Promise<BenchSupply> {
  const units = new Units(bench);
  try {
    const switches = new Map<number, PowerSwitch>();
    const supplies = new Map<number, OrderedSupply>();
    for (const number of nodes) {
      const node = bench.nodes[number];
      if (node === undefined) continue;
      const { power, name, offMs, sense, reset } = node;
      const isUnit = power.by === "unit";
      switches.set(
        number,
        isUnit ? (await units.open(power.unit)).power : singleSwitch(number, node, prompt),
      );
      const rail = sense === undefined ? undefined : await units.rail(sense);
      // Our own board keeps the least time itself, and relays have it from when they were opened.
      const keepsOff = isUnit && bench.units.get(power.unit)?.kind === "rig-power";
      supplies.set(number, { name, offMs, keepsOff, rail });
      if (reset?.by === "unit") await units.open(reset.unit);
    }
    const { staggerMs } = bench;
    const orderly = new OrderlySwitch(new Switches(switches), { supplies, staggerMs });
    return new Supplies(bench, orderly, units);
  } catch (error) {
    await units.close({ keepsWatch: false });
    throw error;
  }
}

interface OpenUnit {
  readonly power: PowerSwitch;
  /** Null where it has no control line. */
  readonly session: LineSession | null;
}

/** The units of a bench, each opened once. */
class Units {
  readonly #bench: Bench;
  readonly #open = new Map<string, OpenUnit>();
  readonly #closers: (() => Promise<void>)[] = [];
  /** Disarms the watchdogs. */
  readonly #releases: (() => Promise<void>)[] = [];
  readonly #silenced = new AbortController();

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  get silenced(): AbortSignal {
    return this.#silenced.signal;
  }

  async open(name: string): Promise<OpenUnit> {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const unit = this.#bench.units.get(name);
    if (unit === undefined) throw new RigError("rig.internal", `no power unit ${name}`);
    const opened = await (unit.kind === "firmata"
      ? this.#relays(name, unit)
      : this.#board(name, unit));
    this.#open.set(name, opened);
    return opened;
  }

  async rail(sense: Rail["sense"]): Promise<Rail> {
    const session = await this.session(sense.unit);
    return { sense, read: (signal) => senseInput(session, sense.input, signal) };
  }

  async session(name: string): Promise<LineSession> {
    const { session } = await this.open(name);
    if (session === null) throw new RigError("rig.internal", `unit ${name} has no control line`);
    return session;
  }

  async close({ keepsWatch }: { readonly keepsWatch: boolean }): Promise<void> {
    try {
      for (const each of this.#releases.splice(0)) if (!keepsWatch) await each();
    } finally {
      for (const each of this.#closers.splice(0).reverse()) await each();
    }
  }

  async #board(name: string, unit: Extract<PowerUnit, { kind: "rig-power" }>): Promise<OpenUnit> {
    // An emulated board shares the processors with everything else.
    const timeoutMs = this.#bench.emulator === undefined ? REQUEST_MS : EMULATED_REQUEST_MS;
    const limits = { helloMs: HELLO_MS, session: { timeoutMs } };
    const { port, session, hello } = await openDevice(unit.place, limits);
    this.#closers.push(() => session.close());
    if (!hello.firmware.startsWith("power/")) {
      throw trouble(`${port}: it is ${hello.firmware}, expected a power-switch board`);
    }
    for (const { power, safe, offMs } of this.#bench.nodes) {
      if (power.by !== "unit" || power.unit !== name) continue;
      const { output } = power;
      await configureOutput(session, { output, onLevel: unit.onLevel, safe, offMs });
    }
    const { silenceMs } = unit;
    const onSilence = (trouble: RigError) => this.#silenced.abort(trouble);
    const outputs = { channels: this.#outputs(name), offMs: this.#offMs };
    const power = await BoardSwitch.arm(session, { ...outputs, silenceMs, onSilence });
    this.#releases.push(() => power.release());
    return { power, session };
  }

  async #relays(name: string, unit: Extract<PowerUnit, { kind: "firmata" }>): Promise<OpenUnit> {
    const { place, onLevel, readyMs } = unit;
    const [port, ...others] = candidatePorts(place);
    // Firmata has no serial number to choose by.
    if (port === undefined || others.length > 0) throw trouble(`${place.port}: expected one port`);
    const { stream, close } = await openSerialPort(port, { baudRate: place.baud });
    this.#closers.push(close);
    const options = { name: port, pins: this.#outputs(name), onLevel, offMs: this.#offMs, readyMs };
    return { power: await RelaySwitch.connect(stream, options), session: null };
  }

  #outputs(name: string): ReadonlyMap<number, number> {
    const outputs = new Map<number, number>();
    this.#bench.nodes.forEach(({ power }, node) => {
      if (power.by === "unit" && power.unit === name) outputs.set(node, power.output);
    });
    return outputs;
  }

  readonly #offMs = (node: number): number => this.#bench.nodes[node]?.offMs ?? 0;
}

function singleSwitch(number: number, node: BenchNode, prompt: Prompt): PowerSwitch {
  const { power, offMs, name } = node;
  if (power.by === "hand") return new ManualSwitch(prompt, new Map([[number, name]]));
  if (power.by === "unit") throw new RigError("rig.internal", "a unit is opened elsewhere");
  const commands = power.by === "hub" ? hubPortCommands(power.hub, power.port) : power;
  return new CommandSwitch({ commands: new Map([[number, commands]]), offMs, limitMs: COMMAND_MS });
}

/** The switch of each node, as one. */
class Switches implements PowerSwitch {
  readonly #switches: ReadonlyMap<number, PowerSwitch>;

  constructor(switches: ReadonlyMap<number, PowerSwitch>) {
    this.#switches = switches;
  }

  async on(node: number, signal: AbortSignal): Promise<void> {
    await this.#of(node).on(node, signal);
  }

  async off(node: number, signal: AbortSignal): Promise<void> {
    await this.#of(node).off(node, signal);
  }

  async cycle(node: number, signal: AbortSignal): Promise<void> {
    await this.#of(node).cycle(node, signal);
  }

  async state(node: number, signal: AbortSignal): Promise<PowerState> {
    return this.#switches.get(node)?.state(node, signal) ?? "unknown";
  }

  #of(node: number): PowerSwitch {
    const found = this.#switches.get(node);
    if (found === undefined) throw trouble(`no supply is known of node ${node}`);
    return found;
  }
}

class Supplies implements BenchSupply {
  readonly #bench: Bench;
  readonly #power: PowerSwitch;
  readonly #units: Units;
  readonly #injectors = new Map<string, Injector>();

  constructor(bench: Bench, power: PowerSwitch, units: Units) {
    this.#bench = bench;
    this.#power = power;
    this.#units = units;
  }

  get silenced(): AbortSignal {
    return this.#units.silenced;
  }

  on(node: number, signal: AbortSignal): Promise<void> {
    return this.#power.on(node, signal);
  }

  off(node: number, signal: AbortSignal): Promise<void> {
    return this.#power.off(node, signal);
  }

  cycle(node: number, signal: AbortSignal): Promise<void> {
    return this.#power.cycle(node, signal);
  }

  state(node: number, signal: AbortSignal): Promise<PowerState> {
    return this.#power.state(node, signal);
  }

  async makeSafe(node: number, signal: AbortSignal): Promise<void> {
    const safe = this.#bench.nodes[node]?.safe ?? "keep";
    if (safe !== "keep") await this.#power[safe](node, signal);
  }

  async pulseReset(node: number, signal: AbortSignal): Promise<void> {
    const { name, reset } = this.#bench.nodes[node] ?? {};
    if (reset?.by !== "unit") throw trouble(`${name}: no output resets it`);
    const session = await this.#units.session(reset.unit);
    await pulseOutput(session, reset, async (ms) => {
      await sleep(ms, null, { signal });
    });
  }

  async injector(name: string): Promise<Injector> {
    const known = this.#injectors.get(name);
    if (known !== undefined) return known;
    const settings = this.#bench.injectors.find((each) => each.name === name);
    if (settings === undefined) {
      const names = this.#bench.injectors.map((each) => each.name).join(", ");
      const text = `bench ${this.#bench.name} has no injector "${name}"`;
      throw new RigError("capability.fault", `${text}: expected ${names || "none"}`);
    }
    if (settings.by === "agents") {
      const text = `injector ${name} is what the agents of a run's boards do`;
      throw new RigError("capability.fault", `${text}: expected it in a run, not by hand`);
    }
    const injector = await this.#open(settings);
    this.#injectors.set(name, injector);
    return injector;
  }

  async #open(settings: Exclude<BenchInjector, { readonly by: "agents" }>): Promise<Injector> {
    const bench = this.#bench;
    switch (settings.by) {
      case "relay":
        return RelayInjector.open(await this.#units.session(settings.unit), settings);
      case "cangw":
        return CangwInjector.open(settings, journalOf(bench));
      case "link":
        return LinkInjector.open(settings, journalOf(bench));
      case "stranger": {
        const [bus] = bench.buses;
        if (bus === undefined) throw new RigError("rig.internal", "a stranger without a bus");
        const all = bench.nodes.map(({ name }) => name);
        const struck = (settings.nodes ?? all).map((name) => nodeNumber(bench, name));
        const place = { rates: bus.rates, nodes: all.length, struck, clock: new MachineClock() };
        return StrangerInjector.open(settings, place);
      }
    }
  }

  /** Injectors are left neutral, also where one of them fails. */
  async close({ keepsWatch = false } = {}): Promise<void> {
    const injectors = [...this.#injectors.values()];
    const healed = await Promise.allSettled(injectors.map((each) => each.heal(NEVER)));
    for (const each of injectors) await each.close?.();
    const failed = healed.find(({ status }) => status === "rejected");
    await this.#units.close({ keepsWatch: keepsWatch || failed !== undefined });
    if (failed?.status === "rejected") throw failed.reason;
  }
}

const NEVER = new AbortController().signal;

function trouble(text: string): RigError {
  return new RigError("bench.trouble", text);
}
