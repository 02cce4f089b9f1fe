/** What the user can do to the rig: start and end a run, strike its nodes, heal them. */

import { useState } from "react";
import { Alert, useAnswer, useDeed } from "./asking.tsx";
import { ask, post, type RigAddress } from "./rig-link.ts";

interface ScenarioEntry {
  readonly name: string;
  readonly nodes: number;
  readonly levels: readonly string[];
}

interface ControlsProps {
  readonly rig: RigAddress;
  readonly isLive: boolean;
  readonly onStart: () => void;
  readonly nodes: number;
}

type Act = (what: string, path: string, init: RequestInit) => void;

export function Controls({ rig, isLive, nodes, onStart }: ControlsProps) {
  const [said, setSaid] = useState("");
  const { error, attempt } = useDeed();
  const act: Act = (what, path, init) => {
    setSaid("");
    void attempt(async () => {
      await ask(rig, path, init);
      setSaid(what);
    });
  };
  return (
    <section aria-label="Controls" className="controls">
      <Starting rig={rig} isLive={isLive} onStart={onStart} act={act} />
      <fieldset className="bar" disabled={!isLive}>
        <legend className="muted">By hand</legend>
        <BusFaults api={`/api/${rig.protocol}`} nodes={nodes} act={act} />
        <NodeFaults api={`/api/${rig.protocol}`} nodes={nodes} act={act} />
      </fieldset>
      <Alert text={error} />
      <p aria-live="polite" className="muted">
        {said}
      </p>
    </section>
  );
}

interface StartingProps {
  readonly rig: RigAddress;
  readonly isLive: boolean;
  readonly onStart: () => void;
  readonly act: Act;
}

function Starting({ rig, isLive, onStart, act }: StartingProps) {
  const { answer } = useAnswer<{ scenarios: ScenarioEntry[] }>(rig, "/api/scenarios");
  const scenarios = answer?.scenarios.filter(({ levels }) => levels.includes("sim")) ?? [];
  const [scenario, setScenario] = useState("partition");
  const [seed, setSeed] = useState("");
  const start = () => {
    const chosen = seed === "" ? {} : { seed: Number(seed) };
    const body = post({ scenario, ...chosen });
    onStart();
    act(`${scenario} started`, `/api/${rig.protocol}/scenario/run`, body);
  };
  return (
    <div className="bar">
      <label>
        Scenario{" "}
        <select value={scenario} onChange={(event) => setScenario(event.target.value)}>
          {scenarios.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        Seed{" "}
        <input
          value={seed}
          inputMode="numeric"
          size={8}
          placeholder="drawn"
          onChange={(event) => setSeed(event.target.value.replace(/\D/g, ""))}
        />
      </label>
      <button type="button" disabled={isLive} onClick={start}>
        Start
      </button>
      <button
        type="button"
        disabled={!isLive}
        onClick={() => act("the run ends", "/api/run", { method: "DELETE" })}
      >
        End early
      </button>
    </div>
  );
}

interface StrikeProps {
  readonly api: string;
  readonly nodes: number;
  readonly act: Act;
}

function BusFaults({ api, nodes, act }: StrikeProps) {
  const half = Math.floor(nodes / 2);
  const all = Array.from({ length: nodes }, (_, index) => index);
  const groups = { group_a: all.slice(0, half), group_b: all.slice(half) };
  const cut = () => act("partitioned", `${api}/partition`, post(groups));
  return (
    <>
      <button type="button" disabled={nodes < 2} onClick={cut}>
        Partition
      </button>
      <button type="button" onClick={() => act("healed", `${api}/heal`, { method: "POST" })}>
        Heal
      </button>
      <button
        type="button"
        onClick={() => act("losing 20 %", `${api}/loss`, post({ probability: 0.2 }))}
      >
        Lose 20 %
      </button>
      <button
        type="button"
        onClick={() => act("no fault is left", `${api}/fault`, { method: "DELETE" })}
      >
        End all
      </button>
    </>
  );
}

function NodeFaults({ api, nodes, act }: StrikeProps) {
  const [node, setNode] = useState(0);
  const body = post({ node_id: node });
  return (
    <>
      <label>
        Node{" "}
        <input
          type="number"
          min={0}
          max={Math.max(0, nodes - 1)}
          value={node}
          onChange={(event) => setNode(Number(event.target.value))}
        />
      </label>
      <button type="button" onClick={() => act(`node ${node} is down`, `${api}/crash`, body)}>
        Crash
      </button>
      <button type="button" onClick={() => act(`node ${node} is back`, `${api}/recover`, body)}>
        Recover
      </button>
    </>
  );
}
