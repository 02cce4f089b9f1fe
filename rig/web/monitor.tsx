/** The live monitor: counts, progress, nodes, the newest operations, and faults by hand. */

import type { NodeState } from "../core/api/index.ts";
import type { Live } from "./live.ts";
import { type History, type LogRow, timeText } from "./operations.ts";

const ROWS = 30;
const SPARKS = 60;
const VIOLATIONS = 3;

interface DashboardProps {
  readonly live: Live;
  /** A history that is looked at in place of the live run. */
  readonly opened: History | null;
}

export function MonitoringDashboard({ live, opened }: DashboardProps) {
  const { isConnected, progress, run, nodes, violations } = live;
  const history = opened ?? live.history;
  return (
    <section aria-label="Monitor">
      <p className="state" data-connected={isConnected}>
        {isConnected ? "Live" : "Disconnected"}
        <span className="muted"> {run === null ? "no run yet" : `${run.id}, ${run.status}`}</span>
      </p>
      <Tiles history={history} />
      {opened !== null || progress === null ? null : (
        <ScenarioProgress
          counts={history.counts}
          total={Math.max(progress.total, history.counts.invoke)}
        />
      )}
      {opened !== null ? null : (
        <>
          <Violations texts={violations} />
          <NodeTable nodes={nodes} />
        </>
      )}
    </section>
  );
}

function Tiles({ history }: { readonly history: History }) {
  const { counts, latenciesMs, latencySumMs } = history;
  const { invoke, ok, fail, info } = counts;
  const ended = ok + fail + info;
  const mean = latenciesMs.length === 0 ? "–" : timeText(latencySumMs / latenciesMs.length);
  return (
    <dl className="tiles">
      <Tile name="Invoked" value={String(invoke)} />
      <Tile name="ok" value={String(ok)} />
      <Tile name="fail" value={String(fail)} />
      <Tile name="info" value={String(info)} />
      <Tile name="Success" value={ended === 0 ? "–" : `${((100 * ok) / ended).toFixed(1)} %`} />
      <Tile name="Mean latency" value={mean}>
        <Sparkline latest={latenciesMs.slice(-SPARKS)} />
      </Tile>
    </dl>
  );
}

/** The first of them at once: what comes after often follows from them. */
function Violations({ texts }: { readonly texts: readonly string[] }) {
  const rest = texts.slice(VIOLATIONS);
  const list = (some: readonly string[]) => (
    <ul className="sentences wrong">
      {some.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
  if (texts.length === 0) return null;
  return (
    <div role="alert">
      {list(texts.slice(0, VIOLATIONS))}
      {rest.length === 0 ? null : (
        <details>
          <summary>{rest.length} more violations</summary>
          {list(rest)}
        </details>
      )}
    </div>
  );
}

function Tile(props: {
  readonly name: string;
  readonly value: string;
  readonly children?: React.ReactNode;
}) {
  return (
    <div className="tile">
      <dt>{props.name}</dt>
      <dd>
        {props.value}
        {props.children}
      </dd>
    </div>
  );
}

function Sparkline({ latest }: { readonly latest: readonly number[] }) {
  const most = Math.max(...latest, 1e-9);
  const points = latest.map((ms, place) => `${place * 2},${20 - (ms / most) * 18}`).join(" ");
  return (
    <svg className="spark" width={SPARKS * 2} height={22} role="img">
      <title>Latency of the newest operations</title>
      <polyline points={points} />
    </svg>
  );
}

/** A bar in segments: ok, fail, info, open, and what is still to come. */
export function ScenarioProgress(props: {
  readonly counts: History["counts"];
  readonly total: number;
}) {
  const { ok, fail, info, invoke } = props.counts;
  const total = Math.max(1, props.total);
  const parts = [
    ["ok", ok],
    ["fail", fail],
    ["info", info],
    ["open", Math.max(0, invoke - ok - fail - info)],
  ] as const;
  return (
    <div>
      <div
        className="progress"
        role="progressbar"
        aria-label="Operations"
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={invoke}
      >
        {parts.map(([name, count]) => (
          <svg key={name} className={name} width={`${(100 * count) / total}%`} height="100%">
            <title>{`${count} ${name}`}</title>
            <rect width="100%" height="100%" />
          </svg>
        ))}
      </div>
      <ul className="legend">
        {parts.map(([name, count]) => (
          <li key={name} className={name}>
            {name} {count}
          </li>
        ))}
        <li className="muted">of {total}</li>
      </ul>
    </div>
  );
}

function NodeTable({ nodes }: { readonly nodes: readonly NodeState[] }) {
  if (nodes.length === 0) return null;
  return (
    <div className="wide">
      <h3>Nodes</h3>
      <table>
        <thead>
          <tr>
            {["Node", "State", "Bus", "TEC", "REC", "Boots", "Decided"].map((head) => (
              <th key={head}>{head}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <tr key={node.node_id}>
              <td>{node.node_id}</td>
              <td className={node.state === "running" ? "right" : "wrong"}>
                {node.is_byzantine ? `${node.state}, Byzantine` : node.state}
              </td>
              <td className={node.bus_state === "error-active" ? "" : "wrong"}>{node.bus_state}</td>
              <td>{node.tec}</td>
              <td>{node.rec}</td>
              <td>{node.boots}</td>
              <td>{node.decided}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Follows the newest. */
export function EventLog({ history }: { readonly history: History }) {
  const rows = history.log.slice(-ROWS).reverse();
  return (
    <div className="wide">
      <h3>Newest operations</h3>
      <table aria-label="Event log">
        <thead>
          <tr>
            {["Process", "Type", "Operation", "Time"].map((head) => (
              <th key={head}>{head}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <LogLine key={`${row.index} ${row.type}`} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function LogLine({ row }: { readonly row: LogRow }) {
  return (
    <tr>
      <td>{row.process}</td>
      <td className={row.type}>{row.type}</td>
      <td>{row.text}</td>
      <td>{timeText(row.timeMs)}</td>
    </tr>
  );
}
