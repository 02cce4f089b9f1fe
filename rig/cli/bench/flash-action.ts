/** `rig bench flash`: the flash command of each node, with what it has to know and a limit. */

import { spawn } from "node:child_process";
import path from "node:path";
import { candidatePorts } from "../../../firmware-bridge/host/find-port.ts";
import type { Bench, BenchNode } from "../../core/bench/bench.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { type BenchArguments, wantedNodes } from "./bench-arguments.ts";
import { say, withBench } from "./with-bench.ts";

export function flashAction(file: Bench, args: BenchArguments): Promise<ExitCode> {
  const wanted = wantedNodes(file, args.node);
  const without = wanted.map((node) => file.nodes[node]).find((node) => node?.flash === undefined);
  if (without !== undefined) {
    const text = `the bench file has no flash command for ${without.name}`;
    throw new RigError("capability.fault", text, { hint: "Name others with --node" });
  }
  const image = args.image === undefined ? undefined : path.resolve(args.image);
  const folder = path.dirname(path.resolve(args.file));
  return withBench(file, args, async (bench, signal) => {
    for (const number of wanted) {
      const node = bench.nodes[number];
      if (node === undefined) continue;
      const tell = (line: string) => {
        if (!args.json && !args.quiet) process.stderr.write(`${node.name} | ${line}\n`);
      };
      await flashNode(node, { number, image, folder, tell, signal });
      say(args, { node: node.name, flashed: true }, `${node.name}: flashed`);
    }
    return EXIT.valid;
  });
}

export interface FlashOptions {
  readonly number: number;
  readonly image?: string | undefined;
  /** Where the command runs: that of the bench file. */
  readonly folder: string;
  /** Gets each line that the command says. */
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Rejects with `bench.flash` where the command fails or takes too long, with its last line. */
export async function flashNode(node: BenchNode, options: FlashOptions): Promise<void> {
  const { name, flash, limits } = node;
  if (flash === undefined) throw new RigError("rig.internal", `no flash command of ${name}`);
  const limit = AbortSignal.timeout(limits.flashMs);
  const { folder, signal, tell } = options;
  let last = "";
  const code = await new Promise<number | string>((resolve) => {
    const child = spawn(flash, {
      shell: true,
      cwd: folder,
      env: { ...process.env, ...environmentOf(node, options) },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    // The shell's own children are ended with it: a programmer that hangs holds the board.
    const end = () => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    };
    const both = AbortSignal.any([limit, signal]);
    both.addEventListener("abort", end, { once: true });
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.on("data", (piece: Buffer) => {
        const lines = (rest + piece.toString()).split(/\r?\n|\r/);
        rest = lines.pop() ?? "";
        for (const line of lines.filter((each) => each.trim() !== "")) {
          last = line;
          tell(line);
        }
      });
    }
    child.on("error", ({ message }) => resolve(message));
    child.on("close", (status, by) => {
      both.removeEventListener("abort", end);
      resolve(status ?? by ?? "no status");
    });
  });
  signal.throwIfAborted();
  const said = last === "" ? "" : `: ${last.trim()}`;
  if (limit.aborted) throw failed(node, `takes more than ${limits.flashMs} ms${said}`);
  if (code !== 0) throw failed(node, `ended with ${code}${said}`);
}

function environmentOf(node: BenchNode, { number, image }: FlashOptions): Record<string, string> {
  const { name, console } = node;
  const place = console?.place;
  const [port] = place === undefined ? [] : candidatePorts(place);
  const known = {
    RIG_NODE: String(number),
    RIG_NAME: name,
    RIG_PORT: port,
    RIG_USB: place?.usb,
    RIG_SERIAL: place?.serial,
    RIG_IMAGE: image,
  };
  return Object.fromEntries(Object.entries(known).flatMap(([key, it]) => (it ? [[key, it]] : [])));
}

function failed({ name, flash }: BenchNode, text: string): RigError {
  return new RigError("bench.flash", `${name}: its flash command "${flash}" ${text}`);
}
