/** What can't be right in a bench whose fields are each well formed: names, ports and outputs. */

import { nearest } from "../plan/nearest.ts";
import { type Bench, type BenchNode, OUTPUTS, type SerialPlace } from "./bench.ts";

export interface BenchProblem {
  /** As in a bench file: `["nodes", 0, "power", "unit"]`. */
  readonly path: readonly (string | number)[];
  /** What was found and what was expected. */
  readonly text: string;
}

type Path = BenchProblem["path"];

/** The first one in the order of the file; null for a good bench. */
export function benchProblem(bench: Bench): BenchProblem | null {
  return new BenchReader(bench).first();
}

class BenchReader {
  readonly #bench: Bench;
  readonly #names = new Set<string>();
  /** Who has a port, by its path or its USB identity. */
  readonly #ports = new Map<string, string>();
  readonly #serials = new Map<string, string>();
  readonly #outputs = new Map<string, string>();
  readonly #interfaces = new Map<string, string>();

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  first(): BenchProblem | null {
    for (const problem of this.#problems()) if (problem !== null) return problem;
    return null;
  }

  *#problems(): Generator<BenchProblem | null> {
    const { buses, units, nodes } = this.#bench;
    for (const bus of buses) {
      const path = ["buses", bus.name, "interface"];
      yield taken(this.#interfaces, bus.interface, { by: bus.name, path, what: "interface" });
    }
    for (const [name, unit] of units) yield* this.#place(unit.place, name, ["power", name]);
    for (const [index, node] of nodes.entries()) yield* this.#node(node, ["nodes", index]);
    for (const injector of this.#bench.injectors) {
      const at = ["injectors", injector.name];
      const known = nodes.map(({ name }) => name);
      const stranger = injector.nodes?.find((name) => !known.includes(name));
      if (stranger !== undefined) yield unknown([...at, "nodes"], stranger, { known });
      if (injector.by === "relay") yield* this.#output(injector, `the injector ${at[1]}`, at);
      else if (injector.by === "cangw" && injector.from === injector.to) {
        yield problem([...at, "to"], `found ${injector.to}, which is from as well`);
      } else if (injector.by === "stranger" && buses.length === 0) {
        yield problem([...at, "interface"], "stands without buses, whose bit rates it has");
      }
    }
  }

  *#node(node: BenchNode, at: Path): Generator<BenchProblem | null> {
    const { name, power, sense, bus, reset } = node;
    if (this.#names.has(name)) {
      yield problem([...at, "name"], `found "${name}" twice: expected different names`);
    }
    this.#names.add(name);
    if (power.by === "unit") yield* this.#output(power, name, [...at, "power"]);
    if (sense !== undefined) {
      const path = [...at, "sense"];
      yield this.#unit(sense.unit, path, ["rig-power"]);
      if (sense.onFromMv < sense.offBelowMv) {
        yield problem([...path, "on-from"], "is less than off-below, expected at least as much");
      }
    }
    if (bus !== undefined && !this.#bench.buses.some((each) => each.name === bus)) {
      yield unknown([...at, "bus"], bus, { known: this.#bench.buses.map((each) => each.name) });
    }
    if (node.console !== undefined) {
      yield* this.#place(node.console.place, name, [...at, "console"]);
    }
    if (reset?.by === "unit") yield* this.#output(reset, `the reset of ${name}`, [...at, "reset"]);
    if (node.image !== undefined && node.flash === undefined) {
      yield problem([...at, "image"], "stands without flash, expected both");
    }
    yield resetWithoutConsole(node, at);
  }

  *#place(place: SerialPlace, by: string, at: Path): Generator<BenchProblem | null> {
    const { port, usb, usbInterface, serial } = place;
    if (port === undefined && usb === undefined) {
      yield problem([...at, "port"], "missing, expected port, or usb to find it by");
    }
    if (port?.includes("*") === true && usb === undefined && serial === undefined) {
      const text = `found "${port}", which may be several: expected serial or usb beside it`;
      yield problem([...at, "port"], text);
    }
    if (port !== undefined && !port.includes("*")) {
      yield taken(this.#ports, port, { by, path: [...at, "port"], what: "port" });
    }
    if (usb !== undefined) {
      const identity = `${usb}${usbInterface === undefined ? "" : `, interface ${usbInterface}`}`;
      yield taken(this.#ports, identity, { by, path: [...at, "usb"], what: "adapter" });
    } else if (usbInterface !== undefined) {
      yield problem([...at, "usb-interface"], "stands without usb, expected both");
    }
    if (serial !== undefined) {
      yield taken(this.#serials, serial, { by, path: [...at, "serial"], what: "serial number" });
    }
  }

  *#output(
    { unit, output }: { readonly unit: string; readonly output: number },
    by: string,
    at: Path,
  ): Generator<BenchProblem | null> {
    // A reset is timed on the board, and an injector has to go back when the rig dies.
    const isPower = at.at(-1) === "power";
    yield this.#unit(unit, at, isPower ? ["rig-power", "firmata"] : ["rig-power"]);
    const kind = this.#bench.units.get(unit)?.kind ?? "rig-power";
    const [low, high] = OUTPUTS[kind];
    const path = [...at, "output"];
    if (output < low || output > high) {
      yield problem(path, `found ${output}, expected ${low} to ${high} of a ${kind} unit`);
    }
    const other = this.#outputs.get(`${unit} ${output}`);
    if (other !== undefined) {
      yield problem(path, `found ${output}, which switches "${other}": expected another output`);
    }
    this.#outputs.set(`${unit} ${output}`, by);
  }

  #unit(name: string, at: Path, kinds: readonly string[]): BenchProblem | null {
    const { units } = this.#bench;
    const unit = units.get(name);
    const path = [...at, "unit"];
    if (unit === undefined) {
      return unknown(path, name, { known: [...units.keys()], none: "a unit under power" });
    }
    if (kinds.includes(unit.kind)) return null;
    return problem(path, `found "${name}", which is ${unit.kind}: expected ${kinds.join(" or ")}`);
  }
}

function resetWithoutConsole({ console, reset }: BenchNode, at: Path): BenchProblem | null {
  if (reset === undefined || reset.by === "unit") return null;
  if (console === undefined) return problem([...at, "reset"], "needs a console, expected one");
  if (reset.by === "lines" || console.hasControlLine) return null;
  return problem([...at, "reset"], "is control-line, but the console has none");
}

function taken(
  seen: Map<string, string>,
  value: string,
  { by, path, what }: { readonly by: string; readonly path: Path; readonly what: string },
): BenchProblem | null {
  const other = seen.get(value);
  seen.set(value, by);
  if (other === undefined) return null;
  return problem(path, `found ${value}, which is the ${what} of "${other}": expected another one`);
}

function unknown(
  path: Path,
  name: string,
  { known, none = "none" }: { readonly known: readonly string[]; readonly none?: string },
): BenchProblem {
  const expected = nearest(name, known) ?? (known.join(", ") || none);
  return problem(path, `found "${name}", expected ${expected}`);
}

function problem(path: Path, text: string): BenchProblem {
  return { path, text };
}
