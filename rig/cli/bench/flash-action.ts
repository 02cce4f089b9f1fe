/** `rig bench flash`: the flash command of each node, whether its image has changed or not. */

import path from "node:path";
import type { Bench } from "../../core/bench/bench.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { type BenchArguments, wantedNodes } from "./bench-arguments.ts";
import { flashNode, withoutFlash } from "./flash-node.ts";
import { say, withBench } from "./with-bench.ts";

export function flashAction(file: Bench, args: BenchArguments): Promise<ExitCode> {
  const wanted = wantedNodes(file, args.node);
  const without = withoutFlash(file, wanted);
  if (without !== undefined) {
    const text = `the bench file has no flash command for ${without.name}`;
    throw new RigError("capability.fault", text, { hint: "Name others with --node" });
  }
  const image = args.image === undefined ? undefined : path.resolve(args.image);
  const folder = path.dirname(path.resolve(args.file));
  return withBench(file, args, async (bench, signal) => {
    for (const number of wanted) {
      const name = bench.nodes[number]?.name;
      const tell = (line: string) => {
        if (!args.json && !args.quiet) process.stderr.write(`${name} | ${line}\n`);
      };
      await flashNode(bench, { number, image, folder, tell, signal });
      say(args, { node: name, flashed: true }, `${name}: flashed`);
    }
    return EXIT.valid;
  });
}
