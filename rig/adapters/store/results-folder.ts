/**
 * The results folder as a list of runs: `<scenario>/<folder>` with a `run.json` each. Runs that
 * are under way, or were killed, are read as far as they got.
 */

import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { RunSummary, RunsQuery } from "../../core/api/index.ts";
import type { Operation } from "../../core/history/operation.ts";
import { ednOfOperation } from "../../core/history/write-history.ts";
import type { RunPlan } from "../../core/plan/plan.ts";
import type { RunSink } from "../../core/run/record.ts";
import { NS_PER_S } from "../../core/time/time.ts";
import type { RunResult } from "../../core/verdict/run-result.ts";
import { linesOf, piecesOf, unreadable } from "./lines.ts";
import { framesOf, readPlan, recordsOf } from "./read-folder.ts";

interface RunId {
  readonly scenario: string;
  readonly folder: string;
}

interface HistoryOptions {
  readonly format: "json" | "edn" | "jsonl";
  readonly source: "clients" | "nodes";
  readonly from: number;
}

interface RunJson {
  readonly status: string;
  readonly plan: RunPlan;
  readonly byHand?: boolean;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

const PAGE = 100;
/** A record that grew within this time belongs to a run under way. */
const ALIVE_MS = 10_000;
const CACHED_MAX = 10_000;
/** Larger bus logs are left out of a replay. */
const BUS_LOG_MAX = 256 << 20;
const DURATION_UNKNOWN_NS = 2 * NS_PER_S;
const TURN_LINES = 5_000;

export class ResultsFolder {
  readonly #root: string;
  /** Runs that are over never change; by path. */
  readonly #over = new Map<string, RunSummary>();

  constructor(root: string) {
    this.#root = root;
  }

  /** The newest first; `next` is where the following page begins. */
  list(query: RunsQuery): { readonly runs: readonly RunSummary[]; readonly next: string | null } {
    const { limit = PAGE, before } = query;
    const runs: RunSummary[] = [];
    for (const id of this.#ids(query.scenario)) {
      if (before !== undefined && id.folder >= before) continue;
      const summary = this.#summaryOrNull(id);
      if (summary === null || !isWanted(summary, query)) continue;
      if (runs.length === limit) return { runs, next: runs.at(-1)?.folder ?? null };
      runs.push(summary);
    }
    return { runs, next: null };
  }

  /** Throws `input.unreadable` for a run that is not there. */
  summary(id: RunId): RunSummary {
    const path = this.#path(id);
    const known = this.#over.get(path);
    if (known !== undefined) return known;
    const run = JSON.parse(this.file(id, "run.json")) as RunJson;
    const result = run.status === "running" ? null : this.#result(id);
    const summary = summaryOf({ ...id, folder: basename(realpathSync(path)) }, run, result);
    if (run.status !== "running") return this.#keep(path, summary);
    return { ...summary, status: isGrowing(path) ? "running" : "broken" };
  }

