/**
 * The interfaces that a replay sends to, opened together, and the loop that keeps their player
 * supplied. By our addon where it is built, else by the package, which knows less.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { CanFrame } from "../../core/can/frame.ts";
import { Lateness } from "../../core/replay/lateness.ts";
import type { Schedule } from "../../core/replay/schedule.ts";
import { hasAddon } from "./addon.ts";
import { droppedByQueues } from "./kernel-queue.ts";
import { PackageChannel } from "./package-channel.ts";
import { PackagePlayer } from "./package-player.ts";
import { type FramePlayer, Player } from "./player.ts";
import { RawChannel } from "./raw-channel.ts";

export interface Played {
  readonly sent: number;
  readonly lateness: Lateness;
  /** Times that an interface's queue had no room for a frame that was due. */
  readonly waits: number;
  /** Packets that the kernel's own queues lost meanwhile, of whatever interface. */
  readonly dropped: number;
  /** What ended it before its time. */
  readonly trouble: { readonly bus: string; readonly code: string } | null;
}

/** The first frame is due so long after the start, so that it is not late already. */
const HEAD_START_NS = 50_000_000n;
/** How often the player is supplied; it holds much more than what is due meanwhile. */
const SUPPLY_MS = 20;

export class ReplayBuses {
  readonly names: readonly string[];
  /** False: neither ESI nor raw length codes can be sent, nor does a failed send say why. */
  readonly canSendAll = hasAddon();
  readonly #raw: readonly RawChannel[];
  readonly #package: readonly PackageChannel[];
  #trouble: Played["trouble"] = null;

  /** Throws `capability.socketcan` with neither way, `bench.trouble` for a bad interface. */
  constructor(names: readonly string[]) {
    this.names = names;
    this.#raw = this.canSendAll ? names.map((name) => this.#openRaw(name)) : [];
    this.#package = this.canSendAll ? [] : names.map((name) => new PackageChannel({ name }));
  }

  /** Whether such a frame can be sent as it is. */
  canSend(frame: CanFrame, rawDlc: number | null): boolean {
    return this.canSendAll || (rawDlc === null && PackageChannel.canSend(frame));
  }

  /** Resolves when all is sent, the signal is aborted, or an interface fails. */
  async play(
    schedule: Schedule,
    signal: AbortSignal,
    onProgress: (sent: number) => void,
  ): Promise<Played> {
    const lateness = new Lateness();
    const player = this.#openPlayer();
    const droppedBefore = droppedByQueues();
    const anchorNs = process.hrtime.bigint() + HEAD_START_NS;
    let next = 0;
    let sent = 0;
    const count = (dueNs: bigint, sentNs: bigint) => {
      lateness.add(Number(sentNs - dueNs));
      sent++;
    };
    try {
      while (!signal.aborted && this.#trouble === null) {
        next = supply(player, schedule, { next, anchorNs });
        player.sent(count);
        onProgress(sent);
        this.#note(player);
        if (next === schedule.total && player.pending === 0) break;
        await sleep(SUPPLY_MS, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      player.close();
      player.sent(count);
    }
    const dropped = droppedByQueues() - droppedBefore;
    return { sent, lateness, waits: player.waits, dropped, trouble: this.#trouble };
  }

  close(): void {
    for (const channel of [...this.#raw, ...this.#package]) channel.close();
  }

  #openRaw(name: string): RawChannel {
    return new RawChannel({
      name,
      errorMask: 0,
      onTrouble: (code) => {
        this.#trouble ??= { bus: name, code };
      },
    });
  }

  #openPlayer(): FramePlayer {
    return this.canSendAll ? new Player(this.#raw) : new PackagePlayer(this.#package, this.names);
  }

  #note({ trouble }: FramePlayer): void {
    if (trouble === null) return;
    this.#trouble ??= { bus: this.names[trouble.channel] as string, code: trouble.code };
  }
}

/** Gives the player what it has room for; returns the place after that. */
function supply(
  player: FramePlayer,
  schedule: Schedule,
  { next, anchorNs }: { readonly next: number; readonly anchorNs: bigint },
): number {
  const { store } = schedule;
  const end = Math.min(schedule.total, next + player.room);
  for (let place = next; place < end; place++) {
    const index = schedule.index(place);
    player.give({
      dueNs: anchorNs + BigInt(schedule.dueNs(place)),
      channel: schedule.bus(place),
      frame: store.frame(index),
      rawDlc: store.rawDlc(index),
    });
  }
  player.flush();
  return end;
}
