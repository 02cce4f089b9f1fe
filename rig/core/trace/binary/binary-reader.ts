/**
 * The reader of every binary format: gathers bytes and lets the format take them structure by
 * structure.
 */

import type { TraceInfo } from "../record.ts";
import {
  type ReaderFactory,
  type ReaderOptions,
  refuseOffset,
  TraceOutput,
  type TraceReader,
} from "../trace-reader.ts";
import { ByteQueue } from "./byte-queue.ts";

export interface StructureHandler {
  /** Takes the next structure; false when it needs more bytes than wait. */
  step(queue: ByteQueue): boolean;
  /** After the last whole structure; with what is left over still in the queue. */
  finish(queue: ByteQueue): void;
}

class BinaryReader implements TraceReader {
  private readonly output: TraceOutput;
  private readonly handler: StructureHandler;
  private readonly queue = new ByteQueue();

  constructor(output: TraceOutput, handler: StructureHandler) {
    this.output = output;
    this.handler = handler;
  }

  get info(): TraceInfo {
    return this.output.info;
  }

  feed(chunk: Uint8Array): void {
    this.queue.append(chunk);
    while (this.handler.step(this.queue)) {
      // Each step takes bytes out of the queue.
    }
  }

  finish(): void {
    this.handler.finish(this.queue);
  }
}

export function binaryReader(
  makeHandler: (output: TraceOutput, options: ReaderOptions) => StructureHandler,
): ReaderFactory {
  return (sink, options = {}) => {
    const output = new TraceOutput(sink);
    return new BinaryReader(output, makeHandler(output, options));
  };
}

/** Refuses what is left at the end of a file that was cut off. */
export function refuseRest(queue: ByteQueue, what: string): void {
  if (queue.length === 0) return;
  refuseOffset(queue.offset, `the file ends after ${queue.length} bytes of ${what}`);
}
