/**
 * The dependency graph of an anomaly: its operations, the edges of its cycle in red, and the
 * order of processes and completions around it; nodes can be dragged.
 */

import * as d3 from "d3";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { WebAnomaly } from "./anomaly.ts";
import { EDGE_KINDS, type EdgeKind, type GraphEdge, type GraphNode, graphOf } from "./graph.ts";
import type { History } from "./operations.ts";
import type { TimeCursor } from "./time-axis.tsx";

interface AnomalyGraphProps {
  readonly anomaly: WebAnomaly;
  readonly history: History;
  /** Operations that were under way at this time stand out. */
  readonly cursor: TimeCursor;
}

const HEIGHT = 420;
const RADIUS = 19;
/** Pixels that a key moves a node. */
const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-15, 0],
  ArrowRight: [15, 0],
  ArrowUp: [0, -15],
  ArrowDown: [0, 15],
};

export function AnomalyGraph({ anomaly, history, cursor }: AnomalyGraphProps) {
  const place = useRef<SVGSVGElement>(null);
  const [hidden, setHidden] = useState<ReadonlySet<EdgeKind>>(new Set());
  const cursorMs = useSyncExternalStore(cursor.subscribe, cursor.snapshot);
  const graph = useMemo(() => graphOf(anomaly, history), [anomaly, history]);

  useEffect(() => {
    const svg = place.current;
    if (svg === null) return undefined;
    const edges = graph.edges.filter(({ kind }) => !hidden.has(kind));
    return drawGraph(svg, graph.nodes, edges);
  }, [graph, hidden]);

  useEffect(() => {
    if (place.current === null) return;
    d3.select(place.current)
      .selectAll<SVGGElement, GraphNode>("g.operation")
      .classed("now", ({ id }) => {
        const span = history.spanOf(id);
        if (cursorMs === null || span === undefined || span.startMs > cursorMs) return false;
        return span.type === "open" || span.endMs >= cursorMs;
      });
  });

  const toggle = (kind: EdgeKind) =>
    setHidden(
      (old) => new Set(old.has(kind) ? [...old].filter((it) => it !== kind) : [...old, kind]),
    );

  return (
    <section aria-label="Dependency graph">
      <fieldset className="bar">
        <legend className="muted">Edges</legend>
        {EDGE_KINDS.map((kind) => (
          <label key={kind}>
            <input type="checkbox" checked={!hidden.has(kind)} onChange={() => toggle(kind)} />{" "}
            {kind}
          </label>
        ))}
      </fieldset>
      <svg ref={place} className="graph" height={HEIGHT} role="img">
        <title>{`Operations of ${anomaly.type}`}</title>
      </svg>
    </section>
  );
}

/** Returns what stops the forces. */
function drawGraph(
  svg: SVGSVGElement,
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
): () => void {
  const width = svg.clientWidth || 600;
  const bodies = nodes.map((node) => ({ ...node }) as Body);
  const byId = new Map(bodies.map((body) => [body.id, body]));
  const links = edges.flatMap((edge) => {
    const [source, target] = [byId.get(edge.from), byId.get(edge.to)];
    return source === undefined || target === undefined ? [] : [{ ...edge, source, target }];
  });
  const root = d3.select(svg);
  root.selectAll("g, defs").remove();
  arrowHeads(root);
  const lines = root
    .append("g")
    .selectAll("path")
    .data(links)
    .join("path")
    .attr("class", ({ inCycle, kind }) => `edge ${kind} ${inCycle ? "cycle" : ""}`)
    .attr("marker-end", ({ inCycle }) => `url(#${inCycle ? "red" : "grey"})`);
  const names = root
    .append("g")
    .selectAll("text")
    .data(links)
    .join("text")
    .attr("class", ({ inCycle }) => (inCycle ? "name cycle" : "name"))
    .attr("text-anchor", "middle")
    .text(({ label }) => label);
  const circles = drawNodes(root, bodies);
  const forces = d3
    .forceSimulation(bodies)
    .force("link", d3.forceLink(links).distance(Math.min(200, Math.max(120, width / 5))))
    .force("charge", d3.forceManyBody().strength(-700))
    .force("center", d3.forceCenter(width / 2, HEIGHT / 2))
    .on("tick", () => {
      for (const body of bodies) {
        body.x = Math.min(width - RADIUS - 2, Math.max(RADIUS + 2, body.x ?? 0));
        body.y = Math.min(HEIGHT - RADIUS - 2, Math.max(RADIUS + 2, body.y ?? 0));
      }
      circles.attr("transform", ({ x = 0, y = 0 }) => `translate(${x},${y})`);
      lines.attr("d", ({ source, target, bend }) => curve(source, target, bend));
      names
        .attr("x", ({ source, target, bend }) => besides(source, target, bend * 1.6, 0.4)[0])
        .attr("y", ({ source, target, bend }) => besides(source, target, bend * 1.6, 0.4)[1] + 4);
    });
  circles.call(dragging(forces));
  circles.on("keydown", (event: KeyboardEvent, body) => {
    const [x, y] = STEPS[event.key] ?? [0, 0];
    if (x === 0 && y === 0) return;
    event.preventDefault();
    body.fx = (body.fx ?? body.x ?? 0) + x;
    body.fy = (body.fy ?? body.y ?? 0) + y;
    forces.alpha(0.3).restart();
  });
  return () => {
    forces.stop();
  };
}

