/** The device's end of an emulated serial port: a local socket that one host has at a time. */

import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { PORT_FREE, PORT_TAKEN } from "../protocol/port-greeting.ts";

export class PortServer {
  readonly #path: string;
  readonly #onBytes: (bytes: Uint8Array) => void;
  #server: Server | null = null;
  #host: Socket | null = null;

  constructor(path: string, onBytes: (bytes: Uint8Array) => void) {
    this.#path = path;
    this.#onBytes = onBytes;
  }

  get isTaken(): boolean {
    return this.#host !== null;
  }

  /** The port appears. Idempotent. Rejects where something else listens there. */
  plug(): Promise<void> {
    if (this.#server !== null) return Promise.resolve();
    rmSync(this.#path, { force: true });
    const server = createServer((socket) => this.#onConnection(socket));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#path, resolve);
    });
  }

  /** The port disappears, as when a board with USB of its own loses its supply. Idempotent. */
  unplug(): void {
    this.#server?.close();
    this.#server = null;
    this.#host?.destroy();
    this.#host = null;
    rmSync(this.#path, { force: true });
  }

  /** Bytes that nobody is there to read are lost. */
  send(bytes: Uint8Array): void {
    this.#host?.write(bytes);
  }

  #onConnection(socket: Socket): void {
    socket.on("error", () => socket.destroy());
    if (this.#host !== null) {
      socket.end(Uint8Array.of(PORT_TAKEN));
      return;
    }
    this.#host = socket;
    socket.write(Uint8Array.of(PORT_FREE));
    socket.on("data", (bytes) => this.#onBytes(bytes));
    socket.on("close", () => {
      if (this.#host === socket) this.#host = null;
    });
  }
}
