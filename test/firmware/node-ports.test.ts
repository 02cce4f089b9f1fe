/** Consoles that are looked at, resets by modem lines, and bench files from a scan. */

import { writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoardLine } from "../../firmware-bridge/host/board-line.ts";
import { followConsole } from "../../firmware-bridge/host/live-console.ts";
import { stepLines } from "../../firmware-bridge/host/node-port.ts";
import { LineSession } from "../../firmware-bridge/host/session.ts";
import type {
  Signals,
  Transport,
  TransportListener,
} from "../../firmware-bridge/host/transport.ts";
import { checksum, decodeRequest } from "../../firmware-bridge/protocol/line.ts";
import { readBenchFile } from "../../rig/adapters/store/bench-file.ts";
import { type FoundPort, scannedBench } from "../../rig/core/bench/scanned-bench.ts";
import { temporaryFolder } from "../support/cli.ts";

const never = new AbortController().signal;

/** A port that notes how its modem lines are set. */
class NotingPort implements Transport {
  readonly name = "/dev/noted";
  readonly set: Signals[] = [];
  listener: TransportListener | null = null;
  hasLines = true;

  listen(listener: TransportListener): void {
    this.listener = listener;
  }

  async write(_line: string): Promise<void> {}

  async setSignals(signals: Signals): Promise<boolean> {
    this.set.push(signals);
    return this.hasLines;
  }

  async close(): Promise<void> {
    this.listener?.closed(null);
  }
}

describe("a console that is looked at", () => {
  it("tells text from frames, and marks where its port was away", async () => {
    const lines: string[] = [];
    const stop = new AbortController();
    const ports: NotingPort[] = [];
    let tries = 0;
    const open = async () => {
      tries += 1;
      if (tries === 2 || tries === 3) throw new Error("/dev/noted: can't be opened: not there");
      const port = new NotingPort();
      ports.push(port);
      return port;
    };
    const end = followConsole({
      open,
      line: (kind, text) => lines.push(`${kind} ${text}`),
      signal: stop.signal,
    });
    await expect.poll(() => ports[0]?.listener, { timeout: 60_000 }).toBeTruthy();
    const frame = `#1 boot n=3*${checksum("#1 boot n=3")}`;
    for (const text of ["hello", frame, frame.replace("n=3", "n=4")])
      ports[0]?.listener?.line(text);
    ports[0]?.listener?.closed("device disconnected");
    await expect.poll(() => ports[1]?.listener, { timeout: 60_000 }).toBeTruthy();
    stop.abort();
    await end;
    expect(lines).toEqual([
      "text hello",
      `frame ${frame}`,
      `text ${frame.replace("n=3", "n=4")}`,
      "gap /dev/noted went away: device disconnected",
      "gap /dev/noted: can't be opened: not there",
      "gap /dev/noted is open",
    ]);
  });
});

describe("a reset by modem lines", () => {
  const steps = [
    { dtr: true, rts: false, forMs: 100 },
    { dtr: false, forMs: 0 },
  ];

  it("sets what each step names, and waits", async () => {
    const port = new NotingPort();
    const begunMs = performance.now();
    await stepLines(new LineSession(port), steps, never);
    expect(port.set).toEqual([{ dtr: true, rts: false }, { dtr: false }]);
    expect(performance.now() - begunMs).toBeGreaterThan(90);
  });

  it("is refused by a port without such lines", async () => {
    const port = new NotingPort();
    port.hasLines = false;
    const work = stepLines(new LineSession(port), steps, never);
    await expect(work).rejects.toThrow("/dev/noted: the port has no DTR and RTS");
  });
});

/** Its device hangs until RTS falls again. */
class HungPort extends NotingPort {
  override async write(line: string): Promise<void> {
    const request = decodeRequest(line.trim());
    if (this.set.at(-1)?.rts !== false || request === null) return;
    const answers: Readonly<Record<string, string>> = {
      hello: "p=1.0 fw=ecu/2.1 sn=7 boot=2 rst=pin up=5 buf=80",
      nvm: "life=1 boot=2",
      // Its dump never ends, so that the connection stands for some seconds.
      hist: "first=0 next=0 to=0 lost=0 boot=2",
    };
    const text = `=${request.sequence} ok ${answers[request.words[0] ?? ""]}`;
    setImmediate(() => this.listener?.line(`${text}*${checksum(text)}`));
  }
}

