/** The page: which rig, which history, and the tabs that look at it. */

import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { Anomalies } from "./anomalies.tsx";
import { indexesOf, type WebAnomaly } from "./anomaly.ts";
import { AnomalyGraph } from "./anomaly-graph.tsx";
import { Controls } from "./controls.tsx";
import { Live, NO_BUS } from "./live.ts";
import { EventLog, MonitoringDashboard } from "./monitor.tsx";
import type { History } from "./operations.ts";
import { Plots } from "./plots.tsx";
import { currentRun, follow, type RigAddress } from "./rig-link.ts";
import { type OpenedRun, Runs } from "./runs.tsx";
import { TimeCursor } from "./time-axis.tsx";
import { Timeline } from "./timeline.tsx";
import { HistoryUploader, type Opened } from "./uploader.tsx";

const TABS = ["Timeline", "Dependency graph", "Live monitor", "Runs"] as const;
type Tab = (typeof TABS)[number];

type Shown = Opened & Partial<Pick<OpenedRun, "faults" | "bus">>;

/** Follows a rig from the beginning of its current run on. */
function useLive(rig: RigAddress): Live {
  const live = useMemo(() => new Live(), []);
  useSyncExternalStore(live.subscribe, live.snapshot);
  useEffect(() => {
    let stop = () => {};
    let isGone = false;
    const begin = async () => {
      const now = await currentRun(rig).catch(() => null);
      if (isGone) return;
      live.run = now?.run ?? null;
      live.progress = now?.progress ?? null;
      stop = follow(
        rig,
        { index: 0, seq: 0 },
        {
          operation: (operation) => live.operation(operation),
          event: (envelope) => live.event(envelope),
          connected: (isConnected) => live.connected(isConnected),
        },
      );
    };
    void begin();
    return () => {
      isGone = true;
      stop();
    };
  }, [rig, live]);
  return live;
}

export function App() {
  const [rig, setRig] = useState<RigAddress>({ url: "", token: "", protocol: "roj" });
  const [tab, setTab] = useState<Tab>("Timeline");
  const [opened, setOpened] = useState<Shown | null>(null);
  const [place, setPlace] = useState(0);
  const [cursor] = useState(() => new TimeCursor());
  const live = useLive(rig);
  const isLive = live.run?.status === "running" || live.run?.status === "restoring";
  const history = opened?.history ?? live.history;
  const faults = opened === null ? live.faults : (opened.faults ?? []);
  const anomalies = opened?.verdict.anomalies ?? [];
  const anomaly = anomalies[place];
  const marked = useMemo(() => indexesOf(anomaly), [anomaly]);
  const open = (next: Shown) => {
    setOpened(next);
    setPlace(0);
    setTab("Timeline");
  };

  return (
    <>
      <Head rig={rig} onRig={setRig} />
      <Tabs tab={tab} onTab={setTab} />
      <main>
        {tab === "Live monitor" || tab === "Runs" ? null : (
          <>
            <HistoryUploader rig={rig} onOpened={open} />
            <Title opened={opened} onLive={() => setOpened(null)} live={live} />
            <Anomalies anomalies={anomalies} place={place} onPlace={setPlace} />
          </>
        )}
        {tab === "Timeline" ? (
          <>
            <Timeline
              history={history}
              faults={faults}
              bus={opened === null ? live.bus : (opened.bus ?? NO_BUS)}
              marked={marked}
              cursor={cursor}
            />
            <Plots history={history} faults={faults} cursor={cursor} />
          </>
        ) : null}
        {tab === "Dependency graph" ? (
          <Graph anomaly={anomaly} history={history} cursor={cursor} />
        ) : null}
        {tab === "Live monitor" ? (
          <>
            <Controls
              rig={rig}
              isLive={isLive}
              nodes={live.run?.nodes ?? 0}
              onStart={() => setOpened(null)}
            />
            {opened === null ? null : (
              <Title opened={opened} onLive={() => setOpened(null)} live={live} />
            )}
            <MonitoringDashboard live={live} opened={opened?.history ?? null} />
            <Plots history={history} faults={faults} cursor={cursor} />
            <EventLog history={history} />
          </>
        ) : null}
        {tab === "Runs" ? (
          <Runs rig={rig} ended={`${live.run?.id} ${live.run?.status}`} onOpened={open} />
        ) : null}
      </main>
    </>
  );
}

interface GraphProps {
  readonly anomaly: WebAnomaly | undefined;
  readonly history: History;
  readonly cursor: TimeCursor;
}

function Graph({ anomaly, ...rest }: GraphProps) {
  if (anomaly !== undefined) return <AnomalyGraph anomaly={anomaly} {...rest} />;
  return <p className="muted">No anomaly: open a history that has one.</p>;
}

function Tabs(props: { readonly tab: Tab; readonly onTab: (tab: Tab) => void }) {
  return (
    <div
      className="tabs"
      role="tablist"
      aria-label="Views"
      onKeyDown={({ key, currentTarget }) => {
        const by = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? TABS.length - 1 : 0;
        const next = (TABS.indexOf(props.tab) + by) % TABS.length;
        if (by === 0) return;
        props.onTab(TABS[next] ?? props.tab);
        currentTarget.querySelectorAll("button")[next]?.focus();
      }}
    >
      {TABS.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          aria-selected={props.tab === name}
          tabIndex={props.tab === name ? 0 : -1}
          onClick={() => props.onTab(name)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

function Head(props: { readonly rig: RigAddress; readonly onRig: (rig: RigAddress) => void }) {
  const [url, setUrl] = useState(props.rig.url);
  const [token, setToken] = useState(props.rig.token);
  return (
    <header>
      <h1>canfd-rig</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.onRig({ ...props.rig, url, token });
        }}
      >
        <label>
          Rig{" "}
          <input
            value={url}
            placeholder="this one"
            onChange={(event) => setUrl(event.target.value)}
          />
        </label>
        <label>
          Token{" "}
          <input
            type="password"
            autoComplete="off"
            size={8}
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        </label>
        <button type="submit">Connect</button>
      </form>
    </header>
  );
}

function Title(props: {
  readonly opened: Shown | null;
  readonly live: Live;
  readonly onLive: () => void;
}) {
  const { opened, live } = props;
  if (opened === null) {
    return (
      <h2>
        {live.run === null ? "No run yet" : live.run.id}{" "}
        <small className="muted">{live.isConnected ? "Live" : "Disconnected"}</small>
      </h2>
    );
  }
  const { valid, not } = opened.verdict;
  const tone = valid === true ? "right" : valid === false ? "wrong" : "muted";
  const words = { true: "valid", false: "invalid", unknown: "unknown" }[String(valid)];
  return (
    <h2>
      {opened.title} <strong className={tone}>{words}</strong>{" "}
      {not.length === 0 ? null : <small className="muted">not {not.join(", ")}</small>}
      <button type="button" onClick={props.onLive}>
        Back to the live run
      </button>
    </h2>
  );
}
