/**
 * Mangled histories against `rig check`, in process but through files: each is checked as one of
 * the models, or linted. Whatever is in it, there is an answer or an error of one line, soon, and
 * memory does not grow.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { fileChecker, MODELS, readInto } from "../../rig/cli/check-file.ts";
import { HistoryLinter } from "../../rig/core/lint/history-linter.ts";
import { Random } from "../../rig/core/random/random.ts";
import { RigError } from "../../rig/core/verdict/rig-error.ts";
import { temporaryFolder } from "../support/cli.ts";
import { faultyPlans, simulateLists, simulateRegisters } from "../unit/elle/simulated-store.ts";
import { mangled, mangledPacked } from "./mangle.ts";

export interface Campaign {
  readonly seed: number;
  readonly files: number;
}

export interface CampaignReport {
  /** How many files had each answer: valid, invalid, unknown, linted, or the code of an error. */
  readonly answers: Readonly<Record<string, number>>;
  /** What should not have happened, with the number of the file. */
  readonly failures: readonly string[];
  readonly slowestMs: number;
  readonly grownMiB: number;
}

const SIMULATED = 20;
const FOLDERS = ["../../fixtures/histories/", "../unit/checkers/examples/"];
const OPTIONS = {
  elle: {
    consistency: "strict-serializable",
    wfrKeys: true,
    sequentialKeys: true,
    linearizableKeys: true,
  },
  others: { groupSize: 2 },
};
const SIMULATIONS = [
  ["list-append", simulateLists],
  ["rw-register", simulateRegisters],
] as const;
const LINT = "lint";
const ASKED = [...MODELS, LINT];
const LIMIT_MS = 10_000;

export async function mangleHistories({ seed, files }: Campaign): Promise<CampaignReport> {
  const sources = [...FOLDERS.flatMap(filesIn), ...simulated(seed)];
  const path = join(temporaryFolder(), "mangled");
  const answers: Record<string, number> = {};
  const failures: string[] = [];
  let slowestMs = 0;
  const before = process.memoryUsage().rss;
  for (let file = 0; file < files; file++) {
    const random = Random.of(seed, "mangled", file);
    const { bytes, model } = sources[random.below(sources.length)] as Source;
    writeFileSync(path, spoilt(bytes, random));
    const asked = random.chance(3, 4) ? model : (ASKED[random.below(ASKED.length)] as string);
    const startMs = performance.now();
    const answer = await answerFor(path, asked);
    const tookMs = performance.now() - startMs;
    slowestMs = Math.max(slowestMs, tookMs);
    answers[answer] = (answers[answer] ?? 0) + 1;
    if (answer.startsWith("failure")) failures.push(`file ${file}: ${answer}`);
    if (tookMs > LIMIT_MS) failures.push(`file ${file}: took ${Math.round(tookMs)} ms`);
  }
  const grownMiB = (process.memoryUsage().rss - before) / (1 << 20);
  return { answers, failures, slowestMs, grownMiB };
}

interface Source {
  readonly bytes: Buffer;
  /** The model whose history it is. */
  readonly model: string;
}

function filesIn(folder: string): Source[] {
  const url = new URL(folder, import.meta.url);
  const names = readdirSync(url).filter((name) => name !== "expected.json");
  return names.sort().map((name) => ({
    bytes: readFileSync(new URL(name, url)),
    model: modelOf(name),
  }));
}

/** Most names begin with their model. */
function modelOf(name: string): string {
  const models = MODELS.filter((model) => name.startsWith(`${model}-`));
  const [longest] = models.sort((a, b) => b.length - a.length);
  return longest ?? "list-append";
}

/** Longer histories of a store with faults, as JSON lines and as EDN. */
function simulated(seed: number): Source[] {
  const plans = fc.sample(faultyPlans, { seed, numRuns: SIMULATED });
  return plans.flatMap((plan) =>
    SIMULATIONS.flatMap(([model, simulate]) => {
      const { history } = simulate(plan);
      const lines = history.operations.map((operation) => JSON.stringify(operation)).join("\n");
      const edn = lines.replaceAll(/"(\w+)":/g, ":$1 ").replaceAll("null", "nil");
      return [lines, edn].map((text) => ({ bytes: Buffer.from(text), model }));
    }),
  );
}

/** A third of the files is packed, half of them spoilt after that. */
function spoilt(source: Buffer, random: Random): Buffer {
  if (!random.chance(1, 3)) return mangled(source, random);
  if (random.chance(1, 2)) return gzipSync(mangled(source, random));
  return mangledPacked(gzipSync(source), random);
}

async function answerFor(path: string, model: string): Promise<string> {
  const untilMs = performance.now() + LIMIT_MS;
  try {
    if (model === LINT) {
      await readInto(new HistoryLinter(), path, untilMs);
      return "linted";
    }
    const check = await fileChecker(model);
    const { valid } = await check(path, { ...OPTIONS, untilMs });
    return valid === true ? "valid" : valid === false ? "invalid" : "unknown";
  } catch (error) {
    return problemOf(error, path) ?? (error as RigError).code;
  }
}

/** What is wrong with an error: it is not ours, or not one line that begins with the file. */
function problemOf(error: unknown, path: string): string | null {
  if (!(error instanceof RigError)) return `failure: ${String((error as Error).stack)}`;
  const { exitCode, message } = error;
  const isGood = exitCode === 65 && message.startsWith(`${path}:`) && !/[\r\n]/.test(message);
  return isGood ? null : `failure: exit ${exitCode}, ${JSON.stringify(message)}`;
}
