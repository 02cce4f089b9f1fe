/** `rig bench reset`: resets nodes as the bench file says, and makes sure that they restarted. */

import { setTimeout as sleep } from "node:timers/promises";
import { openNodePort, stepLines } from "../../../firmware-bridge/host/node-port.ts";
import type { LineSession } from "../../../firmware-bridge/host/session.ts";
import type { Hello } from "../../../firmware-bridge/protocol/hello.ts";
import type { Bench, BenchNode } from "../../core/bench/bench.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { openSupply } from "../bench-supply.ts";
import { askAtTerminal } from "./ask-at-terminal.ts";
import { type BenchArguments, wantedNodes } from "./bench-arguments.ts";
import { resetOf } from "./node-reset.ts";
import { say, withBench } from "./with-bench.ts";

export function resetAction(file: Bench, args: BenchArguments): Promise<ExitCode> {
  const wanted = wantedNodes(file, args.node);
  const without = wanted.map((node) => file.nodes[node]).find((node) => node?.reset === undefined);
  if (without !== undefined) {
    const text = `the bench file does not say how ${without.name} is reset`;
    throw new RigError("capability.fault", text, { hint: "Name others with --node" });
  }
  return withBench(file, args, async (bench, signal) => {
    for (const number of wanted) {
      const node = bench.nodes[number];
      if (node === undefined) continue;
      const boots = await resetNode(bench, number, signal);
      const text =
        boots === null ? "reset" : `reset, boot ${boots.before ?? "?"} to ${boots.after}`;
      say(args, { node: node.name, ...boots }, `${node.name}: ${text}`);
    }
    return EXIT.valid;
  });
}

export interface Boots {
  /** Null where the node did not answer before. */
  readonly before: number | null;
  readonly after: number;
}

const BEFORE_MS = 500;
const AGAIN_MS = 100;

/** Null for a node without a control line: nobody can tell then. Rejects where it stayed up. */
export async function resetNode(
  bench: Bench,
  number: number,
  signal: AbortSignal,
): Promise<Boots | null> {
  const node = bench.nodes[number];
  if (node?.reset === undefined) throw new RigError("rig.internal", `no reset of node ${number}`);
  const port = node.console === undefined ? null : await openNodePort(node);
  const hasLine = node.console?.hasControlLine === true;
  let before: Hello | null = null;
  try {
    before = hasLine ? ((await port?.session.hello(BEFORE_MS).catch(() => null)) ?? null) : null;
    await strike(bench, number, { session: port?.session ?? null, signal });
  } finally {
    await port?.session.close();
  }
  await sleep(node.bootDelayMs, null, { signal });
  if (!hasLine) return null;
  const { boot } = await helloOf(node, signal);
  if (before?.boot !== boot) return { before: before?.boot ?? null, after: boot };
  throw new RigError(
    "bench.trouble",
    `${node.name}: it did not restart, its boot is still ${boot}`,
  );
}

async function strike(
  bench: Bench,
  number: number,
  { session, signal }: { readonly session: LineSession | null; readonly signal: AbortSignal },
): Promise<void> {
  const node = bench.nodes[number];
  if (node === undefined) return;
  const reset = resetOf(node, {
    lines: async (steps, abort) => session && (await stepLines(session, steps, abort)),
    unit: async (abort) => {
      const supply = await openSupply(bench, [number], askAtTerminal);
      await supply.pulseReset(number, abort).finally(() => supply.close());
    },
    command: async (abort) => session?.request(["reset"], { signal: abort }),
  });
  await reset?.(signal);
}

/** A port may go away in a reset, so that each try has a connection of its own. */
async function helloOf(node: BenchNode, signal: AbortSignal): Promise<Hello> {
  const lateMs = performance.now() + node.limits.bootMs;
  for (;;) {
    const leftMs = Math.max(AGAIN_MS, lateMs - performance.now());
    try {
      const { session } = await openNodePort(node);
      return await session.hello(leftMs, signal).finally(() => session.close());
    } catch (error) {
      signal.throwIfAborted();
      if (performance.now() >= lateMs) throw error;
    }
    await sleep(AGAIN_MS, null, { signal });
  }
}
