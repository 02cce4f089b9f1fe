/**
 * The views of the page in a report: the history in pieces, deflated, and the program that shows
 * it, which is built beforehand and brings its own look. Without scripts, and on paper, nothing of
 * it is seen: the report says everything without it.
 */

import { type ClientOperation, isClientOperation } from "../core/history/operation.ts";
import { rowsOfOperations } from "../core/history/rows.ts";
import { mainOperations, type RunEvidence } from "../core/run/evidence.ts";
import { encodeBase64 } from "../core/trace/text/base64.ts";
import type { RunResult } from "../core/verdict/run-result.ts";
import { deflateRaw } from "./deflate.ts";
import { countText } from "./text.ts";

/** More would make the page too large to open; what anomalies name is there anyway. */
const OPERATIONS_MAX = 100_000;
const CHARACTERS_MAX = 3_000_000;
const PIECE_OPERATIONS = 10_000;

/**
 * Takes the program (base64 of its gzip) out of the page and starts it. Its SHA-256 stands in the
 * policy of the page, so that nothing else is ever run.
 */
export const VIEW_LOADER = [
  "(async()=>{",
  'const text=document.getElementById("view-program").textContent;',
  "const bytes=Uint8Array.from(atob(text),(each)=>each.charCodeAt(0));",
  'const whole=new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));',
  'const type={type:"text/javascript"};',
  "const program=new Blob([await new Response(whole).arrayBuffer()],type);",
  'const script=document.createElement("script");',
  "script.src=URL.createObjectURL(program);",
  "document.body.append(script);",
  "})()",
].join("");

export const VIEW_LOADER_SHA256 = "0R8JX0HM//bVqtogK7BBFwp21FUxKfnWmggETAo47HY=";

export const VIEW_POLICY = `script-src 'sha256-${VIEW_LOADER_SHA256}' blob:;`;

export const VIEW_STYLE = "@media print{#views{display:none}}";

/** `program` is the built program of the views. */
export function viewHtml(result: RunResult, evidence: RunEvidence, program: string): string {
  const { pieces, shown, all } = piecesOf(result, evidence);
  const { valid, not, anomalies } = result.check;
  const { busWindows, busStates } = evidence;
  const facts = {
    check: { valid, not, anomalies },
    faults: result.faults,
    busWindows,
    busStates,
  };
  const share = `${countText(shown)} of ${countText(all)}`;
  const notice =
    shown < all
      ? `<p class="muted">The first ${share} entries of the history are here, and those that an ` +
        "anomaly names; history.jsonl has them all.</p>"
      : "";
  return [
    `<section id="views"><h2>Look closer</h2>${notice}`,
    '<noscript><p class="muted">The moving views need scripts; all else is above.</p></noscript>',
    '<div id="view"></div></section>',
    `<script type="application/json" id="view-facts">${inScript(facts)}</script>`,
    ...pieces.map((text) => `<script type="text/plain" class="view-piece">${text}</script>`),
    `<script type="text/plain" id="view-program">${program}</script>`,
    `<script>${VIEW_LOADER}</script>`,
  ].join("\n");
}

function piecesOf(result: RunResult, evidence: RunEvidence) {
  const all = mainOperations(evidence).filter(isClientOperation);
  const pieces: string[] = [];
  let [shown, characters] = [0, 0];
  while (shown < Math.min(all.length, OPERATIONS_MAX) && characters < CHARACTERS_MAX) {
    const piece = pieceText(all.slice(shown, shown + PIECE_OPERATIONS));
    pieces.push(piece);
    shown = Math.min(all.length, shown + PIECE_OPERATIONS);
    characters += piece.length;
  }
  const named = indexesNamed(result);
  const rest = all.slice(shown).filter(({ index }) => named.has(index));
  if (rest.length > 0) pieces.push(pieceText(rest));
  return { pieces, shown, all: all.length };
}

function indexesNamed({ check }: RunResult): ReadonlySet<number> {
  return new Set(
    check.anomalies.flatMap(({ evidence }) => [
      ...(evidence?.operations ?? []),
      ...(evidence?.details ?? []).flatMap(({ index, invoked }) => [
        index,
        invoked?.index ?? index,
      ]),
    ]),
  );
}

function pieceText(operations: readonly ClientOperation[]): string {
  const rows = JSON.stringify(rowsOfOperations(operations));
  return encodeBase64(deflateRaw(new TextEncoder().encode(rows)));
}

/** JSON that can't end the element that it is in. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
