/** `rig bench list`: the bench files of a folder, and who has each bench. */

import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { readBenchFile } from "../../adapters/store/bench-file.ts";
import { leaseText } from "../../adapters/store/lease-file.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { BenchArguments } from "./bench-arguments.ts";
import { leaseFileOf } from "./bench-lease.ts";
import { table } from "./show-action.ts";

/** A file that can't be read as a bench is in the list as well: it is why a bench is missing. */
export function listAction(args: BenchArguments): ExitCode {
  const benches = filesOf(args.file).map((file) => {
    try {
      const bench = readBenchFile(file);
      const held = leaseFileOf(bench).read();
      return { file, bench: bench.name, nodes: bench.nodes.length, held, error: null };
    } catch (error) {
      if (!(error instanceof RigError)) throw error;
      return { file, bench: null, nodes: 0, held: null, error: error.message };
    }
  });
  if (args.json) {
    for (const each of benches) process.stdout.write(`${JSON.stringify(each)}\n`);
  } else {
    const rows = benches.map(({ file, bench, nodes, held, error }) => [
      bench ?? "-",
      bench === null ? "-" : String(nodes),
      file,
      error ?? (held === null ? "free" : leaseText(held)),
    ]);
    process.stdout.write(`${table(["bench", "nodes", "file", ""], rows).join("\n")}\n`);
  }
  return benches.some(({ error }) => error !== null) ? EXIT.data : EXIT.valid;
}

function filesOf(place: string): readonly string[] {
  const stat = statSync(place, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new RigError("input.unreadable", `${place}: no such file or folder`);
  if (!stat.isDirectory()) return [place];
  const names = readdirSync(place).filter((name) => /\.ya?ml$/.test(name));
  if (names.length === 0) throw new RigError("input.unreadable", `${place}: no YAML file in it`);
  return names.sort().map((name) => path.join(place, name));
}
