/**
 * The views of the web application inside `report.html`: the history comes out of the page, piece
 * by piece, and the look stays apart from that of the report around it.
 */

import { createRoot } from "react-dom/client";
import { type OperationRow, operationsOfRows } from "../core/history/rows.ts";
import { type BusStateChange, type BusWindows, busLoads } from "../core/run/bus-course.ts";
import type { RunResult } from "../core/verdict/run-result.ts";
import { type ResultCheck, verdictOfResult } from "./anomaly.ts";
import type { Bus } from "./live.ts";
import { addRecorded, type FaultSpan, History } from "./operations.ts";
import { ReportView } from "./report-view.tsx";
import style from "./style.css?inline";

/** What the page knows beside the history. */
interface Facts {
  readonly check: ResultCheck;
  readonly faults: RunResult["faults"];
  readonly busWindows: BusWindows | null;
  readonly busStates: readonly BusStateChange[];
}

const NS_PER_MS = 1e6;

async function unpacked(text: string): Promise<readonly OperationRow[]> {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return (await new Response(plain).json()) as readonly OperationRow[];
}

function shades(faults: Facts["faults"]): FaultSpan[] {
  return faults.flatMap(({ id, kind, target, startNs, endNs }) => {
    if (startNs === null) return [];
    const endMs = endNs === null ? null : endNs / NS_PER_MS;
    return [{ id, kind, target, startMs: startNs / NS_PER_MS, endMs }];
  });
}

function busOf({ busWindows, busStates: states }: Facts): Bus {
  if (busWindows === null) return { loads: [], states };
  const { windowNs, errorFrames } = busWindows;
  const loads = busLoads(busWindows).map((percent, at) => {
    const timeMs = ((at + 1) * windowNs) / NS_PER_MS;
    return { timeMs, percent, errorFrames: errorFrames[at] ?? 0 };
  });
  return { loads, states };
}

async function show(place: HTMLElement): Promise<void> {
  const text = document.getElementById("view-facts")?.textContent ?? "";
  const known = JSON.parse(text) as Facts;
  const root = place.attachShadow({ mode: "open" });
  const sheet = document.createElement("style");
  sheet.textContent = style;
  const inner = document.createElement("div");
  root.append(sheet, inner);
  const view = createRoot(inner);
  const history = new History();
  const verdict = verdictOfResult(known.check);
  const facts = { history, faults: shades(known.faults), bus: busOf(known), verdict };
  for (const piece of document.querySelectorAll(".view-piece")) {
    const rows = await unpacked(piece.textContent ?? "");
    for (const operation of operationsOfRows(rows)) addRecorded(history, operation);
    view.render(<ReportView {...facts} version={history.version} />);
  }
}

const place = document.getElementById("view");
if (place !== null) void show(place);
