/** One listener of a stream, with a socket in the hands of the test. */

import { describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import { MessageLog } from "../../rig/server/message-log.ts";
import { StreamClient } from "../../rig/server/stream-client.ts";

/** Takes nothing off its buffer until it is told to. */
class Socket {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly got: string[] = [];
  closed: readonly [number, string] | null = null;
  #sent: (() => void)[] = [];

  send(text: string, sent?: () => void): void {
    this.got.push(text);
    this.bufferedAmount += text.length;
    if (sent !== undefined) this.#sent.push(sent);
  }

  drain(): void {
    this.bufferedAmount = 0;
    const sent = this.#sent;
    this.#sent = [];
    for (const each of sent) each();
  }

  close(code: number, reason: string): void {
    this.closed = [code, reason];
    this.readyState = 2;
  }
}

const BIG = "x".repeat(300_000);

function listener(log: MessageLog, from = 0) {
  const socket = new Socket();
  const farewell = (since: number) => `since ${since}`;
  const options = { socket: socket as unknown as WebSocket, log, from, farewell };
  return { socket, client: new StreamClient(options) };
}

/** A log that keeps three; older ones are in a file that `older` reads. */
function logOf(older?: (from: number) => AsyncIterable<string>): MessageLog {
  const options = { capacity: 3, onAppend: () => undefined };
  if (older !== undefined) return new MessageLog({ ...options, older });
  return new MessageLog({ ...options, gap: (from, to) => `gap ${from} ${to}` });
}

async function* lines(from: number, until: number) {
  for (let number = from; number < until; number++) yield `line ${number}`;
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}

describe("a listener", () => {
  it("that can't take more is given no more, and goes on when there is room", () => {
    const log = logOf();
    const { socket, client } = listener(log);
    for (const text of [BIG, "b", "c"]) log.append(text);
    client.pump();
    expect(socket.got).toEqual([BIG, "b"]);
    socket.drain();
    expect(socket.got).toEqual([BIG, "b", "c"]);
  });

  it("that falls behind what is kept is told where to come back, and is cut off", () => {
    const log = logOf();
    const { socket, client } = listener(log);
    for (const text of [BIG, "b", "c"]) log.append(text);
    client.pump();
    for (const text of ["d", "e", "f"]) log.append(text);
    client.pump();
    expect(socket.got).toEqual([BIG, "b", "since 2"]);
    expect(socket.closed).toEqual([4008, "slow: since=2"]);
    socket.drain();
    expect(socket.got).toHaveLength(3);
  });

  it("that asks for older ones gets them from the file, then what came in the meantime", async () => {
    let reads = 0;
    const log = logOf((from) => {
      reads++;
      return lines(from, log.next);
    });
    for (let number = 0; number < 6; number++) log.append(`line ${number}`);
    const { socket, client } = listener(log, 1);
    client.pump();
    for (let number = 6; number < 11; number++) log.append(`line ${number}`);
    client.pump();
    await turns();
    expect(socket.got).toEqual(Array.from({ length: 10 }, (_, at) => `line ${at + 1}`));
    expect(reads).toBe(2);
  });

  it("is told of a gap where older ones are gone", () => {
    const log = logOf();
    for (let number = 0; number < 6; number++) log.append(`${number}`);
    const { socket, client } = listener(log, 1);
    client.pump();
    expect(socket.got).toEqual(["gap 1 3", "3", "4", "5"]);
  });

  it("is hung up on where the file ends too early, instead of reading it for ever", async () => {
    let reads = 0;
    const log = logOf((from) => {
      reads++;
      return lines(from, 2);
    });
    for (let number = 0; number < 9; number++) log.append(`line ${number}`);
    const { socket, client } = listener(log);
    client.pump();
    await turns();
    expect(socket.got).toEqual(["line 0", "line 1"]);
    expect(socket.closed).toEqual([1011, "the record is not readable"]);
    expect(reads).toBe(1);
  });
});
