/**
 * The supplies of a bench: opens the units that are asked for, checks that each is the one that the
 * bench file names, and gives one switch for all nodes.
 */

import { candidatePorts } from "../../firmware-bridge/host/find-port.ts";
import { openDevice } from "../../firmware-bridge/host/open-device.ts";
import { openSerialPort } from "../../firmware-bridge/host/serial-transport.ts";
import { BoardSwitch } from "../../firmware-bridge/power/board-switch.ts";
import { CommandSwitch, hubPortCommands } from "../../firmware-bridge/power/command-switch.ts";
import { ManualSwitch, type Prompt } from "../../firmware-bridge/power/manual-switch.ts";
import { RelaySwitch } from "../../firmware-bridge/power/relay-switch.ts";
import type { Bench, BenchNode, PowerUnit } from "../core/bench/bench.ts";
import { RigError } from "../core/verdict/rig-error.ts";
import type { PowerState, PowerSwitch } from "../ports/power-switch.ts";

const HELLO_MS = 6_000;
const COMMAND_MS = 30_000;

/** Ports of the units stay open until `close`, which changes no supply. */
export interface BenchSupply extends PowerSwitch {
  close(): Promise<void>;
}

/** Rejects with `bench.trouble`, all ports closed, where a unit is absent or another one. */
export async function openSupply(
  bench: Bench,
  nodes: readonly number[],
  prompt: Prompt,
): Promise<BenchSupply> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  try {
    const units = new Map<string, PowerSwitch>();
    const switches = new Map<number, PowerSwitch>();
    for (const number of nodes) {
      const node = bench.nodes[number];
      if (node === undefined) continue;
      const { power } = node;
      if (power.by === "unit") {
        const known = units.get(power.unit);
        const opened = known ?? (await openUnit(bench, power.unit, closers));
        units.set(power.unit, opened);
        switches.set(number, opened);
      } else {
        switches.set(number, singleSwitch(number, node, prompt));
      }
    }
    return new Supplies(switches, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function openUnit(
  bench: Bench,
  name: string,
  closers: (() => Promise<void>)[],
): Promise<PowerSwitch> {
  const unit = bench.units.get(name);
  if (unit === undefined) throw new RigError("rig.internal", `no power unit ${name}`);
  const outputs = new Map<number, number>();
  let offMs = 0;
  bench.nodes.forEach(({ power, offMs: own }, node) => {
    if (power.by !== "unit" || power.unit !== name) return;
    outputs.set(node, power.output);
    offMs = Math.max(offMs, own);
  });
  if (unit.kind === "firmata") return openRelays(unit, { outputs, offMs }, closers);
  const { port, session, hello } = await openDevice(unit.place, { helloMs: HELLO_MS });
  closers.push(() => session.close());
  if (!hello.firmware.startsWith("power/")) {
    throw trouble(`${port}: it is ${hello.firmware}, expected a power-switch board`);
  }
  const { silenceMs } = unit;
  const board = await BoardSwitch.arm(session, { channels: outputs, offMs, silenceMs });
  closers.push(() => board.release());
  return board;
}

async function openRelays(
  unit: Extract<PowerUnit, { kind: "firmata" }>,
  { outputs, offMs }: { readonly outputs: ReadonlyMap<number, number>; readonly offMs: number },
  closers: (() => Promise<void>)[],
): Promise<PowerSwitch> {
  const { place, onLevel, readyMs } = unit;
  const [port, ...others] = candidatePorts(place);
  // Firmata has no serial number to choose by.
  if (port === undefined || others.length > 0) throw trouble(`${place.port}: expected one port`);
  const { stream, close } = await openSerialPort(port, { baudRate: place.baud });
  closers.push(close);
  const options = { name: port, pins: outputs, onLevel, offMs, readyMs };
  return RelaySwitch.connect(stream, options);
}

function singleSwitch(number: number, node: BenchNode, prompt: Prompt): PowerSwitch {
  const { power, offMs, name } = node;
  if (power.by === "hand") return new ManualSwitch(prompt, new Map([[number, name]]));
  if (power.by === "unit") throw new RigError("rig.internal", "a unit is opened elsewhere");
  const commands = power.by === "hub" ? hubPortCommands(power.hub, power.port) : power;
  return new CommandSwitch({ commands: new Map([[number, commands]]), offMs, limitMs: COMMAND_MS });
}

class Supplies implements BenchSupply {
  readonly #switches: ReadonlyMap<number, PowerSwitch>;
  readonly close: () => Promise<void>;

  constructor(switches: ReadonlyMap<number, PowerSwitch>, close: () => Promise<void>) {
    this.#switches = switches;
    this.close = close;
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

function trouble(text: string): RigError {
  return new RigError("bench.trouble", text);
}
