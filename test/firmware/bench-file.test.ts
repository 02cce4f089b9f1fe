/** Bench files: what they give, one clear line for each that is wrong, and the ports they mean. */

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { candidatePorts, listPorts } from "../../firmware-bridge/host/find-port.ts";
import { CangwInjector } from "../../rig/adapters/socketcan/cangw-injector.ts";
import { readBenchFile } from "../../rig/adapters/store/bench-file.ts";
import { temporaryFolder } from "../support/cli.ts";

const LAB = new URL("../../fixtures/benches/lab.yaml", import.meta.url).pathname;
const DOCUMENT = new URL("../../docs/reference/bench-file.md", import.meta.url);

function file(text: string): string {
  const name = path.join(temporaryFolder(), "bench.yaml");
  writeFileSync(name, text);
  return name;
}

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "no error";
}

describe("a bench file", () => {
  it("gives buses, units and nodes, with what is usual where it says nothing", () => {
    const bench = readBenchFile(LAB);
    const rates = { nominalBitrateBps: 500_000, dataBitrateBps: 2_000_000 };
    expect(bench.buses).toEqual([
      {
        name: "can",
        interface: "can0",
        rates,
        samplePercent: 80,
        dataSamplePercent: 70,
        restartMs: 100,
      },
    ]);
    expect(bench.units.get("board")).toEqual({
      kind: "rig-power",
      place: { usb: "5573932363735", baud: 115_200, serial: "00C0FFEE" },
      onLevel: "high",
      silenceMs: 5_000,
    });
    const [ecu0, ecu1, gateway, psu, heater] = bench.nodes;
    expect(ecu0).toMatchObject({
      power: { by: "unit", unit: "board", output: 1 },
      offMs: 800,
      safe: "off",
      sense: { unit: "board", input: 0, offBelowMv: 500, onFromMv: 3_000, settleMs: 1_000 },
      bus: "can",
      console: { place: { usb: "FT4X1", usbInterface: 0, baud: 921_600 }, dtr: false, rts: false },
      reset: {
        by: "lines",
        steps: [
          { dtr: true, forMs: 100 },
          { dtr: false, forMs: 0 },
        ],
      },
      bootDelayMs: 300,
      limits: { bootMs: 3_000, requestMs: 250, flashMs: 120_000 },
    });
    expect(ecu1?.reset).toEqual({ by: "unit", unit: "board", output: 2, pulseMs: 50 });
    expect(gateway).toMatchObject({ safe: "on", reset: { by: "control-line" } });
    expect(psu?.console?.hasControlLine).toBe(false);
    expect(heater).toMatchObject({ power: { by: "hand" }, safe: "keep", offMs: 500 });
    expect(bench.injectors).toMatchObject([
      { name: "terminator", by: "relay", fault: "termination-missing", output: 5, neutral: "on" },
      { name: "no-votes", by: "cangw", fault: "loss", match: "100:700", isFd: true },
      { name: "wrong", by: "cangw", fault: "janus", modify: "SET:D:000.8.FFFFFFFFFFFFFFFF" },
      { name: "cut", by: "agents", fault: "partition" },
      { name: "flood", by: "stranger", fault: "id0-flood", interface: "can2" },
      { name: "unplugged", by: "link", fault: "isolate-one", nodes: ["gateway"], down: "can1" },
    ]);
    expect(bench.staggerMs).toBe(200);
    expect(bench.lease).toEqual({ folder: "/var/lock/rig", expiryMs: 600_000 });
  });

  it("of the reference is the one that the rig is tested with", () => {
    const blocks = readFileSync(DOCUMENT, "utf8").split(/\n(?! {4}|\n)/);
    const sample = blocks.find((block) => block.includes("    bench: lab"));
    const text = (sample ?? "").replace(/^ {4}/gm, "");
    const bench = readBenchFile(file(text.slice(text.indexOf("bench: lab"))));
    expect(bench).toEqual(readBenchFile(LAB));
  });
});

const nodes = (...lines: string[]) => ["nodes:", ...lines.map((line) => `  - ${line}`)].join("\n");
const board = "power: { b: { kind: rig-power, port: p } }";
const x = "name: x, power: hand";

