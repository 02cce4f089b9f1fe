/** `rig bench power`: switches supplies, and says what was read back. */

import type { Bench } from "../../core/bench/bench.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { openSupply } from "../bench-supply.ts";
import { askAtTerminal } from "./ask-at-terminal.ts";
import { type BenchArguments, wantedNodes } from "./bench-arguments.ts";
import { say, withBench } from "./with-bench.ts";

export function powerAction(file: Bench, args: BenchArguments): Promise<ExitCode> {
  const wanted = wantedNodes(file, args.node);
  const { switching } = args;
  return withBench(file, args, async (bench, signal) => {
    const supply = await openSupply(bench, wanted, askAtTerminal);
    try {
      for (const number of wanted) {
        if (switching !== "state") await supply[switching](number, signal);
        const [node, state] = [bench.nodes[number]?.name, await supply.state(number, signal)];
        say(args, { node, state }, `${node}: ${state}`);
      }
      return EXIT.valid;
    } finally {
      await supply.close();
    }
  });
}
