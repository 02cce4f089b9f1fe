/**
 * The host's end of a control line: one request at a time, each with a deadline, repeated under
 * the same number so that it can't act twice; answers, events and console text told apart.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { RigError } from "../../rig/core/verdict/rig-error.ts";
import { type Hello, PROTOCOL, readHello } from "../protocol/hello.ts";
import {
  type Answer,
  type DeviceEvent,
  type Done,
  decodeAnswer,
  encodeRequest,
  type Refused,
  SEQUENCE_MAX,
} from "../protocol/line.ts";
import type { Signals, Transport } from "./transport.ts";

export interface SessionListener {
  /** Text that is no line of the protocol. */
  console?(text: string): void;
  event?(event: DeviceEvent): void;
  /** An answer that nobody waits for, as one that came too late. */
  stray?(answer: Answer): void;
  closed?(reason: string | null): void;
}

export interface SessionOptions extends SessionListener {
  /** How long one try waits, ms. 250 where it is not said. */
  readonly timeoutMs?: number;
  /** Tries of one request. */
  readonly tries?: number;
}

/** The device said no; what it does is as before. */
export class DeviceRefused extends RigError {
  readonly refusal: Refused;

  constructor(message: string, refusal: Refused) {
    super("bench.trouble", message);
    this.refusal = refusal;
  }
}

const TIMEOUT_MS = 250;
const TRIES = 3;
const HELLO_EVERY_MS = 100;

interface Waiting {
  readonly sequence: number;
  readonly answered: (answer: Done | Refused | null) => void;
}

export class LineSession {
  readonly #transport: Transport;
  readonly #options: SessionOptions;
  #sequence = 0;
  #waiting: Waiting | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #hello: Hello | null = null;
  #isClosed = false;
  /** Lines asked for again: the device found them damaged, or did not answer in time. */
  repeats = 0;

  constructor(transport: Transport, options: SessionOptions = {}) {
    this.#transport = transport;
    this.#options = options;
    transport.listen({
      line: (text) => this.#line(text),
      closed: (reason) => {
        this.#isClosed = true;
        this.#waiting?.answered(null);
        options.closed?.(reason);
      },
    });
  }

  get name(): string {
    return this.#transport.name;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Asks until the device answers, `limitMs` at most: it may just be starting. Rejects where it
   * does not, and where it speaks another major version.
   */
  async hello(limitMs: number, signal?: AbortSignal): Promise<Hello> {
    const tries = Math.max(1, Math.ceil(limitMs / HELLO_EVERY_MS));
    const done = await this.#next(["hello"], { timeoutMs: HELLO_EVERY_MS, tries, signal });
    const hello = readHello(done);
    if (typeof hello === "string") {
      throw this.#trouble(`its answer to hello lacks a good field "${hello}"`);
    }
    const { major, minor } = hello;
    if (major !== PROTOCOL.major) {
      const ours = `${PROTOCOL.major}.${PROTOCOL.minor}`;
      throw this.#trouble(`it speaks version ${major}.${minor} of the control line, not ${ours}`);
    }
    this.#hello = hello;
    return hello;
  }

  /** Rejects with `DeviceRefused`, or `bench.trouble` where no answer came or it has restarted. */
  async request(
    words: readonly string[],
    { timeoutMs, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Done> {
    const { timeoutMs: usual = TIMEOUT_MS, tries = TRIES } = this.#options;
    const done = await this.#next(words, { timeoutMs: timeoutMs ?? usual, tries, signal });
    const boot = done.fields.get("boot");
    const known = this.#hello?.boot;
    if (boot !== undefined && known !== undefined && Number(boot) !== known) {
      throw this.#trouble(`it has restarted (boot ${known} before, ${boot} now)`);
    }
    return done;
  }

  /** False where the port has no modem lines. */
  setSignals(signals: Signals): Promise<boolean> {
    return this.#transport.setSignals(signals);
  }

  /** Idempotent. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  #next(words: readonly string[], limits: Limits): Promise<Done> {
    const turn = this.#queue.then(() => this.#ask(words, limits));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #ask(words: readonly string[], { timeoutMs, tries, signal }: Limits): Promise<Done> {
    this.#sequence = (this.#sequence % SEQUENCE_MAX) + 1;
    const line = encodeRequest(this.#sequence, words);
    const what = words.join(" ");
    for (let count = 0; count < tries; count++) {
      signal?.throwIfAborted();
      if (this.#isClosed) break;
      if (count > 0) this.repeats += 1;
      const answer = await this.#try(line, timeoutMs, signal);
      if (answer?.mark === "=") return answer;
      // Number 0: what arrived was damaged. Then the request is sent once more.
      if (answer !== null && answer.sequence !== 0) {
        const said = [answer.code, answer.text].join(" ").trim();
        throw new DeviceRefused(`${this.name}: "${what}" was refused: ${said}`, answer);
      }
    }
    if (this.#isClosed) throw this.#trouble(`it went away during "${what}"`);
    throw this.#trouble(`no answer to "${what}" in ${tries} tries of ${timeoutMs} ms`);
  }

  async #try(line: string, timeoutMs: number, signal: AbortSignal | undefined) {
    const timer = new AbortController();
    // Not AbortSignal.any: a signal that lasts for days would keep a trace of each request.
    const stop = () => timer.abort();
    signal?.addEventListener("abort", stop);
    const answered = new Promise<Done | Refused | null>((resolve) => {
      this.#waiting = { sequence: this.#sequence, answered: resolve };
    });
    try {
      await this.#transport.write(line);
      const late = sleep(timeoutMs, null, { signal: timer.signal }).catch(() => null);
      return await Promise.race([answered, late]);
    } finally {
      this.#waiting = null;
      signal?.removeEventListener("abort", stop);
      stop();
    }
  }

  #line(text: string): void {
    const answer = decodeAnswer(text);
    if (answer === null) this.#options.console?.(text);
    else if (answer.mark === "#") this.#options.event?.(answer);
    else if (answer.sequence === this.#waiting?.sequence || isDamage(answer)) this.#take(answer);
    else this.#options.stray?.(answer);
  }

  #take(answer: Done | Refused): void {
    if (this.#waiting === null) this.#options.stray?.(answer);
    else this.#waiting.answered(answer);
  }

  #trouble(text: string): RigError {
    return new RigError("bench.trouble", `${this.name}: ${text}`);
  }
}

interface Limits {
  readonly timeoutMs: number;
  readonly tries: number;
  readonly signal?: AbortSignal | undefined;
}

function isDamage(answer: Done | Refused): boolean {
  return answer.mark === "!" && answer.sequence === 0;
}
