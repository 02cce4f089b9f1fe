/**
 * `rig check` as a whole process, against a Node that reads the same file and gives it to
 * JSON.parse (which makes objects and no verdict). Aims: no more time than that at 100,000 and a
 * million transactions, 1 GB at a million, 0.2 s for a small file.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HistoryFile, writeHistoryFile } from "./history-file.ts";
import type { BenchRow } from "./rows.ts";
import { measured } from "./whole-process.ts";

const RIG = join(import.meta.dirname, "../../../../dist/cli/main.js");
const SIZES = [10_000, 100_000, 1_000_000];
const ROUNDS = 5;

const LOW = { keys: 100, writesPerKey: 64 };
const HIGH = { keys: 3, writesPerKey: 64 };

type Shape = Omit<HistoryFile, "path">;

const PLAIN = { model: "list-append", form: "json", isAnomalous: false, ...LOW } as const;

export function* benchCheck(): Generator<BenchRow> {
  const folder = mkdtempSync(join(tmpdir(), "rig-bench-"));
  try {
    yield* benchShape(folder, "small file, 20 transactions", { ...PLAIN, transactions: 20 });
    for (const [contention, keys] of Object.entries({ low: LOW, high: HIGH })) {
      for (const isAnomalous of [false, true]) {
        const before: Figures = { check: undefined };
        for (const transactions of SIZES) {
          const what = isAnomalous ? "one anomaly" : "valid";
          const name = `${count(transactions)} transactions, ${contention} contention, ${what}`;
          const shape = { ...PLAIN, ...keys, isAnomalous, transactions };
          yield* benchShape(folder, name, shape, before);
        }
      }
    }
    const some = { ...PLAIN, transactions: 100_000 };
    yield* benchShape(folder, "100,000 transactions, EDN", { ...some, form: "edn" });
    const registers = { ...some, model: "rw-register" } as const;
    yield* benchShape(folder, "100,000 transactions, rw-register", registers);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds that the size before this one took. */
interface Figures {
  check: number | undefined;
}

function benchShape(folder: string, name: string, shape: Shape, before?: Figures): BenchRow[] {
  const path = join(folder, `history.${shape.form}`);
  writeHistoryFile({ ...shape, path });
  const check = [RIG, "check", "--json", "--model", shape.model, path];
  const parse = ["-e", `JSON.parse(fs.readFileSync(${JSON.stringify(path)}, "utf8"))`];
  const programs = shape.form === "json" ? [check, parse] : [check];
  const [checked, parsed] = measured(programs, ROUNDS);
  if (checked === undefined) return [];
  if (!checked.stdout.includes(`"valid":${!shape.isAnomalous}`))
    throw new Error(`${name}: ${checked.stdout}`);
  const texts: string[] = [];
  if (parsed !== undefined) {
    texts.push(`${(checked.seconds / parsed.seconds).toFixed(2)} of JSON.parse`);
  }
  if (before?.check !== undefined) {
    texts.push(`${(checked.seconds / before.check).toFixed(1)} times those of a tenth`);
  }
  if (before !== undefined) before.check = checked.seconds;
  const memory = (peakMb: number, against?: number) => ({
    name: "  peak memory",
    value: peakMb,
    unit: "MB",
    ...(against === undefined ? {} : { ratio: `JSON.parse ${Math.round(against)} MB` }),
  });
  return [
    { name, value: checked.seconds, unit: "s", ratio: texts.join(", ") },
    memory(checked.peakMb, parsed?.peakMb),
  ];
}

function count(transactions: number): string {
  return transactions.toLocaleString("en");
}
