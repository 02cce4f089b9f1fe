/** What every clock keeps, whatever time it is made of. */

import { describe, expect, it } from "vitest";
import { NS_PER_MS } from "../../rig/core/time/time.ts";
import type { Clock } from "../../rig/ports/clock.ts";

export function clockContract(adapter: string, open: () => Clock): void {
  const never = new AbortController().signal;

  describe(`the clock of ${adapter}`, () => {
    it("starts near zero and never goes back", async () => {
      const clock = open();
      const first = clock.nowNs();
      await clock.sleepUntil(first + NS_PER_MS, never);
      const second = clock.nowNs();
      expect(first).toBeGreaterThanOrEqual(0);
      expect(first).toBeLessThan(1_000 * NS_PER_MS);
      expect(clock.nowNs()).toBeGreaterThanOrEqual(second);
    });

    it("wakes no sleeper before its time", async () => {
      const clock = open();
      const timeNs = clock.nowNs() + 3 * NS_PER_MS;
      await clock.sleepUntil(timeNs, never);
      expect(clock.nowNs()).toBeGreaterThanOrEqual(timeNs);
    });

    it("lets nobody sleep for a time that is past", async () => {
      const clock = open();
      await clock.sleepUntil(clock.nowNs() + NS_PER_MS, never);
      const beforeNs = clock.nowNs();
      await clock.sleepUntil(0, never);
      await clock.sleepUntil(beforeNs, never);
      expect(clock.nowNs() - beforeNs).toBeLessThan(1_000 * NS_PER_MS);
    });

    it("wakes sleepers in the order of their times", async () => {
      const clock = open();
      const nowNs = clock.nowNs();
      const woken: number[] = [];
      const sleeps = [30, 10, 20].map(async (ms) => {
        await clock.sleepUntil(nowNs + ms * NS_PER_MS, never);
        woken.push(ms);
      });
      await Promise.all(sleeps);
      expect(woken).toEqual([10, 20, 30]);
    });

    it("wakes a sleeper whose signal is aborted, and rejects nothing", async () => {
      const clock = open();
      const abort = new AbortController();
      const sleeps = [
        clock.sleepUntil(Number.POSITIVE_INFINITY, abort.signal),
        clock.sleepUntil(clock.nowNs() + 3_600_000 * NS_PER_MS, abort.signal),
      ];
      abort.abort();
      expect(await Promise.all(sleeps)).toEqual([undefined, undefined]);
      expect(clock.nowNs()).toBeLessThan(60_000 * NS_PER_MS);
    });

    it("lets nobody sleep whose signal is aborted already", async () => {
      const clock = open();
      await clock.sleepUntil(Number.POSITIVE_INFINITY, AbortSignal.abort());
      expect(clock.nowNs()).toBeLessThan(60_000 * NS_PER_MS);
    });
  });
}
