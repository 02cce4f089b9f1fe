/**
 * Fetches the history of an agent while it runs: a dump of what there is, again from the first
 * byte that did not arrive, then the room for it is given free on the device.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { RigError } from "../../rig/core/verdict/rig-error.ts";
import { type RawRecord, splitRecords } from "../protocol/agent-history.ts";
import { crc16 } from "../protocol/crc16.ts";
import type { DeviceEvent, Done } from "../protocol/line.ts";
import type { LineSession } from "./session.ts";

export interface Drained {
  readonly records: readonly RawRecord[];
  /** Records that the device has left out since its start, for want of room. */
  readonly lost: number;
}

/** How long a dump may stand still, ms. */
const STILL_MS = 500;
const TRIES = 10;

interface Dump {
  bytes: number[];
  /** Place of the next byte. */
  at: number;
  /** What the device says of the whole, once it is over. */
  crc: string | null;
  /** Lines came since it was last looked at. */
  hasMoved: boolean;
}

/** Of one start of the device: after another `hello`, make a new one. */
export class HistoryDrain {
  readonly #session: LineSession;
  #dump: Dump | null = null;
  #place: number | null = null;

  /** Events of the session have to be handed to `event`. */
  constructor(session: LineSession) {
    this.#session = session;
  }

  event({ name, fields }: DeviceEvent): void {
    const dump = this.#dump;
    if (dump === null) return;
    dump.hasMoved = true;
    if (name === "hend") dump.crc = fields.get("crc") ?? "";
    if (name !== "h" || Number(fields.get("at")) !== dump.at) return;
    const bytes = Buffer.from(fields.get("d") ?? "", "hex");
    dump.bytes.push(...bytes);
    dump.at += bytes.length;
  }

  /** Rejects with `bench.trouble` where the device does not answer, or has restarted. */
  async drain(signal?: AbortSignal): Promise<Drained> {
    const info = await this.#ask(["hist", "info"], signal);
    const from = this.#place ?? numberOf(info, "first");
    const bytes: number[] = [];
    for (let tries = 0; tries < TRIES; tries++) {
      const dump: Dump = { bytes: [], at: from + bytes.length, crc: null, hasMoved: false };
      this.#dump = dump;
      const begun = await this.#ask(["hist", "dump", String(dump.at)], signal);
      const end = numberOf(begun, "to");
      await this.#wait(dump, end, signal);
      this.#dump = null;
      const isWhole = dump.at === end && dump.crc === sumOf(dump.bytes);
      if (isWhole || dump.at < end) bytes.push(...dump.bytes);
      if (isWhole) return await this.#take(Uint8Array.from(bytes), end, signal);
      // What is under way of this dump must not be taken for the next one.
      await this.#ask(["hist", "stop"], signal);
    }
    throw new RigError("bench.trouble", `${this.#session.name}: its history can't be fetched`);
  }

  async #take(bytes: Uint8Array, end: number, signal?: AbortSignal): Promise<Drained> {
    const { records, length } = splitRecords(bytes);
    if (length !== bytes.length) {
      const text = "its history ends inside a record";
      throw new RigError("bench.trouble", `${this.#session.name}: ${text}`);
    }
    this.#place = end;
    const info = await this.#ask(["hist", "clear", String(end)], signal);
    return { records, lost: numberOf(info, "lost") };
  }

  async #wait(dump: Dump, end: number, signal?: AbortSignal): Promise<void> {
    for (let still = 0; dump.crc === null && still < STILL_MS; still++) {
      await sleep(1, null, { signal });
      if (dump.hasMoved) still = 0;
      dump.hasMoved = false;
      if (this.#session.isClosed || dump.at > end) return;
    }
  }

  #ask(words: readonly string[], signal?: AbortSignal): Promise<Done> {
    return this.#session.request(words, signal === undefined ? {} : { signal });
  }
}

function sumOf(bytes: readonly number[]): string {
  return crc16(Uint8Array.from(bytes)).toString(16).toUpperCase().padStart(4, "0");
}

function numberOf({ fields }: Done, name: string): number {
  const text = fields.get(name) ?? "";
  if (/^\d+$/.test(text)) return Number(text);
  throw new RigError("bench.trouble", `an answer lacks a good field "${name}"`);
}
