/** The runs of the server's results folder, with their verdicts, to be opened. */

import { useState } from "react";
import type { Envelope, RunSummary } from "../core/api/index.ts";
import type { Operation } from "../core/history/operation.ts";
import { type ResultCheck, verdictOfResult } from "./anomaly.ts";
import { Alert, useAnswer, useDeed } from "./asking.tsx";
import { type Bus, courseOf } from "./live.ts";
import { addRecorded, type FaultSpan, History } from "./operations.ts";
import { ask, type RigAddress } from "./rig-link.ts";
import type { Opened } from "./uploader.tsx";

const OUTCOMES = ["", "valid", "invalid", "unknown", "not-run"] as const;

export interface OpenedRun extends Opened {
  readonly faults: readonly FaultSpan[];
  readonly bus: Bus;
}

interface RunsAnswer {
  readonly runs: readonly RunSummary[];
  /** Where older ones begin. */
  readonly next: string | null;
}

interface RunsProps {
  readonly rig: RigAddress;
  /** Changes when a run has ended. */
  readonly ended: string;
  readonly onOpened: (opened: OpenedRun) => void;
}

export function Runs({ rig, ended, onOpened }: RunsProps) {
  const [outcome, setOutcome] = useState<string>("");
  const [scenario, setScenario] = useState("");
  const [before, setBefore] = useState("");
  const path = `/api/runs?${queryOf({ limit: "50", outcome, scenario, before })}`;
  const { answer, error } = useAnswer<RunsAnswer>(rig, path, ended);
  const opening = useDeed();
  const open = (run: RunSummary) =>
    void opening.attempt(async () => onOpened(await openRun(rig, run)));
  const filter = (set: (text: string) => void) => (text: string) => {
    set(text);
    setBefore("");
  };

  return (
    <section aria-label="Runs">
      <Filters
        outcome={outcome}
        scenario={scenario}
        onOutcome={filter(setOutcome)}
        onScenario={filter(setScenario)}
      />
      <Alert text={opening.error ?? error} />
      <RunTable runs={answer?.runs ?? []} onOpen={open} />
      {answer?.runs.length === 0 ? <p className="muted">No such runs yet.</p> : null}
      <div className="bar">
        {before === "" ? null : (
          <button type="button" onClick={() => setBefore("")}>
            Newest
          </button>
        )}
        {typeof answer?.next === "string" ? (
          <button type="button" onClick={() => setBefore(answer.next ?? "")}>
            Older
          </button>
        ) : null}
      </div>
    </section>
  );
}

/** Without those that are empty. */
function queryOf(fields: Readonly<Record<string, string>>): string {
  const given = Object.entries(fields).filter(([, text]) => text !== "");
  return new URLSearchParams(given).toString();
}

interface FiltersProps {
  readonly outcome: string;
  readonly scenario: string;
  readonly onOutcome: (outcome: string) => void;
  readonly onScenario: (scenario: string) => void;
}

function Filters({ outcome, scenario, onOutcome, onScenario }: FiltersProps) {
  return (
    <div className="bar">
      <label>
        Outcome{" "}
        <select value={outcome} onChange={(event) => onOutcome(event.target.value)}>
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
          onChange={(event) => onScenario(event.target.value)}
        />
      </label>
    </div>
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
            {["", "Scenario", "Outcome", "Seed", "Nodes", "Level", "Started"].map((head) => (
              <th key={head}>{head}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.runs.map((run) => (
            <tr key={run.id}>
              <td>
                <button type="button" onClick={() => props.onOpen(run)}>
                  Open
                </button>
              </td>
              <td>{run.scenario}</td>
              <td className={toneOf(run)}>{outcomeText(run)}</td>
              <td>{run.seed}</td>
              <td>{run.nodes}</td>
              <td>{run.level}</td>
              <td>{(run.startedAt ?? "").slice(0, 19).replace("T", " ")}</td>
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