describe("what is wrong with a bench file is one line that says where", () => {
  it.each([
    ["nodes: []", /bench.yaml:1:1: bench: missing, expected/],
    ["bench: a\nnodes: []", /bench.yaml:2:1: nodes: found \[\], expected at least one node/],
    [
      `bench: a\n${nodes("{ name: x, power: { unit: bord, output: 1 } }")}`,
      /bench.yaml:3:\d+: nodes\[0\].power.unit: found "bord", expected a unit under power/,
    ],
    [
      `bench: a\n${board}\n${nodes("{ name: x, power: { unit: b, output: 9 } }")}`,
      /nodes\[0\].power.output: found 9, expected 1 to 6 of a rig-power unit/,
    ],
    [
      `bench: a\n${board}\n${nodes("{ name: x, power: { unit: b, output: none } }")}`,
      /nodes\[0\].power.output: found "none", expected a whole number from 1 to 69/,
    ],
    [
      `bench: a\n${nodes("{ name: x, power: { socket: 4 } }")}`,
      /nodes\[0\].power: found .*, expected "hand", unit and output, hub and port/,
    ],
    [
      `bench: a\n${board}\n${nodes(
        "{ name: x, power: { unit: b, output: 1 } }",
        "{ name: y, power: { unit: b, output: 1 } }",
      )}`,
      /nodes\[1\].power.output: found 1, which switches "x": expected another output/,
    ],
    [
      `bench: a\n${nodes(`{ ${x} }`, `{ ${x} }`)}`,
      /nodes\[1\].name: found "x" twice: expected different names/,
    ],
    [
      "bench: a\npower:\n  b: { kind: rig-power, port: p }\n" +
        `  c: { kind: firmata, port: p }\n${nodes(`{ ${x} }`)}`,
      /bench.yaml:4:\d+: power.c.port: found p, which is the port of "b": expected another one/,
    ],
    [
      `bench: a\n${nodes(`{ ${x}, console: { baud: 9600 } }`)}`,
      /nodes\[0\].console.port: missing, expected port, or usb to find it by/,
    ],
    [
      `bench: a\n${nodes(`{ ${x}, console: { port: /dev/ttyUSB* } }`)}`,
      /console.port: found ".*", which may be several: expected serial or usb beside it/,
    ],
    [
      `bench: a\n${nodes(`{ ${x}, reset: control-line }`)}`,
      /nodes\[0\].reset: needs a console, expected one/,
    ],
    [
      `bench: a\n${nodes(`{ ${x}, console: { port: p }, reset: { lines: [{ dtr: 5 }] } }`)}`,
      /nodes\[0\].reset.lines\[0\].dtr: found 5, expected true or false/,
    ],
    [
      `bench: a\nbuses: { c: { interface: can0, bitrate: fast } }\n${nodes(`{ ${x} }`)}`,
      /buses.c.bitrate: found "fast", expected bit rates such as 500k/,
    ],
    [
      `bench: a\nbuses: { can: { interface: can0, bitrate: 500k } }\n${nodes(`{ ${x}, bus: cam }`)}`,
      /nodes\[0\].bus: found "cam", expected can/,
    ],
    [
      `bench: a\n${nodes(`{ ${x}, sense: { unit: b, input: 0, off-below: low } }`)}`,
      /sense.off-below: found "low", expected a voltage such as 0.5V or 500mV/,
    ],
    [
      `bench: a\n${nodes(`{ ${x}, tiemouts: { boot: 1s } }`)}`,
      /nodes\[0\].tiemouts: unknown field "tiemouts", did you mean "timeouts"\?/,
    ],
    [
      `bench: a\n${nodes(`{ ${x}, image: a.bin }`)}`,
      /nodes\[0\].image: stands without flash, expected both/,
    ],
    [
      `bench: a\ninjectors: { i: { fault: fire, unit: b, output: 1 } }\n${nodes(`{ ${x} }`)}`,
      /injectors.i.fault: found "fire", expected one of bit-error, /,
    ],
    [
      `bench: a\n${board}\ninjectors: { i: { fault: stub-open, unit: b, output: 1 } }\n${nodes(
        "{ name: x, power: { unit: b, output: 1 } }",
      )}`,
      /injectors.i.output: found 1, which switches "x": expected another output/,
    ],
    [
      `bench: a\ninjectors: { i: { fault: loss, from: c, to: c, match: "1:7" } }\n${nodes(`{ ${x} }`)}`,
      /injectors.i.to: found c, which is from as well/,
    ],
    [
      `bench: a\ninjectors: { i: { fault: loss, interface: can1 } }\n${nodes(`{ ${x} }`)}`,
      /injectors.i.fault: found "loss", expected one of babbling-idiot, /,
    ],
    [
      `bench: a\ninjectors: { i: { fault: id0-flood, interface: can1 } }\n${nodes(`{ ${x} }`)}`,
      /injectors.i.interface: stands without buses, whose bit rates it has/,
    ],
    [
      `bench: a\ninjectors: { i: { fault: loss, by: agents } }\n${nodes(`{ ${x} }`)}`,
      /injectors.i.fault: found "loss", expected one of partition/,
    ],
  ])("as in %j", (text, message) => {
    const said = messageOf(() => readBenchFile(file(text)));
    expect(said).toMatch(message);
    expect(said).not.toContain("\n");
  });
});

