/**
 * A node at a control line, in the test's own process: says console text, answers `hello`, and
 * restarts on `reset`, when its port goes away for a moment as that of a board with USB of its own.
 */

import { PortServer } from "../../firmware-bridge/emulator/port-server.ts";
import { checksum, decodeRequest } from "../../firmware-bridge/protocol/line.ts";

export class LineNode {
  readonly path: string;
  readonly #serial: string;
  readonly #server: PortServer;
  #received = "";
  boot = 1;

  constructor(path: string, serial: string) {
    this.path = path;
    this.#serial = serial;
    this.#server = new PortServer(path, (bytes) => this.#take(Buffer.from(bytes).toString()));
  }

  get isOpen(): boolean {
    return this.#server.isTaken;
  }

  start(): Promise<void> {
    return this.#server.plug();
  }

  stop(): void {
    this.#server.unplug();
  }

  say(line: string): void {
    this.#server.send(Buffer.from(`${line}\r\n`));
  }

  /** A frame of the control line, with its CRC. */
  frame(text: string): void {
    this.say(`${text}*${checksum(text)}`);
  }

  #take(text: string): void {
    const lines = (this.#received + text).split("\n");
    this.#received = lines.pop() ?? "";
    for (const line of lines) this.#answer(line);
  }

  #answer(line: string): void {
    const request = decodeRequest(line);
    if (request === null) return;
    const { sequence, words } = request;
    const hello = `p=1.0 fw=ecu/2.1 sn=${this.#serial} boot=${this.boot} rst=supply up=5 buf=80`;
    this.frame(`=${sequence} ok ${words[0] === "hello" ? hello : `boot=${this.boot}`}`);
    if (words[0] !== "reset") return;
    this.boot += 1;
    setTimeout(() => {
      this.stop();
      setTimeout(() => this.start(), 50);
    }, 20);
  }
}
