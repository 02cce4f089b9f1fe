/**
 * The reader of every text format: cuts chunks of bytes into lines and hands them to the format's
 * own function. Line ends are LF or CR LF. A last line without one is read, and
 * told: it may be cut. Lines have a limit, and a
 * zero byte says that the file is no text.
 */

import { assert } from "../../verdict/rig-error.ts";
import type { RecordSink, TraceInfo } from "../record.ts";
import { type ReaderFactory, refuseLine, TraceOutput, type TraceReader } from "../trace-reader.ts";

export interface LineHandler {
  /** `text` has no line end and no blanks at its end. */
  line(text: string, number: number): void;
  /** After the last line that can be read, for formats that must look ahead. */
  finish?(): void;
}

/** The longest lines known have the 2048 bytes of a CAN XL frame. */
const LINE_BYTES_MAX = 65_536;
const LF = 10;
const BYTE_ORDER_MARK = 0xfeff;

class LineReader implements TraceReader {
  readonly #output: TraceOutput;
  readonly #handler: LineHandler;
  // Not strict: a stray byte in a comment is no reason to lose the frames.
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #pending = new Uint8Array(256);
  #pendingLength = 0;
  #number = 0;
  #hasFailed = false;

  constructor(output: TraceOutput, handler: LineHandler) {
    this.#output = output;
    this.#handler = handler;
  }

  get info(): TraceInfo {
    return this.#output.info;
  }

  feed(chunk: Uint8Array): void {
    this.#guard(() => this.#cut(chunk));
  }

  finish(): void {
    this.#guard(() => {
      if (this.#pendingLength === 0) return;
      this.#takePending();
      this.#output.assumed.add("the last line has no end: taken as whole", this.#number);
    });
    this.#handler.finish?.();
  }

  /** Lets the format give what it holds back before an error goes out. */
  #guard(action: () => void): void {
    assert(!this.#hasFailed, "a trace reader that has failed takes no more bytes");
    try {
      action();
    } catch (error) {
      this.#hasFailed = true;
      this.#handler.finish?.();
      throw error;
    }
  }

  /** Whole lines are decoded together: that takes a tenth of the time of one by one. */
  #cut(chunk: Uint8Array): void {
    let from = 0;
    if (this.#pendingLength > 0) {
      const end = chunk.indexOf(LF);
      if (end >= 0) {
        this.#keep(chunk.subarray(0, end));
        this.#takePending();
        from = end + 1;
      }
    }
    const until = chunk.lastIndexOf(LF) + 1;
    if (until > from) {
      this.#takeLines(chunk.subarray(from, until));
      from = until;
    }
    this.#keep(chunk.subarray(from));
  }

  #takePending(): void {
    const bytes = this.#pending.subarray(0, this.#pendingLength);
    const text = this.#decoder.decode(bytes);
    this.#pendingLength = 0;
    this.#take(text, bytes.includes(0));
  }

  #takeLines(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes);
    const hasZero = bytes.includes(0);
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      this.#take(text.slice(from, end), hasZero);
      from = end + 1;
    }
  }

  #take(line: string, mayHaveZero: boolean): void {
    this.#number++;
    if (line.length > LINE_BYTES_MAX) this.#refuseLength();
    if (mayHaveZero && line.includes("\0")) {
      refuseLine(this.#number, "a zero byte where text is expected");
    }
    const text = line.charCodeAt(0) === BYTE_ORDER_MARK ? line.slice(1) : line;
    this.#handler.line(text.trimEnd(), this.#number);
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#pendingLength + bytes.length;
    if (length > LINE_BYTES_MAX + 1) {
      this.#number++;
      this.#refuseLength();
    }
    if (length > this.#pending.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#pending.length));
      larger.set(this.#pending.subarray(0, this.#pendingLength));
      this.#pending = larger;
    }
    this.#pending.set(bytes, this.#pendingLength);
    this.#pendingLength = length;
  }

  #refuseLength(): never {
    refuseLine(this.#number, `longer than ${LINE_BYTES_MAX} bytes, so this is no text of frames`);
  }
}

/** A reader out of a function that handles lines. */
export function lineReader(makeHandler: (output: TraceOutput) => LineHandler): ReaderFactory {
  return (sink: RecordSink) => {
    const output = new TraceOutput(sink);
    return new LineReader(output, makeHandler(output));
  };
}