  /** Its path is nobody's business: a run goes by its name. */
  file(id: RunId, name: string): string {
    try {
      return readFileSync(join(this.#path(id), name), "utf8");
    } catch (error) {
      throw unreadable(`${id.scenario}/${id.folder}/${name}`, error);
    }
  }

  async *history(id: RunId, { format, source, from }: HistoryOptions): AsyncGenerator<string> {
    const path = this.#path(id);
    const name = source === "nodes" ? "nodes-history.jsonl" : "history.jsonl";
    if (!existsSync(join(path, name))) {
      throw unreadable(`${id.scenario}/${id.folder}/${name}`, { code: "ENOENT" });
    }
    const whole = join(path, `history.${format}`);
    if (from === 0 && source === "clients" && this.#isOver(id)) {
      const decoder = new TextDecoder();
      for (const piece of piecesOf(whole)) yield decoder.decode(piece, { stream: true });
      return;
    }
    let text = format === "json" ? "[" : "";
    let separator = format === "json" ? "\n" : "";
    for await (const line of wholeLines(join(path, name), from)) {
      text += separator + (format === "edn" ? ednOfOperation(JSON.parse(line) as Operation) : line);
      separator = format === "json" ? ",\n" : "\n";
      if (text.length < 1 << 16) continue;
      yield text;
      text = "";
    }
    yield format === "json" ? `${text}\n]\n` : text + separator;
  }

  async *record(id: RunId): AsyncGenerator<string> {
    let text = "";
    for await (const line of wholeLines(join(this.#path(id), "events.jsonl"), 0)) {
      text += `${line}\n`;
      if (text.length < 1 << 16) continue;
      yield text;
      text = "";
    }
    yield text;
  }

  lines(id: RunId, index: number): AsyncIterable<string> {
    return wholeLines(join(this.#path(id), "history.jsonl"), index);
  }

  /** In the order of their times: records, and the frames of the bus where its log is not huge. */
  async replay(id: RunId, open: (plan: RunPlan, durationNs: number) => RunSink): Promise<void> {
    const path = this.#path(id);
    const { durationNs } = this.summary(id);
    const sink = open(readPlan(path), durationNs ?? DURATION_UNKNOWN_NS);
    const frames = framesOf(path, BUS_LOG_MAX);
    let frame = frames.next();
    let count = 0;
    const framesUntil = async (timeNs: number) => {
      while (frame.done !== true && frame.value.timeNs <= timeNs) {
        sink.frame(frame.value.timeNs, frame.value.frame);
        frame = frames.next();
        if (++count % TURN_LINES === 0) await nextTurn();
      }
    };
    for (const entry of recordsOf(path)) {
      if (entry === null) break;
      await framesUntil(entry.time);
      sink.record(entry);
      if (++count % TURN_LINES === 0) await nextTurn();
    }
    await framesUntil(Number.POSITIVE_INFINITY);
  }

  #isOver(id: RunId): boolean {
    const { status } = this.summary(id);
    return status === "finished" || status === "partial";
  }

  #path({ scenario, folder }: RunId): string {
    return join(this.#root, scenario, folder);
  }

  *#ids(scenario: string | undefined): Generator<RunId> {
    const scenarios = scenario === undefined ? namesIn(this.#root) : [scenario];
    const ids = scenarios.flatMap((each) =>
      each === "suite"
        ? []
        : namesIn(join(this.#root, each))
            .filter((folder) => folder !== "latest")
            .map((folder) => ({ scenario: each, folder })),
    );
    yield* ids.sort((a, b) => {
      if (a.folder !== b.folder) return a.folder < b.folder ? 1 : -1;
      return a.scenario < b.scenario ? -1 : 1;
    });
  }

  /** A folder that is none of a run is passed over. */
  #summaryOrNull(id: RunId): RunSummary | null {
    try {
      return this.summary(id);
    } catch {
      return null;
    }
  }

  #result(id: RunId): RunResult | null {
    try {
      return JSON.parse(this.file(id, "result.json")) as RunResult;
    } catch {
      return null;
    }
  }

  #keep(path: string, summary: RunSummary): RunSummary {
    if (basename(path) !== summary.folder) return summary;
    if (this.#over.size >= CACHED_MAX) this.#over.clear();
    this.#over.set(path, summary);
    return summary;
  }
}

function summaryOf(
  { scenario, folder }: RunId,
  { status, plan, byHand, startedAt, endedAt }: RunJson,
  result: RunResult | null,
): RunSummary {
  const { protocol, level, seed, nodes, workload, expectation } = plan;
  const isOver = status === "finished" || status === "partial";
  return {
    id: `${scenario}/${folder}`,
    scenario,
    folder,
    status: isOver && result !== null ? status : "broken",
    isByHand: byHand === true,
    protocol,
    level,
    seed,
    nodes,
    operations: workload.operations,
    expectation: expectation.class,
    startedAt,
    endedAt,
    outcome: result?.outcome ?? null,
    asExpected: result?.asExpected ?? null,
    anomalyTypes: [...(result?.check.anomalyTypes ?? [])],
    counts: result?.counts ?? null,
    durationNs: result?.durationNs ?? null,
  };
}

function isWanted(summary: RunSummary, { outcome, level, status, seed }: RunsQuery): boolean {
  return (
    (outcome ?? summary.outcome) === summary.outcome &&
    (level ?? summary.level) === summary.level &&
    (status ?? summary.status) === summary.status &&
    (seed ?? summary.seed) === summary.seed
  );
}

async function* wholeLines(path: string, from: number): AsyncGenerator<string> {
  for (const { text, number, isWhole } of linesOf(path)) {
    if (isWhole && number > from) yield text;
    if (number % TURN_LINES === 0) await nextTurn();
  }
}

function isGrowing(path: string): boolean {
  const changed = statSync(join(path, "events.jsonl"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - changed < ALIVE_MS;
}

/** Folders, in no order; none where the folder is not there. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /^[A-Za-z0-9]/.test(entry.name))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
