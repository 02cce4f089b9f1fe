/**
 * `rig check` as a whole process, against a Node that reads the same file and gives it to
 * JSON.parse (which makes objects and no verdict). Aims: no more time than that at 100,000 and a
 * million transactions, 1 GB at a million, 0.2 s for a small file.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ISOLATION_LEVELS } from "../../rig/core/awdit/index.ts";
import { type HistoryFile, writeHistoryFile } from "./history-file.ts";
import type { BenchRow } from "./rows.ts";
import { type Measured, measured } from "./whole-process.ts";

const RIG = join(import.meta.dirname, "../../../../dist/bin/main.js");
const SIZES = [10_000, 100_000, 1_000_000];
/** The weak levels take time that grows a little faster than the history. */
const WEAK_SIZES = [10_000, 100_000];
const ROUNDS = 5;

const LOW = { keys: 100, writesPerKey: 64 };
const HIGH = { keys: 3, writesPerKey: 64 };

type Shape = Omit<HistoryFile, "path">;

const PLAIN = { model: "list-append", form: "json", isAnomalous: false, ...LOW } as const;

export function* benchCheck(): Generator<BenchRow> {
  const bench = new CheckBench(mkdtempSync(join(tmpdir(), "rig-bench-")));
  try {
    yield bench.row("a small file", { ...PLAIN, transactions: 20 });
    for (const transactions of SIZES) {
      for (const [contention, keys] of Object.entries({ low: LOW, high: HIGH })) {
        for (const isAnomalous of [false, true]) {
          const what = `${contention} contention, ${isAnomalous ? "one anomaly" : "valid"}`;
          yield bench.row(what, { ...PLAIN, ...keys, isAnomalous, transactions });
        }
      }
    }
    const some = { ...PLAIN, transactions: 100_000 };
    yield bench.row("EDN", { ...some, form: "edn" });
    yield bench.row("rw-register", { ...some, model: "rw-register" });
    for (const transactions of WEAK_SIZES) {
      const shape = { ...PLAIN, model: "rw-register", transactions } as const;
      for (const level of ISOLATION_LEVELS) {
        yield bench.row(`rw-register, ${level} besides`, shape, ["--isolation", level]);
      }
    }
  } finally {
    bench.end();
  }
}

class CheckBench {
  private readonly folder: string;
  /** Of the last valid file; one with an anomaly has the same bytes but for one read. */
  private parsed: Measured | undefined;
  /** Of the last size, by kind of history. */
  private readonly before = new Map<string, number>();

  constructor(folder: string) {
    this.folder = folder;
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  row(what: string, shape: Shape, options: readonly string[] = []): BenchRow {
    const { model, form, isAnomalous, transactions } = shape;
    const path = join(this.folder, `history.${form}`);
    writeHistoryFile({ ...shape, path });
    const check = [RIG, "check", "--json", "--model", model, ...options, path];
    const parse = ["-e", `JSON.parse(fs.readFileSync(${JSON.stringify(path)}, "utf8"))`];
    const isParsed = form === "json" && !isAnomalous;
    const [checked, parsed] = measured(isParsed ? [check, parse] : [check], ROUNDS);
    if (checked?.stdout.includes(`"valid":${!isAnomalous}`) !== true) {
      throw new Error(`${what}: ${checked?.stdout}`);
    }
    if (parsed !== undefined) this.parsed = parsed;
    const texts = [`peak ${Math.round(checked.peakMb)} MB`];
    if (this.parsed !== undefined && form === "json") {
      const ratio = (checked.seconds / this.parsed.seconds).toFixed(2);
      texts.push(`${ratio} of JSON.parse with ${Math.round(this.parsed.peakMb)} MB`);
    }
    const smaller = this.before.get(what);
    if (smaller !== undefined) {
      texts.push(`${(checked.seconds / smaller).toFixed(1)} times the time of a tenth`);
    }
    this.before.set(what, checked.seconds);
    const size = transactions.toLocaleString("en");
    const name = `check of ${size} transactions, ${what}`;
    return { name, value: checked.seconds, unit: "s", ratio: texts.join(", ") };
  }
}
