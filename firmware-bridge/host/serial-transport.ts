/**
 * Serial ports, by `serialport` and `@serialport/parser-readline`. One object is one connection: a
 * port that came back is opened anew, because a stream of serialport is of no use after its device
 * has gone (docs/reference/control-line.md).
 */

import { statSync } from "node:fs";
import type { ReadlineParser as Parser } from "@serialport/parser-readline";
import { RigError } from "../../rig/core/verdict/rig-error.ts";
import type { Signals, Transport, TransportListener } from "./transport.ts";

export interface SerialOptions {
  /** bit/s. */
  readonly baudRate: number;
  /** What DTR and RTS are right after the port was opened; left out, they are not touched. */
  readonly signals?: Signals;
}

/** What this needs of a port; emulators give a `SerialPortStream` over a binding of their own. */
export interface PortStream {
  readonly path: string;
  readonly isOpen: boolean;
  on(event: "close" | "error", listener: (error?: Error | null) => void): unknown;
  pipe(parser: Parser): unknown;
  unpipe(parser: Parser): unknown;
  write(text: string, encoding: "latin1", done: (error?: Error | null) => void): boolean;
  get(done: (error?: Error | null) => void): unknown;
  set(signals: Signals, done: (error?: Error | null) => void): unknown;
  close(done: (error?: Error | null) => void): unknown;
}

/** How often a port is asked whether its device is still there, ms. */
const WATCH_MS = 250;
/** Modem lines of a terminal that was hung up; one without such lines says something else. */
const HUNG_UP = /input\/output error|EIO|no such device|ENXIO/i;

/** Rejects with `bench.trouble` where the port is not there, or somebody else has it. */
export async function openSerial(path: string, options: SerialOptions): Promise<Transport> {
  const { stream } = await openSerialPort(path, options);
  const transport = await serialTransport(stream);
  if (options.signals !== undefined) await transport.setSignals(options.signals);
  return transport;
}

/** The bare port, for protocols that are no lines. `close` is idempotent. */
export async function openSerialPort(
  path: string,
  { baudRate }: SerialOptions,
): Promise<{ readonly stream: PortStream; readonly close: () => Promise<void> }> {
  const port = await openStream(path, baudRate).catch((error: Error) => {
    throw notOpened(path, error);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      if (port.isOpen) port.close(() => resolve());
      else resolve();
    });
  return { stream: port, close };
}

async function openStream(path: string, baudRate: number): Promise<PortStream> {
  if (isSocket(path)) {
    const { openSocketPort } = await import("./socket-port.ts");
    return openSocketPort(path, baudRate);
  }
  // Loaded here: whoever has no board needs no native module.
  const { SerialPort } = await import("serialport");
  // With hupcl the last one to close drops DTR, which resets many boards.
  const port = new SerialPort({ path, baudRate, hupcl: false, lock: true, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error ? reject(error) : resolve()));
  });
  return port;
}

/** Emulated devices have a local socket in the place of a port. */
function isSocket(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;
}

function notOpened(path: string, error: Error): RigError {
  const isTaken = /lock port/i.test(error.message);
  const text = isTaken ? "another program has it" : error.message.replace(/^Error:? ?/, "");
  return new RigError("bench.trouble", `${path}: can't be opened: ${text}`, { cause: error });
}

/** Of a port that is open. */
export async function serialTransport(port: PortStream): Promise<Transport> {
  const { ReadlineParser } = await import("@serialport/parser-readline");
  return new SerialTransport(port, new ReadlineParser({ delimiter: "\n", encoding: "latin1" }));
}

class SerialTransport implements Transport {
  readonly name: string;
  readonly #port: PortStream;
  readonly #parser: Parser;
  #listener: TransportListener | null = null;
  #isClosed = false;
  #reason: string | null = null;
  readonly #watch: NodeJS.Timeout;

  constructor(port: PortStream, parser: Parser) {
    this.name = port.path;
    this.#port = port;
    this.#parser = parser;
    // A port that nobody reads does not notice that its device has gone: it flows from the start.
    port.pipe(parser);
    parser.on("data", (line: string) => this.#listener?.line(line.replace(/\r$/, "")));
    port.on("close", (error?: Error | null) => this.#close(error?.message ?? null));
    port.on("error", (error) => this.#close(error?.message ?? "it failed"));
    // Hung up while it is being read: serialport reads nothing, again and again, and says nothing.
    this.#watch = setInterval(() => this.#look(), WATCH_MS);
    this.#watch.unref();
  }

  listen(listener: TransportListener): void {
    this.#listener = listener;
    if (this.#isClosed) listener.closed(this.#reason);
  }

  write(text: string): Promise<void> {
    // A stream of serialport keeps what is written while it is closed, and says nothing.
    if (this.#isClosed || !this.#port.isOpen) return Promise.reject(this.#gone());
    return new Promise((resolve, reject) => {
      this.#port.write(text, "latin1", (error) => {
        if (error === null || error === undefined) resolve();
        else reject(this.#gone());
      });
    });
  }

  setSignals(signals: Signals): Promise<boolean> {
    return new Promise((resolve) => {
      this.#port.set(signals, (error) => resolve(error === null || error === undefined));
    });
  }

  close(): Promise<void> {
    if (!this.#port.isOpen) {
      this.#close(null);
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#port.close(() => {
        this.#close(null);
        resolve();
      });
    });
  }

  #look(): void {
    if (this.#isClosed || !this.#port.isOpen) return;
    this.#port.get((error) => {
      if (!HUNG_UP.test(error?.message ?? "") || !this.#port.isOpen) return;
      this.#port.close(() => this.#close("it was hung up"));
    });
  }

  /** Comes up to three times for one unplugging: as an error, and as two ends. */
  #close(reason: string | null): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reason = reason;
    clearInterval(this.#watch);
    this.#port.unpipe(this.#parser);
    // Gives out what there was of a line, which is lost otherwise.
    this.#parser.end(() => this.#listener?.closed(reason));
  }

  #gone(): RigError {
    return new RigError("bench.trouble", `${this.name}: the port is closed`);
  }
}
