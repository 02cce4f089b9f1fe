/**
 * A serial port whose other end is an emulated board: a binding of `serialport`, so that its stream
 * and its parsers are the real ones. Unplugging looks as it does with a USB adapter.
 */

import { SerialPortStream } from "@serialport/stream";
import type { AvrBoard } from "../../firmware-bridge/emulator/avr-board.ts";
import { PortInput } from "../../firmware-bridge/host/port-input.ts";

type Binding = ConstructorParameters<typeof SerialPortStream>[0]["binding"];
type BindingPort = Awaited<ReturnType<Binding["open"]>>;

export class EmulatedCable {
  readonly #board: AvrBoard;
  readonly #input = new PortInput();
  #isPlugged = true;
  /** Applied to each byte on its way to the board, and from it. */
  damage: (byte: number) => number = (byte) => byte;
  /** Which connection has the port: an old one must not close a new one. */
  #holder: symbol | null = null;

  constructor(board: AvrBoard) {
    this.#board = board;
    board.onByte = (byte) => {
      if (!this.isOpen) return;
      this.#input.push(Uint8Array.of(this.damage(byte)));
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
    this.#input.clear();
    this.#input.fail(new Error("Reading from COM port: device disconnected"));
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
        cable.#input.cancel();
      },
      async read(buffer, offset, length) {
        if (cable.#holder !== holder) throw new Error(`${path}: not open`);
        return cable.#input.read(buffer, offset, length);
      },
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
