/** What a suite leaves behind, and what it says of its failures. */

import { hostname } from "node:os";
import { resolve } from "node:path";
import type { SuiteFolder } from "../../adapters/store/suite-folder.ts";
import { suiteJson } from "../../report/suite-json.ts";
import { suiteJunit } from "../../report/suite-junit.ts";
import type { SuitePlan } from "../../report/suite-result.ts";
import type { SuiteFailure } from "../../report/suite-text.ts";
import { repeatOf } from "../repeat.ts";
import { VERSION } from "../version.ts";
import { writeOutput } from "../write-output.ts";
import { planOf, type Recording, type SuiteOutcome } from "./run-suite.ts";

export interface SuiteTimes {
  readonly started: Date;
  readonly jobs: number;
}

export function writeSuite(
  folder: SuiteFolder,
  outcome: SuiteOutcome,
  options: SuiteTimes & { readonly junitFile: string | undefined },
): void {
  const { result } = outcome;
  folder.write("suite.json", suiteJson(result));
  const junit = suiteJunit(result, { repeat: repeatHere });
  folder.write("junit.xml", junit);
  if (options.junitFile !== undefined) writeOutput(options.junitFile, junit, "JUnit file");
  folder.write("run.json", suiteRunJson(folder.path, options, outcome));
}

/** Without a path, so that the file is the same everywhere. */
function repeatHere(plan: SuitePlan, seed: number): string {
  const repeat = repeatOf({ ...plan, seed }, null);
  return repeat.startsWith("rig run --scenario") ? repeat : "rig suite --rerun suite.json";
}

/** The one file of a suite that differs from day to day. `outcome` is null while it runs. */
export function suiteRunJson(
  path: string,
  { started, jobs }: SuiteTimes,
  outcome: SuiteOutcome | null,
): string {
  const ended = new Date();
  const value = {
    schema: 1,
    status: statusOf(outcome),
    jobs,
    versions: { "canfd-rig": VERSION, node: process.version },
    host: { name: hostname(), platform: process.platform, arch: process.arch },
    folder: resolve(path),
    startedAt: started.toISOString(),
    endedAt: outcome === null ? null : ended.toISOString(),
    wallMilliseconds: outcome === null ? null : ended.getTime() - started.getTime(),
    recordings: (outcome?.recordings ?? []).map(({ request, seed, folder, problem }) => {
      const { scenario, nodes } = request.plan;
      return { scenario, nodes, seed, folder: folder === null ? null : resolve(folder), problem };
    }),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function statusOf(outcome: SuiteOutcome | null): string {
  if (outcome === null) return "running";
  return outcome.result.partial === null ? "finished" : "partial";
}

/** `bench` is the bench file of a suite on a bench. */
export function failuresOf(
  { result, recordings }: SuiteOutcome,
  bench?: string,
): readonly SuiteFailure[] {
  return result.entries.flatMap(({ plan, runs }) =>
    runs
      .filter(({ asExpected }) => !asExpected)
      .map((run): SuiteFailure => {
        const { seed, outcome, reasons } = run;
        const made = recordings.find((each) => each.request.plan === plan && each.seed === seed);
        const worst = reasons.find((reason) => reason.outcome !== "valid");
        return {
          scenario: plan.scenario,
          seed,
          outcome,
          why: worst?.text ?? "nothing fired, although something had to: the rig failed",
          repeat: repeatOf(planOf({ plan, seeds: [] }, seed), made?.folder ?? null, bench),
          record: recordText(made),
        };
      }),
  );
}

function recordText(recording: Recording | undefined): string | null {
  if (recording === undefined) return null;
  const { folder, problem } = recording;
  if (problem === null) return folder;
  return folder === null ? `none: ${problem}` : `${folder} (${problem})`;
}
