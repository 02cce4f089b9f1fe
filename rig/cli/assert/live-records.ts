/** Assertions on live interfaces: all of them are listened to, for some time or until Ctrl-C. */

import { setTimeout as sleep } from "node:timers/promises";
import { CanChannel } from "../../adapters/socketcan/can-channel.ts";
import { traceRecordOf } from "../../adapters/socketcan/trace-records.ts";
import type { Asserter } from "../../core/assert/asserter.ts";
import type { TraceTime } from "../../core/trace/index.ts";
import { Interrupts } from "../interrupts.ts";

export interface Listening {
  readonly buses: readonly string[];
  /** Without: until Ctrl-C. */
  readonly durationMs: number | undefined;
  /** Made once the interfaces are open, with the time of that. */
  readonly makeAsserter: (start: TraceTime) => Asserter;
}

const TICK_MS = 50;

export interface Heard {
  readonly asserter: Asserter;
  readonly end: TraceTime;
  /** Interfaces that lost frames or went down, in words. */
  readonly troubles: readonly string[];
}

/** Throws `capability.socketcan` and as the channel does. */
export async function listen({ buses, durationMs, makeAsserter }: Listening): Promise<Heard> {
  const interrupts = new Interrupts();
  const channels: CanChannel[] = [];
  const troubles: string[] = [];
  const asserter = makeAsserter(timeNow());
  const lost = new Map<CanChannel, number>();
  try {
    for (const name of buses) {
      channels.push(
        new CanChannel({
          name,
          onFrame: (received) => asserter.step(traceRecordOf(name, received)),
          onTrouble: (code) => {
            troubles.push(`${name}: ${code}`);
            asserter.hole();
          },
        }),
      );
    }
    const untilMs = performance.now() + (durationMs ?? Number.POSITIVE_INFINITY);
    while (!interrupts.signal.aborted && performance.now() < untilMs) {
      const restMs = Math.max(1, Math.min(TICK_MS, untilMs - performance.now()));
      await sleep(restMs, undefined, { signal: interrupts.signal }).catch(() => undefined);
      for (const channel of channels) {
        if (channel.lost === (lost.get(channel) ?? 0)) continue;
        lost.set(channel, channel.lost);
        asserter.hole();
      }
    }
    for (const [channel, count] of lost) {
      troubles.push(`${buses[channels.indexOf(channel)]}: ${count} frames were lost`);
    }
    return { asserter, end: timeNow(), troubles };
  } finally {
    for (const channel of channels) channel.close();
    interrupts.stop();
  }
}

/** On the clock of the stamps. */
function timeNow(): TraceTime {
  const ms = Date.now();
  return { seconds: Math.floor(ms / 1000), nanoseconds: (ms % 1000) * 1e6 };
}
