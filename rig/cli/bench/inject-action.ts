/** `rig bench inject`: one fault of the bus by hand, for a time or until Ctrl-C; then healed. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "../../core/bench/bench.ts";
import { NS_PER_MS } from "../../core/time/time.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { openSupply } from "../bench-supply.ts";
import { durationNs } from "../numbers.ts";
import { askAtTerminal } from "./ask-at-terminal.ts";
import type { BenchArguments } from "./bench-arguments.ts";
import { say, withBench } from "./with-bench.ts";

const NEVER = new AbortController().signal;
const DAY_MS = 86_400_000;

export function injectAction(file: Bench, args: BenchArguments): Promise<ExitCode> {
  const { injector: name } = args;
  if (name === undefined) {
    const known = file.injectors.map((each) => each.name).join(", ") || "none in the bench file";
    throw new RigError("usage.option", `--injector is missing: expected ${known}`);
  }
  const forMs = (durationNs("--for", args.for) ?? DAY_MS * NS_PER_MS) / NS_PER_MS;
  return withBench(file, args, async (bench, signal) => {
    const supply = await openSupply(bench, [], askAtTerminal);
    try {
      const injector = await supply.injector(name);
      const { fault } = injector;
      await injector.inject(signal);
      say(args, { injector: name, fault, inForce: true }, `${name}: ${fault} is in force`);
      await sleep(forMs, null, { signal }).catch(() => undefined);
      const effects = await injector.heal(NEVER);
      const text = `${name}: healed, it took effect ${effects} times`;
      say(args, { injector: name, fault, inForce: false, effects }, text);
      return EXIT.valid;
    } finally {
      await supply.close();
    }
  });
}
