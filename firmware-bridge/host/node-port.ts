/** The console of a node as its bench file describes it, opened. */

import { setTimeout as sleep } from "node:timers/promises";
import type { BenchNode, LineStep, NodeConsole } from "../../rig/core/bench/bench.ts";
import { RigError } from "../../rig/core/verdict/rig-error.ts";
import { type Device, openLine } from "./open-device.ts";
import type { LineSession, SessionOptions } from "./session.ts";
import type { Signals } from "./transport.ts";

export type NodePort = Pick<Device, "port" | "session">;

/** Rejects with `bench.trouble` where the node has no console, or its port can't be opened. */
export function openNodePort(
  { name, console, limits }: Pick<BenchNode, "name" | "console" | "limits">,
  session: SessionOptions = {},
): Promise<NodePort> {
  if (console === undefined) {
    return Promise.reject(new RigError("bench.trouble", `${name}: the bench file has no console`));
  }
  const options = { signals: signalsOf(console), helloMs: limits.bootMs };
  return openLine(console.place, { ...options, session });
}

/** What DTR and RTS are right after the port was opened. */
export function signalsOf({ dtr, rts }: Pick<NodeConsole, "dtr" | "rts">): Signals {
  return { ...(dtr === undefined ? {} : { dtr }), ...(rts === undefined ? {} : { rts }) };
}

/** A reset by modem lines: each step sets what it names, then waits. */
export async function stepLines(
  session: LineSession,
  steps: readonly LineStep[],
  signal: AbortSignal,
): Promise<void> {
  for (const step of steps) {
    if (!(await session.setSignals(signalsOf(step)))) {
      const text = `${session.name}: the port has no DTR and RTS, by which its node is reset`;
      throw new RigError("bench.trouble", text);
    }
    await sleep(step.forMs, null, { signal });
  }
}
