/**
 * Outputs of our own power-switch board besides switching: what the board has in its memory for
 * each, pulses, and the voltages at its inputs.
 */

import type { Level, SafeState } from "../../rig/core/bench/bench.ts";
import { RigError } from "../../rig/core/verdict/rig-error.ts";
import type { LineSession } from "../host/session.ts";
import type { Done } from "../protocol/line.ts";

/** What a bench file says of an output; what it leaves out stays as the board has it. */
export interface OutputSetting {
  readonly output: number;
  readonly onLevel?: Level | undefined;
  readonly safe: SafeState;
  /** Least time off, ms. */
  readonly offMs: number;
}

const OFF_LEAST_MAX_MS = 60_000;

/**
 * Brings the board's memory to what the bench file says: it holds also without the rig. Writes only
 * what differs. The level at the pin stays, whatever it means then.
 */
export async function configureOutput(session: LineSession, wanted: OutputSetting): Promise<void> {
  const { output, onLevel, safe, offMs } = wanted;
  const channel = String(output);
  const { fields } = await session.request(["cfg", channel]);
  const now = [fields.get("pol"), fields.get("safe"), fields.get("min")].map((it) => it ?? "");
  const [pol = "", safeNow = ""] = now;
  const least = Math.min(OFF_LEAST_MAX_MS, Math.ceil(offMs));
  const words = [onLevel ?? pol, safe === "keep" ? safeNow : safe, String(least)];
  if (words.join() !== now.join()) await session.request(["cfg", channel, ...words]);
}

/** The other state for so long; resolves when the output is back, as the board reads it. */
export async function pulseOutput(
  session: LineSession,
  { output, pulseMs }: { readonly output: number; readonly pulseMs: number },
  wait: (ms: number) => Promise<void>,
): Promise<void> {
  const channel = String(output);
  const before = stateOf(await session.request(["get", channel]));
  const during = stateOf(await session.request(["pulse", channel, String(Math.ceil(pulseMs))]));
  if (during === before)
    throw trouble(session, `output ${output} still reads ${during} in a pulse`);
  await wait(pulseMs);
  for (let tries = 0; tries < PULSE_TRIES; tries++) {
    if (stateOf(await session.request(["get", channel])) === before) return;
    await wait(PULSE_POLL_MS);
  }
  throw trouble(session, `output ${output} is not back ${before} after a pulse of ${pulseMs} ms`);
}

const PULSE_TRIES = 40;
const PULSE_POLL_MS = 25;

/** mV at an analog input; of a rail behind a divider it is that of the divider. */
export async function senseInput(
  session: LineSession,
  input: number,
  signal: AbortSignal,
): Promise<number> {
  const { fields } = await session.request(["sense", String(input)], { signal });
  const mv = Number(fields.get("mv") ?? Number.NaN);
  if (Number.isInteger(mv)) return mv;
  throw trouble(session, `its answer about input ${input} has no voltage`);
}

function stateOf({ fields }: Done): string {
  return fields.get("st") ?? "unknown";
}

function trouble(session: LineSession, text: string): RigError {
  return new RigError("bench.trouble", `${session.name}: ${text}`);
}
