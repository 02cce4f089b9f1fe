/**
 * The reader of every binary format: gathers bytes and lets the format take them structure by
 * structure.
 */

import { assert } from "../../verdict/rig-error.ts";
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
  /** Gives what is held back, for formats that must look ahead. */
  settle?(): void;
}

class BinaryReader implements TraceReader {
  private readonly output: TraceOutput;
  private readonly handler: StructureHandler;
  private readonly queue = new ByteQueue();
  private hasFailed = false;

  constructor(output: TraceOutput, handler: StructureHandler) {
    this.output = output;
    this.handler = handler;
  }

  get info(): TraceInfo {
    return this.output.info;
  }

  feed(chunk: Uint8Array): void {
    this.queue.append(chunk);
    this.guard(() => {
      while (this.handler.step(this.queue)) {
        // Each step takes bytes out of the queue.
      }
    });
  }

  finish(): void {
    this.guard(() => {
      this.handler.settle?.();
      this.handler.finish(this.queue);
    });
  }

  /** Lets the format give what it holds back before an error goes out. */
  private guard(action: () => void): void {
    assert(!this.hasFailed, "a trace reader that has failed takes no more bytes");
    try {
      action();
    } catch (error) {
      this.hasFailed = true;
      this.handler.settle?.();
      throw error;
    }
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
