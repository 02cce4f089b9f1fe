/**
 * One listener of a stream: sends what its socket takes and no more. A listener that falls behind
 * what is kept in memory is cut off and told where to come back; one that asks for what is older
 * gets it from the file first.
 */

import type { WebSocket } from "ws";
import { CLOSE } from "../core/api/index.ts";
import type { Messages } from "./message-log.ts";

/** Bytes that may wait in a socket before nothing more is given to it. */
const HIGH_WATER = 256 * 1024;

export interface StreamClientOptions {
  readonly socket: WebSocket;
  readonly log: Messages;
  readonly from: number;
  /** The last message to one that is cut off; none where the stream has bare messages only. */
  readonly farewell: ((since: number) => string) | null;
}

export class StreamClient {
  readonly #socket: WebSocket;
  readonly #farewell: StreamClientOptions["farewell"];
  #log: Messages;
  #at: number;
  #isReadingOlder = false;
  #isFull = false;

  constructor({ socket, log, from, farewell }: StreamClientOptions) {
    this.#socket = socket;
    this.#log = log;
    this.#at = from;
    this.#farewell = farewell;
  }

  /** Sends what there is; called whenever there is more, and when the socket has room again. */
  pump(): void {
    if (this.#isReadingOlder || this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#isFull) {
      if (this.#at < this.#log.first) this.#cutOff();
      return;
    }
    while (!this.#isFull) {
      if (this.#at < this.#log.first) {
        this.#passGap();
        if (this.#isReadingOlder) return;
      }
      if (this.#at < this.#log.next) this.#send(this.#log.at(this.#at++));
      else if (this.#log.successor === null) return;
      else {
        this.#log = this.#log.successor;
        this.#at = 0;
      }
    }
  }

  #passGap(): void {
    const { first } = this.#log;
    const older = this.#log.older(this.#at);
    if (older !== null) {
      this.#isReadingOlder = true;
      void this.#sendOlder(older, first);
      return;
    }
    const gap = this.#log.gap(this.#at, first);
    if (gap !== null) this.#send(gap);
    this.#at = first;
  }

  /** At least `until`, and on from there as long as the log moves away. */
  async #sendOlder(lines: AsyncIterable<string>, until: number): Promise<void> {
    try {
      for await (const line of lines) {
        if (this.#at >= this.#log.first || this.#socket.readyState !== this.#socket.OPEN) break;
        this.#at++;
        await this.#sendAndWait(line);
      }
      if (this.#at < until) throw new Error("the record is shorter than what was told");
      this.#isReadingOlder = false;
      this.pump();
    } catch {
      // Reading it again and again would not mend it.
      this.#socket.close(1011, "the record is not readable");
    }
  }

  #sendAndWait(text: string): Promise<void> | undefined {
    if (this.#socket.bufferedAmount < HIGH_WATER) {
      this.#socket.send(text);
      return undefined;
    }
    return new Promise((resolve) => this.#socket.send(text, () => resolve()));
  }

  #send(text: string): void {
    if (this.#socket.bufferedAmount < HIGH_WATER) {
      this.#socket.send(text);
      return;
    }
    this.#isFull = true;
    this.#socket.send(text, () => {
      this.#isFull = false;
      this.pump();
    });
  }

  #cutOff(): void {
    const since = this.#at;
    if (this.#farewell !== null) this.#socket.send(this.#farewell(since));
    this.#socket.close(CLOSE.slow, `slow: since=${since}`);
  }
}
