/** `rig bench power`: switches supplies, and says what was read back. */

import type { Bench } from "../../core/bench/bench.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { openSupply } from "../bench-supply.ts";
import { Interrupts } from "../interrupts.ts";
import { askAtTerminal } from "./ask-at-terminal.ts";
import { type BenchArguments, wantedNodes } from "./bench-arguments.ts";
import { takeBench } from "./bench-lease.ts";
import { type EmulatedBench, openEmulated } from "./emulate.ts";

export async function powerAction(bench: Bench, args: BenchArguments): Promise<ExitCode> {
  const wanted = wantedNodes(bench, args.node);
  const { switching, wait } = args;
  const interrupts = new Interrupts();
  const { signal } = interrupts;
  const lease = await takeBench(bench, { purpose: "rig bench power", wait, signal });
  let emulated: EmulatedBench | null = null;
  try {
    emulated = await openEmulated(bench, args.file);
    const supply = await openSupply(emulated?.bench ?? bench, wanted, askAtTerminal);
    try {
      for (const node of wanted) {
        if (switching !== "state") await supply[switching](node, signal);
        say(args, bench.nodes[node]?.name ?? "", await supply.state(node, signal));
      }
      return EXIT.valid;
    } finally {
      await supply.close();
    }
  } finally {
    emulated?.release();
    lease.release();
    interrupts.stop();
  }
}

function say(args: BenchArguments, node: string, state: string): void {
  if (args.json) process.stdout.write(`${JSON.stringify({ node, state })}\n`);
  else if (!args.quiet) process.stdout.write(`${node}: ${state}\n`);
}
