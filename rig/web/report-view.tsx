/** Timeline, plots and dependency graph of one run, with one cursor for all. */

import { useMemo, useState } from "react";
import { Anomalies } from "./anomalies.tsx";
import { indexesOf, type Verdict } from "./anomaly.ts";
import { AnomalyGraph } from "./anomaly-graph.tsx";
import type { Bus } from "./live.ts";
import type { FaultSpan, History } from "./operations.ts";
import { Plots } from "./plots.tsx";
import { TimeCursor } from "./time-axis.tsx";
import { Timeline } from "./timeline.tsx";

interface ReportViewProps {
  readonly history: History;
  readonly faults: readonly FaultSpan[];
  readonly bus: Bus;
  readonly verdict: Verdict;
  /** Changes as the history grows. */
  readonly version: number;
}

export function ReportView({ history, faults, bus, verdict }: ReportViewProps) {
  const [place, setPlace] = useState(0);
  const [cursor] = useState(() => new TimeCursor());
  const anomaly = verdict.anomalies[place];
  const marked = useMemo(() => indexesOf(anomaly), [anomaly]);
  return (
    <>
      <Timeline history={history} faults={faults} bus={bus} marked={marked} cursor={cursor} />
      <Plots history={history} faults={faults} cursor={cursor} />
      <Anomalies anomalies={verdict.anomalies} place={place} onPlace={setPlace} />
      {anomaly === undefined ? null : (
        <AnomalyGraph anomaly={anomaly} history={history} cursor={cursor} />
      )}
    </>
  );
}