type Body = GraphNode & d3.SimulationNodeDatum;

type Root = d3.Selection<SVGSVGElement, unknown, null, undefined>;

function drawNodes(root: Root, bodies: readonly Body[]) {
  const circles = root
    .append("g")
    .selectAll<SVGGElement, Body>("g")
    .data(bodies)
    .join("g")
    .attr("class", ({ type }) => `operation ${type}`)
    .attr("tabindex", 0)
    .attr("role", "img")
    .attr("aria-label", ({ tip }) => `${tip}; arrow keys move it`);
  circles.append("circle").attr("r", RADIUS);
  circles
    .append("text")
    .attr("text-anchor", "middle")
    .attr("dy", 4)
    .text(({ name }) => name);
  circles.append("title").text(({ tip }) => tip);
  return circles;
}

/** A node that was dragged stays where it was put. */
function dragging(forces: d3.Simulation<Body, undefined>) {
  return d3
    .drag<SVGGElement, Body>()
    .on("start", (_, body) => {
      forces.alphaTarget(0.3).restart();
      body.fx = body.x ?? 0;
      body.fy = body.y ?? 0;
    })
    .on("drag", (event, body) => {
      body.fx = event.x;
      body.fy = event.y;
    })
    .on("end", () => forces.alphaTarget(0));
}

function arrowHeads(root: Root): void {
  const heads = root.append("defs").selectAll("marker").data(["red", "grey"]).join("marker");
  heads
    .attr("id", (name) => name)
    .attr("viewBox", "0 -5 10 10")
    .attr("refX", 10)
    .attr("markerWidth", 7)
    .attr("markerHeight", 7)
    .attr("orient", "auto")
    .append("path")
    .attr("class", (name) => `head ${name}`)
    .attr("d", "M0,-5L10,0L0,5");
}

interface Point {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
}

/** From rim to rim, bent to one side, so that there and back are two lines. */
function curve(from: Point, to: Point, bend: number): string {
  const [{ x: ax = 0, y: ay = 0 }, { x: bx = 0, y: by = 0 }] = [from, to];
  const length = Math.hypot(bx - ax, by - ay) || 1;
  const [ux, uy] = [((bx - ax) / length) * RADIUS, ((by - ay) / length) * RADIUS];
  return `M${ax + ux},${ay + uy}Q${besides(from, to, bend * 2).join()} ${bx - ux},${by - uy}`;
}

/** On the way, half of it or another part, and so many pixels to the side. */
function besides(from: Point, to: Point, pixels: number, part = 0.5): readonly [number, number] {
  const [{ x: ax = 0, y: ay = 0 }, { x: bx = 0, y: by = 0 }] = [from, to];
  const length = Math.hypot(bx - ax, by - ay) || 1;
  const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
  return [ax + (bx - ax) * part - uy * pixels, ay + (by - ay) * part + ux * pixels];
}
