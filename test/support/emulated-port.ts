/**
 * A serial port whose other end is an emulated board: a binding of `serialport`, so that its stream
 * and its parsers are the real ones. Unplugging looks as it does with a USB adapter.
 */

import { SerialPortStream } from "@serialport/stream";
import type { AvrBoard } from "../../firmware-bridge/emulator/avr-board.ts";

type Binding = ConstructorParameters<typeof SerialPortStream>[0]["binding"];
type BindingPort = Awaited<ReturnType<Binding["open"]>>;

interface Read {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly length: number;
  readonly resolve: (result: { buffer: Buffer; bytesRead: number }) => void;
  readonly reject: (error: Error) => void;
}

export class EmulatedCable {
  readonly #board: AvrBoard;
  readonly #received: number[] = [];
  #read: Read | null = null;
  #isPlugged = true;
  /** Applied to each byte on its way to the board, and from it. */
  damage: (byte: number) => number = (byte) => byte;
  /** Which connection has the port: an old one must not close a new one. */
  #holder: symbol | null = null;

  constructor(board: AvrBoard) {
    this.#board = board;
    board.onByte = (byte) => {
      if (!this.isOpen) return;
      this.#received.push(this.damage(byte));
      this.#serve();
    };
  }

  get isOpen(): boolean {
    return this.#holder !== null;
  }

  plug(): void {
    this.#isPlugged = true;
  }

  unplug(): void {
    this.#isPlugged = false;
    this.#received.length = 0;
    this.#read?.reject(new Error("Reading from COM port: device disconnected"));
    this.#read = null;
    this.#holder = null;
  }

  /** Opens the port. */
  async open(path = "/dev/emulated"): Promise<SerialPortStream> {
    const binding: Binding = { list: async () => [], open: async () => this.#port(path) };
    const options = { binding, path, baudRate: 115_200, autoOpen: false, hupcl: false };
    const port = new SerialPortStream(options);
    await new Promise<void>((resolve, reject) => {
      port.open((error) => (error ? reject(error) : resolve()));
    });
    return port;
  }

  #serve(): void {
    const read = this.#read;
    if (read === null || this.#received.length === 0) return;
    this.#read = null;
    const bytes = this.#received.splice(0, read.length);
    read.buffer.set(bytes, read.offset);
    read.resolve({ buffer: read.buffer, bytesRead: bytes.length });
  }

  #port(path: string): BindingPort {
    if (!this.#isPlugged) throw new Error("No such file or directory, cannot open");
    if (this.isOpen) throw new Error("Error Resource temporarily unavailable Cannot lock port");
    const holder = Symbol(path);
    this.#holder = holder;
    const cable = this;
    const nothing = async () => undefined;
    return {
      openOptions: {} as BindingPort["openOptions"],
      get isOpen() {
        return cable.#holder === holder;
      },
      async close() {
        if (cable.#holder !== holder) return;
        cable.#holder = null;
        cable.#read?.reject(Object.assign(new Error("canceled"), { canceled: true }));
        cable.#read = null;
      },
      read: (buffer, offset, length) =>
        new Promise((resolve, reject) => {
          if (cable.#holder !== holder) return reject(new Error(`${path}: not open`));
          cable.#read = { buffer, offset, length, resolve, reject };
          cable.#serve();
        }),
      async write(buffer) {
        if (cable.#holder !== holder || !cable.#isPlugged)
          throw new Error("Writing to COM port: device disconnected");
        cable.#board.write(buffer.map((byte) => cable.damage(byte)));
      },
      update: nothing,
      set: nothing,
      async get() {
        return { cts: false, dsr: false, dcd: false };
      },
      async getBaudRate() {
        return { baudRate: 115_200 };
      },
      flush: nothing,
      drain: nothing,
    };
  }
}
