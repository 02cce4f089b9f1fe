/** `rig bench console`: what nodes say, live and side by side, until Ctrl-C. */

import { mkdirSync } from "node:fs";
import path from "node:path";
import { candidatePorts } from "../../../firmware-bridge/host/find-port.ts";
import { type ConsoleKind, followConsole } from "../../../firmware-bridge/host/live-console.ts";
import { signalsOf } from "../../../firmware-bridge/host/node-port.ts";
import { openDevice } from "../../../firmware-bridge/host/open-device.ts";
import { openSerial } from "../../../firmware-bridge/host/serial-transport.ts";
import type { Transport } from "../../../firmware-bridge/host/transport.ts";
import { AppendFile } from "../../adapters/store/append-file.ts";
import { leaseText } from "../../adapters/store/lease-file.ts";
import { thisUser } from "../../adapters/store/lease-process.ts";
import type { Bench, BenchNode, NodeConsole } from "../../core/bench/bench.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { type BenchArguments, wantedNodes } from "./bench-arguments.ts";
import { leaseFileOf } from "./bench-lease.ts";
import { withBoards, withSignals } from "./with-bench.ts";

/** How a line is told from those of other kinds. */
const MARKS: Readonly<Record<ConsoleKind, string>> = { text: "|", frame: ":", gap: "---" };

export function consoleAction(file: Bench, args: BenchArguments): Promise<ExitCode> {
  const wanted = wantedNodes(file, args.node).filter((node) => file.nodes[node]?.console);
  if (wanted.length === 0) {
    throw new RigError("capability.fault", `no node of bench ${file.name} has a console`);
  }
  refuseOthers(file);
  const startMs = performance.now();
  return withSignals(args, (signal) =>
    withBoards(file, args.file, async (bench) => {
      const nodes = wanted.flatMap((node) => bench.nodes[node] ?? []);
      const width = Math.max(...nodes.map(({ name }) => name.length));
      if (args.log !== undefined) mkdirSync(args.log, { recursive: true });
      await Promise.all(
        nodes.map(async (node) => {
          const log = logOf(args.log, node);
          const line = (kind: ConsoleKind, said: string) => {
            const text = readable(said);
            const seconds = ((performance.now() - startMs) / 1000).toFixed(6);
            const name = node.name.padEnd(width);
            log?.line(`${seconds} ${MARKS[kind]} ${text}`);
            log?.flush();
            if (args.json) {
              const value = { time: Number(seconds), node: node.name, kind, text };
              process.stdout.write(`${JSON.stringify(value)}\n`);
            } else process.stdout.write(`${seconds.padStart(12)} ${name} ${MARKS[kind]} ${text}\n`);
          };
          await followConsole({ open: () => openConsole(node), line, signal });
          log?.close();
        }),
      );
      return EXIT.valid;
    }),
  );
}

/** Looking on takes no lease, so that the bench can be worked at; but only at one's own. */
function refuseOthers(bench: Bench): void {
  const held = leaseFileOf(bench).read();
  const { owner, host } = thisUser();
  if (held === null || (held.owner === owner && held.host === host)) return;
  throw new RigError("bench.busy", `bench ${bench.name} is busy: ${leaseText(held)}`);
}

async function openConsole(node: BenchNode): Promise<Transport> {
  const { console, limits } = node;
  if (console === undefined) throw new RigError("rig.internal", "a node without a console");
  const port = await portOf(console, limits.bootMs);
  return openSerial(port, { baudRate: console.place.baud, signals: signalsOf(console) });
}

/** Looking on asks nothing, but where several ports may be meant. */
async function portOf({ place }: NodeConsole, helloMs: number): Promise<string> {
  const [port, ...others] = candidatePorts(place);
  if (port !== undefined && others.length === 0) return port;
  const device = await openDevice(place, { helloMs });
  await device.session.close();
  return device.port;
}

/** As UTF-8, without what would move the cursor or ring the bell. */
function readable(text: string): string {
  const code = (it: string) => `\\x${it.charCodeAt(0).toString(16).padStart(2, "0")}`;
  return Buffer.from(text, "latin1")
    .toString()
    .replace(/[\p{Cc}]/gu, (it) => (it === "\t" ? it : code(it)));
}

function logOf(folder: string | undefined, { name }: BenchNode): AppendFile | null {
  if (folder === undefined) return null;
  const file = path.join(folder, `console-${name}.log`);
  try {
    return AppendFile.create(file, 1 << 14);
  } catch (error) {
    const { message } = error as Error;
    throw new RigError("output.not-writable", `${file}: can't be written: ${message}`);
  }
}