describe("a reset by modem lines, of a node that hangs", () => {
  const listener = {
    console: () => undefined,
    gap: () => undefined,
    records: () => undefined,
    missed: () => undefined,
  };
  const place = { port: "/dev/noted", baud: 115_200 };
  const limits = { signals: {}, helloMs: 60_000, requestMs: 5_000, listener };
  const steps = [
    { rts: true, forMs: 10 },
    { rts: false, forMs: 0 },
  ];

  it("goes by the port that its console has open already", async () => {
    const ports: HungPort[] = [];
    const open = async () => {
      ports.push(new HungPort());
      return ports.at(-1) as HungPort;
    };
    const line = new BoardLine({ ...limits, place, open });
    await expect(line.up(50, never)).rejects.toThrow("no answer within 50 ms");
    await line.resetByLines(steps, never);
    expect((await line.up(60_000, never)).boot).toBe(2);
    expect(ports.map(({ set }) => set)).toEqual([[{ rts: true }, { rts: false }]]);
    await line.close();
  });

  it("needs the port to be there", async () => {
    const open = () => Promise.reject(new Error("/dev/noted: can't be opened"));
    const line = new BoardLine({ ...limits, place, open });
    const work = line.resetByLines(steps, never);
    await expect(work).rejects.toThrow("its port is not open: /dev/noted: can't be opened");
    await line.close();
  });
});

const board = { firmware: "power/1.0", serial: "00C0FFEE" };
const ecu = (serial: string) => ({ firmware: "ecu/2.1", serial });
const found = (more: Partial<FoundPort>): FoundPort => {
  return { path: "/dev/ttyUSB0", usb: null, usbInterface: null, hello: null, ...more };
};

function load(text: string) {
  const file = path.join(temporaryFolder(), "scanned.yaml");
  writeFileSync(file, text);
  return readBenchFile(file);
}

describe("a scan", () => {
  it("gives a bench file that loads again, with each device known by what is its own", () => {
    const ports = [
      found({ path: "/dev/ttyACM0", usb: "557", usbInterface: 0, hello: board }),
      found({ path: "/dev/ttyUSB0", usb: "FT4", usbInterface: 0, hello: ecu("7") }),
      found({ path: "/dev/ttyUSB1", usb: "FT4", usbInterface: 1 }),
      found({ path: "/dev/ttyUSB2", usb: "0001", usbInterface: 0, hello: ecu("0E1") }),
      found({ path: "/dev/ttyUSB3", usb: "0001", usbInterface: 0, hello: ecu("9") }),
    ];
    const scanned = scannedBench("My Lab", ports);
    const { name, units, nodes } = load("text" in scanned ? scanned.text : scanned.trouble);
    expect(name).toBe("my-lab");
    expect([...units.values()].map(({ place }) => place)).toEqual([
      { usb: "557", baud: 115_200, serial: "00C0FFEE" },
    ]);
    expect(nodes.map(({ console }) => console?.place)).toEqual([
      { usb: "FT4", usbInterface: 0, baud: 115_200, serial: "7" },
      { usb: "FT4", usbInterface: 1, baud: 115_200 },
      { port: "/dev/ttyUSB2", baud: 115_200, serial: "0E1" },
      { port: "/dev/ttyUSB3", baud: 115_200, serial: "9" },
    ]);
    expect(nodes.map(({ console }) => console?.hasControlLine)).toEqual([true, false, true, true]);
  });

  it("refuses what can't be told apart", () => {
    const same = { usb: null, hello: ecu("7") };
    expect(scannedBench("lab", [found({ ...same }), found({ ...same, path: "/dev/b" })])).toEqual({
      trouble:
        "/dev/ttyUSB0 and /dev/b are both serial number 7: expected devices that can be told apart",
    });
    const mute = { usb: "0001", usbInterface: 0 };
    expect(scannedBench("lab", [found(mute), found({ ...mute, path: "/dev/b" })])).toEqual({
      trouble:
        "/dev/ttyUSB0 and /dev/b are both USB adapter 0001, port 0: " +
        "expected devices that can be told apart",
    });
    expect(scannedBench("lab", [found({ hello: board })])).toEqual({
      trouble: "no node was found: expected at least one",
    });
  });

  it("loads again whatever was found, or says why not", () => {
    const port = fc.record({
      usb: fc.option(fc.constantFrom("0001", "FT4", "true", "1e3", 'a"b')),
      usbInterface: fc.option(fc.nat(3)),
      hello: fc.option(
        fc.record({
          firmware: fc.constantFrom("power/1.0", "ecu/1"),
          serial: fc.constantFrom("1", "02", "1e5", "null", "~"),
        }),
      ),
    });
    fc.assert(
      fc.property(fc.array(port, { minLength: 1, maxLength: 6 }), fc.string(), (list, name) => {
        const ports = list.map((each, index) => ({ ...each, path: `/dev/p${index}` }));
        const scanned = scannedBench(name, ports);
        if ("trouble" in scanned) return;
        const bench = load(scanned.text);
        const places = [...bench.units.values(), ...bench.nodes.flatMap((it) => it.console ?? [])];
        expect(places.map(({ place }) => place.serial).sort()).toEqual(
          ports.map(({ hello }) => hello?.serial).sort(),
        );
      }),
      { numRuns: 60 },
    );
  });
});
