/** `rig bench clear`: a person has looked at a bench that needed it. */

import type { Bench } from "../../core/bench/bench.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import type { BenchArguments } from "./bench-arguments.ts";
import { attentionOf } from "./bench-attention.ts";

export function clearAction(bench: Bench, { json, quiet }: BenchArguments): ExitCode {
  const attention = attentionOf(bench).clear();
  const text = attention === null ? "nothing was wrong" : `cleared, ${attention.why}`;
  if (json) process.stdout.write(`${JSON.stringify({ bench: bench.name, attention })}\n`);
  else if (!quiet) process.stdout.write(`${bench.name}: ${text}\n`);
  return EXIT.valid;
}
