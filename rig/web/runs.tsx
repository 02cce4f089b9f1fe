/** The runs of the server's results folder, with their verdicts, to be opened. */

import { useEffect, useState } from "react";
import type { Envelope, RunSummary } from "../core/api/index.ts";
import type { Operation } from "../core/history/operation.ts";
import { type ResultCheck, verdictOfResult } from "./anomaly.ts";
import { type Bus, courseOf } from "./live.ts";
import { addRecorded, type FaultSpan, History } from "./operations.ts";
import { ask, listRuns, type RigAddress } from "./rig-link.ts";
import type { Opened } from "./uploader.tsx";

const OUTCOMES = ["", "valid", "invalid", "unknown", "not-run"] as const;

export interface OpenedRun extends Opened {
  readonly faults: readonly FaultSpan[];
  readonly bus: Bus;
}

interface RunsProps {
  readonly rig: RigAddress;
  /** Changes when a run has ended. */
  readonly ended: string;
  readonly onOpened: (opened: OpenedRun) => void;
}

export function Runs({ rig, ended, onOpened }: RunsProps) {
  const [runs, setRuns] = useState<readonly RunSummary[]>([]);
  const [outcome, setOutcome] = useState<string>("");
  const [scenario, setScenario] = useState("");
  const [error, setError] = useState<string | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: an ended run is a reason to look again
  useEffect(() => {
    const query = new URLSearchParams({ limit: "50" });
    if (outcome !== "") query.set("outcome", outcome);
    if (scenario !== "") query.set("scenario", scenario);
    listRuns(rig, query.toString()).then(
      (answer) => {
        setRuns(answer.runs);
        setError(null);
      },
      (problem: Error) => setError(problem.message),
    );
  }, [rig, outcome, scenario, ended]);

  const open = (run: RunSummary) => {
    openRun(rig, run).then(onOpened, (problem: Error) => setError(problem.message));
  };

  return (
    <section aria-label="Runs">
      <div className="bar">
        <label>
          Outcome{" "}
          <select value={outcome} onChange={(event) => setOutcome(event.target.value)}>
            {OUTCOMES.map((name) => (
              <option key={name} value={name}>
                {name === "" ? "any" : name}
              </option>
            ))}
          </select>
        </label>
        <label>
          Scenario{" "}
          <input
            value={scenario}
            placeholder="any"
            onChange={(event) => setScenario(event.target.value)}
          />
        </label>
      </div>
      {error === null ? null : (
        <p role="alert" className="wrong">
          {error}
        </p>
      )}
      <RunTable runs={runs} onOpen={open} />
      {runs.length === 0 && error === null ? <p className="muted">No runs yet.</p> : null}
    </section>
  );
}

function RunTable(props: {
  readonly runs: readonly RunSummary[];
  readonly onOpen: (run: RunSummary) => void;
}) {
  return (
    <div className="wide">
      <table>
        <thead>
          <tr>
            {["Scenario", "Outcome", "Seed", "Nodes", "Level", "Started", ""].map((head) => (
              <th key={head}>{head}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.runs.map((run) => (
            <tr key={run.id}>
              <td>{run.scenario}</td>
              <td className={toneOf(run)}>{outcomeText(run)}</td>
              <td>{run.seed}</td>
              <td>{run.nodes}</td>
              <td>{run.level}</td>
              <td>{(run.startedAt ?? "").slice(0, 19).replace("T", " ")}</td>
              <td>
                <button type="button" onClick={() => props.onOpen(run)}>
                  Open
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function toneOf({ outcome, asExpected }: RunSummary): string {
  if (outcome === null) return "muted";
  return asExpected === true ? "right" : "wrong";
}

function outcomeText({ outcome, asExpected, status }: RunSummary): string {
  if (outcome === null) return status;
  return asExpected === true ? `${outcome}, as expected` : outcome;
}

async function openRun(rig: RigAddress, run: RunSummary): Promise<OpenedRun> {
  const path = `/api/runs/${run.id}`;
  const [operations, { events }, { check }] = await Promise.all([
    ask<Operation[]>(rig, `${path}/history`),
    ask<{ events: Envelope[] }>(rig, `${path}/events`),
    ask<{ check: ResultCheck }>(rig, `${path}/result`),
  ]);
  const history = new History();
  for (const operation of operations) addRecorded(history, operation);
  return { title: run.id, history, verdict: verdictOfResult(check), ...courseOf(events) };
}
