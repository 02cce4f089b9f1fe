/**
 * The control line of a board that comes and goes: the port is opened whenever it is there, by a
 * new connection each time, and what the board says until it goes away is kept. Opening it does
 * not wait for a supply, so that no text of its start is missed.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { LineStep, SerialPlace } from "../../rig/core/bench/bench.ts";
import { RigError } from "../../rig/core/verdict/rig-error.ts";
import type { Hello } from "../protocol/hello.ts";
import type { DeviceEvent, Done } from "../protocol/line.ts";
import { HistoryDrain } from "./history-drain.ts";
import { stepLines } from "./node-port.ts";
import { type Device, type DeviceOptions, openDevice } from "./open-device.ts";
import type { LineSession } from "./session.ts";
import type { Signals } from "./transport.ts";

export interface BoardListener {
  /** A line of text that is none of the protocol. */
  console(text: string): void;
  /** The log has a gap here, or it ends: in words. */
  gap(what: string): void;
  /** Records of the board's history, of the start `life`, 1 and up. */
  records(life: number, bodies: readonly Uint8Array[]): void;
  /** The board was cut off from the line before it could tell all. */
  missed(): void;
  /** It answers again, perhaps after a start. */
  connected?(): void;
}

export interface BoardLineOptions {
  readonly place: SerialPlace;
  readonly signals: Signals;
  /** From its start to an answer to `hello`; and of one request. */
  readonly helloMs: number;
  readonly requestMs: number;
  readonly listener: BoardListener;
  /** Opens a port; a serial port where it is not said. */
  readonly open?: DeviceOptions["open"];
}

/** One connection, from an answer to `hello` to the loss of the port. */
interface Connection {
  readonly device: Device;
  readonly drain: HistoryDrain;
  readonly life: number;
  lost: number;
}

const AGAIN_MS = 25;
const DRAIN_EVERY_MS = 100;
/** Between two connections the port is closed for a moment. */
const OPENS_MS = 500;

export class BoardLine {
  readonly #options: BoardLineOptions;
  readonly #closing = new AbortController();
  readonly #work: Promise<void>;
  /** The last that was opened, whether its board answers or not. */
  #port: LineSession | null = null;
  #connection: Connection | null = null;
  #draining: Promise<void> = Promise.resolve();
  /** Ends the connection under way; nothing where there is none. */
  #drop: (why: string) => void = () => undefined;
  /** Records left out by boards of earlier starts. */
  #lostBefore = 0;
  /** Why there is no connection. */
  problem = "the port was not opened yet";

  constructor(options: BoardLineOptions) {
    this.#options = options;
    this.#work = this.#keepOpen();
  }

  /** What the board said of itself; null while it does not answer. */
  get hello(): Hello | null {
    return this.#connection?.device.hello ?? null;
  }

  /** Records that the board had no room for. */
  get lost(): number {
    return this.#lostBefore + (this.#connection?.lost ?? 0);
  }

  /** Rejects with `bench.node` where the board does not answer in time. */
  async up(limitMs: number, signal: AbortSignal): Promise<Hello> {
    for (let waitedMs = 0; ; waitedMs += AGAIN_MS) {
      if (this.hello !== null) return this.hello;
      if (waitedMs >= limitMs) break;
      await sleep(AGAIN_MS, null, { signal });
    }
    const text = `no answer within ${limitMs} ms; ${this.problem}`;
    throw new RigError("bench.node", text);
  }

  request(words: readonly string[], signal?: AbortSignal): Promise<Done> {
    const { session } = this.#known().device;
    return session.request(words, signal === undefined ? {} : { signal });
  }

  /** Gives up the connection; another is made as soon as the board answers. */
  reopen(why: string): void {
    this.#drop(why);
  }

  /**
   * Resets the board by the modem lines of this port, which may be mute. Rejects with `bench.node`
   * where the port is not there, `bench.trouble` where it has no such lines.
   */
  async resetByLines(steps: readonly LineStep[], signal: AbortSignal): Promise<void> {
    for (let waitedMs = 0; this.#port?.isClosed !== false; waitedMs += AGAIN_MS) {
      if (waitedMs >= OPENS_MS) {
        throw new RigError("bench.node", `its port is not open: ${this.problem}`);
      }
      await sleep(AGAIN_MS, null, { signal });
    }
    await stepLines(this.#port, steps, signal);
  }

  /** Fetches what the board has noted until now, where it answers. */
  drain(signal?: AbortSignal): Promise<void> {
    this.#draining = this.#draining.catch(() => undefined).then(() => this.#drainOnce(signal));
    return this.#draining;
  }

  /** Idempotent; the port is free then. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#drop("the rig closes it");
    await this.#work;
  }

  async #keepOpen(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#connect();
      } catch (error) {
        this.problem = (error as Error).message;
      }
      await sleep(AGAIN_MS, null, { signal }).catch(() => undefined);
    }
  }

  /** Resolves when the connection has ended. */
  async #connect(): Promise<void> {
    const { place, signals, helloMs, requestMs, listener, open } = this.#options;
    let connection: Connection | null = null;
    let markGone: (why: string) => void = () => undefined;
    const gone = new Promise<string>((resolve) => {
      markGone = resolve;
    });
    const device = await openDevice(place, {
      signals,
      helloMs,
      ...(open === undefined ? {} : { open }),
      opened: (session) => {
        this.#port = session;
      },
      session: {
        timeoutMs: requestMs,
        console: (text) => listener.console(text),
        event: (event: DeviceEvent) => connection?.drain.event(event),
        closed: (reason) => markGone(reason ?? "it was closed"),
      },
    });
    this.#drop = markGone;
    let why = "";
    try {
      if (this.#closing.signal.aborted) return;
      const life = Number((await device.session.request(["nvm", "info"])).fields.get("life"));
      connection = { device, drain: new HistoryDrain(device.session), life, lost: 0 };
      this.#connection = connection;
      listener.gap(`connected: boot ${device.hello.boot}, ${device.hello.firmware}`);
      listener.connected?.();
      void this.#drainOn(connection);
      why = await gone;
    } finally {
      this.#drop = () => undefined;
      this.#connection = null;
      this.#lostBefore += connection?.lost ?? 0;
      await device.session.close();
      if (connection !== null) {
        this.problem = `the connection ended: ${why}`;
        listener.gap(`gap: ${why}`);
        if (!this.#closing.signal.aborted) listener.missed();
      }
    }
  }

  async #drainOn(connection: Connection): Promise<void> {
    const { signal } = this.#closing;
    while (this.#connection === connection && !signal.aborted) {
      try {
        await this.drain(signal);
      } catch (error) {
        // It answers no more, or has restarted: a new connection finds out what it is.
        if (this.#connection === connection) this.#drop((error as Error).message);
        return;
      }
      await sleep(DRAIN_EVERY_MS, null, { signal }).catch(() => undefined);
    }
  }

  async #drainOnce(signal?: AbortSignal): Promise<void> {
    const connection = this.#connection;
    if (connection === null) return;
    const { records, lost } = await connection.drain.drain(signal);
    connection.lost = lost;
    if (records.length === 0) return;
    const bodies = records.map(({ body }) => body);
    this.#options.listener.records(connection.life, bodies);
  }

  #known(): Connection {
    if (this.#connection !== null) return this.#connection;
    throw new RigError("bench.node", `it does not answer: ${this.problem}`);
  }
}

/** Whether the board's agent names this among its capabilities. Rejects as `request` does. */
export async function isCapable(
  line: Pick<BoardLine, "request">,
  capability: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { words } = await line.request(["caps"], signal);
  return words.join(",").split(",").includes(capability);
}