it("an injector by the kernel's gateway needs its interfaces", async () => {
  const [, injector] = readBenchFile(LAB).injectors;
  if (injector?.by !== "cangw") throw new Error("another injector was expected");
  const journal = { note: () => () => undefined };
  await expect(CangwInjector.open({ ...injector, from: "no-such" }, journal)).rejects.toThrow(
    "there is no interface no-such",
  );
});

/** A machine as sysfs shows it: an adapter with two ports, one without a number, a port of a chip. */
function machine() {
  const root = temporaryFolder();
  const [sys, dev] = [path.join(root, "class"), path.join(root, "dev")];
  const put = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), `${text}\n`);
  };
  const port = (name: string, device: string) => {
    mkdirSync(path.join(root, device), { recursive: true });
    mkdirSync(path.join(sys, name), { recursive: true });
    symlinkSync(path.join(root, device), path.join(sys, name, "device"));
    put(`dev/${name}`, "");
  };
  put("usb1/1-4/idVendor", "0403");
  put("usb1/1-4/serial", "FT4X1");
  for (const index of [0, 1]) {
    put(`usb1/1-4/1-4:1.${index}/bInterfaceNumber`, `0${index}`);
    port(`ttyUSB${index}`, `usb1/1-4/1-4:1.${index}/tty`);
  }
  put("usb1/1-5/idVendor", "1a86");
  port("ttyUSB2", "usb1/1-5/1-5:1.0/tty");
  port("ttyS0", "platform/serial8250");
  return { folders: { sys, dev }, dev, ports: () => listPorts({ sys, dev }) };
}

describe("a port", () => {
  it("is known by the USB serial number of its adapter, and by its place in it", () => {
    const { ports, dev } = machine();
    expect(ports()).toEqual([
      { path: `${dev}/ttyUSB0`, usb: "FT4X1", usbInterface: 0 },
      { path: `${dev}/ttyUSB1`, usb: "FT4X1", usbInterface: 1 },
      { path: `${dev}/ttyUSB2`, usb: null, usbInterface: null },
    ]);
    const place = { usb: "FT4X1", usbInterface: 1, baud: 115_200 };
    expect(candidatePorts(place, ports)).toEqual([`${dev}/ttyUSB1`]);
    symlinkSync(`${dev}/ttyUSB1`, `${dev}/by-id`);
    expect(candidatePorts({ ...place, port: `${dev}/by-id` }, ports)).toEqual([`${dev}/ttyUSB1`]);
  });

  it("is refused where it is ambiguous, absent or another one", () => {
    const { ports, dev } = machine();
    const of = (place: object) => messageOf(() => candidatePorts({ baud: 9600, ...place }, ports));
    expect(of({ usb: "FT4X1" })).toBe(
      `USB adapter FT4X1: it has the ports ${dev}/ttyUSB0, ${dev}/ttyUSB1: ` +
        "expected usb-interface in the bench file",
    );
    expect(of({ usb: "FT4X2" })).toBe("USB adapter FT4X2: not connected");
    expect(of({ usb: "FT4X1", usbInterface: 1, port: `${dev}/ttyUSB0` })).toBe(
      `${dev}/ttyUSB0: it is not USB adapter FT4X1, which is at ${dev}/ttyUSB1`,
    );
    expect(of({ port: `${dev}/ttyACM*`, serial: "a" })).toBe(`${dev}/ttyACM*: no such port`);
  });

  it("with a star stands for all that fit", () => {
    const { ports, dev } = machine();
    const place = { port: `${dev}/ttyUSB*`, serial: "7", baud: 115_200 };
    const paths = ports().map(({ path: each }) => each);
    expect(candidatePorts(place, ports)).toEqual(paths);
  });
});
