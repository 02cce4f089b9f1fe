/** `rig bench scan`: asks every port who is there, and writes a bench file of it. */

import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { listPorts, type SerialPortInfo } from "../../../firmware-bridge/host/find-port.ts";
import { openDevice } from "../../../firmware-bridge/host/open-device.ts";
import type { Hello } from "../../../firmware-bridge/protocol/hello.ts";
import { readBenchFile } from "../../adapters/store/bench-file.ts";
import { scannedBench } from "../../core/bench/scanned-bench.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { BenchArguments } from "./bench-arguments.ts";
import { say, withSignals } from "./with-bench.ts";

const BAUD = 115_200;
const HELLO_MS = 3_000;

/** Opening a port resets many boards, so that a scan is for a bench that nobody uses. */
export function scanAction(args: BenchArguments): Promise<ExitCode> {
  const { file } = args;
  if (existsSync(file) && !args.force) {
    const hint = "--force writes over it";
    throw new RigError("output.not-writable", `${file}: it is there already`, { hint });
  }
  const given = args.port?.map((port) => ({ path: port, usb: null, usbInterface: null }));
  const ports: readonly SerialPortInfo[] = given ?? listPorts();
  if (ports.length === 0) {
    const hint = "Ports of the board itself are named with --port /dev/ttyS0";
    throw new RigError("bench.trouble", "no serial adapter is connected", { hint });
  }
  return withSignals(args, async (signal) => {
    const found = await Promise.all(
      ports.map(async (port) => ({ ...port, hello: await helloOf(port.path) })),
    );
    signal.throwIfAborted();
    const name = path.basename(file).replace(/\.ya?ml$/, "");
    const scanned = scannedBench(name, found);
    if ("trouble" in scanned) throw new RigError("bench.trouble", scanned.trouble);
    write(file, scanned.text);
    const { units, nodes } = readBenchFile(file);
    for (const { path: port, hello } of found) {
      const who = hello === null ? "no answer" : `${hello.firmware}, serial ${hello.serial}`;
      say(args, { port, hello }, `${port}: ${who}`);
    }
    const counts = `${units.size} power units, ${nodes.length} nodes`;
    if (!args.json) say(args, {}, `${file}: ${counts}; say what switches each node's supply`);
    return EXIT.valid;
  });
}

async function helloOf(port: string): Promise<Hello | null> {
  try {
    const { session, hello } = await openDevice({ port, baud: BAUD }, { helloMs: HELLO_MS });
    await session.close();
    return hello;
  } catch {
    // A port that is busy or mute says nothing about the others; the list says so.
    return null;
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const { message } = error as Error;
    throw new RigError("output.not-writable", `${file}: can't be written: ${message}`);
  }
}
