/** `rig vm`: runs a command inside a kernel with SocketCAN, where the machine's own has none. */

import type { Argv } from "yargs";
import { openChildGuard } from "../../adapters/hub/child-guard.ts";
import { runInQemu } from "../../adapters/vm/qemu.ts";
import { runInUml } from "../../adapters/vm/user-mode-linux.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { Interrupts } from "../interrupts.ts";
import { timeoutMs } from "../numbers.ts";

interface VmArguments extends GlobalArguments {
  readonly engine: "uml" | "qemu";
  readonly memory: string;
  readonly words: readonly string[];
}

export const vmCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "vm",
      "Run a command inside a kernel with SocketCAN: rig vm -- COMMAND ...",
      (args: Argv<GlobalArguments>) =>
        args
          .option("engine", {
            choices: ["uml", "qemu"] as const,
            default: "uml" as const,
            describe: "User-mode Linux, or QEMU with two emulated CAN controllers",
          })
          .option("memory", { string: true, default: "1G", describe: "Memory of the machine" })
          .example("$0 vm -- rig run --scenario happy --level vcan", "a run on a real vcan")
          .strictCommands(false)
          .strict(false),
      (args) => finish(() => runVm({ ...args, words: wordsAfterDashes(process.argv) })),
    );
  },
};

/** As they were typed: the parser would take `1e3` for a number. */
function wordsAfterDashes(words: readonly string[]): readonly string[] {
  const dashes = words.indexOf("--");
  return dashes < 0 ? [] : words.slice(dashes + 1);
}

async function runVm({ engine, memory, words, timeout }: VmArguments): Promise<ExitCode> {
  if (words.length === 0) {
    throw new RigError("usage.option", "rig vm: expected a command, as in rig vm -- candump vcan0");
  }
  const limitMs = timeoutMs(timeout);
  const interrupts = new Interrupts();
  // Its kernel has helper processes that a parent-death signal does not reach.
  const guard = openChildGuard("shell");
  const limit = limitMs === undefined ? [] : [AbortSignal.timeout(limitMs)];
  try {
    const run = engine === "qemu" ? runInQemu : runInUml;
    const code = await run({
      command: words,
      cwd: process.cwd(),
      env: process.env,
      memory,
      onOutput: (piece) => process.stdout.write(piece),
      onError: (piece) => process.stderr.write(piece),
      signal: AbortSignal.any([interrupts.signal, ...limit]),
      onStart: (group) => guard.watch([-group]),
    });
    return code as ExitCode;
  } catch (error) {
    if (interrupts.signal.aborted) return EXIT.interrupted;
    if (limit[0]?.aborted !== true) throw error;
    const text = `the command took longer than ${(limitMs as number) / 1000} s in the machine`;
    throw new RigError("bench.trouble", text);
  } finally {
    interrupts.stop();
    guard.close();
  }
}
