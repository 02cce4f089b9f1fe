/**
 * Ports of emulated devices: a binding of `serialport` over a local socket, so that its stream, its
 * parsers and all that stands on them are those of a real port. The device's first byte says
 * whether the port is free; one connection has it at a time.
 *
 * Does not model: baud rates, DTR and RTS (as a pseudo-terminal, it has none).
 */

import { connect, type Socket } from "node:net";
import type { SerialPortStream } from "@serialport/stream";
import { PORT_FREE } from "../protocol/port-greeting.ts";
import { PortInput } from "./port-input.ts";

type Binding = ConstructorParameters<typeof SerialPortStream>[0]["binding"];
type BindingPort = Awaited<ReturnType<Binding["open"]>>;
type OpenOptions = BindingPort["openOptions"];

/** Rejects where nobody listens, or somebody else has the port. */
export async function openSocketPort(path: string, baudRate: number): Promise<SerialPortStream> {
  const { SerialPortStream: Stream } = await import("@serialport/stream");
  const socket = await connectTo(path);
  const binding: Binding = {
    list: async () => [],
    open: async (options) => new SocketPort(socket, options as OpenOptions),
  };
  const port = new Stream({ binding, path, baudRate, autoOpen: false, hupcl: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error ? reject(error) : resolve()));
  });
  return port;
}

function connectTo(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the device went away")));
    socket.once("readable", () => {
      const [answer] = (socket.read(1) as Buffer | null) ?? [];
      socket.removeAllListeners();
      if (answer === PORT_FREE) return resolve(socket);
      socket.destroy();
      reject(new Error("Cannot lock port"));
    });
  });
}

class SocketPort implements BindingPort {
  readonly openOptions: OpenOptions;
  readonly #socket: Socket;
  readonly #input = new PortInput();
  isOpen = true;

  constructor(socket: Socket, options: OpenOptions) {
    this.openOptions = options;
    this.#socket = socket;
    socket.on("data", (bytes) => this.#input.push(bytes));
    socket.on("error", () => socket.destroy());
    socket.on("close", () =>
      this.#input.fail(new Error("Reading from COM port: device disconnected")),
    );
  }

  async close(): Promise<void> {
    this.isOpen = false;
    this.#input.cancel();
    if (this.#socket.destroyed) return;
    await new Promise<void>((resolve) => {
      this.#socket.once("close", () => resolve());
      this.#socket.destroy();
    });
  }

  read(buffer: Buffer, offset: number, length: number) {
    const result = this.#input.read(buffer, offset, length);
    if (this.#socket.destroyed) {
      this.#input.fail(new Error("Reading from COM port: device disconnected"));
    }
    return result;
  }

  write(buffer: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) reject(new Error("Writing to COM port: device disconnected"));
      else this.#socket.write(buffer, (error) => (error ? reject(error) : resolve()));
    });
  }

  async update(): Promise<void> {}

  set(): Promise<void> {
    return Promise.reject(new Error("Inappropriate ioctl for device"));
  }

  async get() {
    return { cts: false, dsr: false, dcd: false };
  }

  async getBaudRate() {
    return { baudRate: this.openOptions.baudRate };
  }

  async flush(): Promise<void> {}

  async drain(): Promise<void> {}
}
