/**
 * The flash command of a node, with what it has to know and a limit. What a node was flashed with
 * last is kept, so that a run flashes it again only where its image has changed.
 */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { candidatePorts } from "../../../firmware-bridge/host/find-port.ts";
import { FlashedFile } from "../../adapters/store/flashed-file.ts";
import type { Bench, BenchNode } from "../../core/bench/bench.ts";
import { RigError } from "../../core/verdict/rig-error.ts";

/** The first of these nodes that the bench file gives no flash command. */
export function withoutFlash(bench: Bench, nodes: readonly number[]): BenchNode | undefined {
  return nodes.map((node) => bench.nodes[node]).find((node) => node?.flash === undefined);
}

export interface FlashOptions {
  readonly number: number;
  /** In place of the image of the bench file. */
  readonly image?: string | undefined;
  /** Flashes only where the image has changed since it was flashed last. */
  readonly isSpared?: boolean;
  /** Where the command runs: that of the bench file. */
  readonly folder: string;
  /** Gets each line that the command says. */
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * False where it was spared. Rejects with `bench.flash` where the image can't be read, or the
 * command fails or takes too long, with its last line.
 */
export async function flashNode(bench: Bench, options: FlashOptions): Promise<boolean> {
  const { number, folder, isSpared = false } = options;
  const node = bench.nodes[number];
  if (node?.flash === undefined) {
    throw new RigError("rig.internal", `no flash command of node ${number}`);
  }
  const { name, flash } = node;
  const image = options.image ?? (node.image && path.resolve(folder, node.image));
  const flashed = new FlashedFile(bench.name, bench.lease.folder);
  const mark = image === undefined ? null : markOf(flash, image);
  if (isSpared && image !== undefined && mark === null) {
    throw new RigError("bench.flash", `${name}: its image ${image} can't be read`);
  }
  if (isSpared && mark !== null && flashed.read(name) === mark) return false;
  // Half of it may be there, should it fail.
  flashed.write(name, null);
  await runFlash(node, flash, { ...options, image });
  flashed.write(name, mark);
  return true;
}

/** Equal where the same would be written in the same way; null where the image can't be read. */
function markOf(flash: string, image: string): string | null {
  try {
    return createHash("sha256").update(`${flash}\n`).update(readFileSync(image)).digest("hex");
  } catch {
    // The command may have its own idea of what the name means.
    return null;
  }
}

async function runFlash(node: BenchNode, flash: string, options: FlashOptions): Promise<void> {
  const { limits } = node;
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
