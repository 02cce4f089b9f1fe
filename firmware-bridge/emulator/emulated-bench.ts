/**
 * A bench of emulated boards: power-switch boards whose pins supply the nodes' boards. It goes on
 * when the rig dies, as a real one does, and ends when nobody has used it for a while.
 */

import { appendFileSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { ATTACH, type EmulatedBoard, type EmulatorSetup } from "../protocol/emulator.ts";
import { AvrBoard } from "./avr-board.ts";
import { EmulatedNode } from "./emulated-node.ts";
import { PortServer } from "./port-server.ts";

const WATCH_MS = 250;

export class EmulatedBench {
  readonly #setup: EmulatorSetup;
  readonly #nodes: readonly EmulatedNode[];
  readonly #ports: PortServer[] = [];
  readonly #boards: AvrBoard[] = [];
  readonly #parts = new Map<string, boolean>();
  /** Whoever attaches is told when all ports are there. */
  #markReady: () => void = () => undefined;
  readonly #isReady = new Promise<void>((resolve) => {
    this.#markReady = resolve;
  });
  #attached = 0;
  #idleSinceMs = performance.now();

  constructor(setup: EmulatorSetup) {
    this.#setup = setup;
    const log = (text: string) => this.#log(text);
    this.#nodes = setup.nodes.map((name) => new EmulatedNode(setup.folder, name, log));
  }

  /** Resolves at its end; at once where another process has the folder already. */
  async run(): Promise<void> {
    const server = await this.#listen();
    if (server === null) return;
    for (const board of this.#setup.boards) await this.#start(board);
    this.#markReady();
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (!this.#isOver()) return;
        clearInterval(timer);
        resolve();
      }, WATCH_MS);
    });
    this.#log("nobody is here any more");
    this.stop();
    server.close();
  }

  stop(): void {
    for (const board of this.#boards) board.stop();
    for (const node of this.#nodes) node.supply(false);
    for (const port of this.#ports) port.unplug();
    rmSync(join(this.#setup.folder, ATTACH), { force: true });
  }

  async #start({ name, serial, outputs }: EmulatedBoard): Promise<void> {
    const board = new AvrBoard();
    board.setSerial(Number.parseInt(serial, 16));
    const port = new PortServer(join(this.#setup.folder, name), (bytes) => board.write(bytes));
    board.onByte = (byte) => port.send(Uint8Array.of(byte));
    board.onLevels = (levels) => {
      for (const { pin, onLevel, node } of outputs) {
        const isOn = (((levels >> pin) & 1) === 1) === (onLevel === "high");
        const supplied = this.#nodes.find((each) => each.name === node);
        if (supplied !== undefined) supplied.supply(isOn);
        else this.#switched(node, isOn);
      }
    };
    this.#ports.push(port);
    this.#boards.push(board);
    await port.plug();
    board.start();
  }

  /** A part that is no node: what it does to the wires, nobody emulates. */
  #switched(name: string, isOn: boolean): void {
    if (this.#parts.get(name) === isOn) return;
    this.#parts.set(name, isOn);
    this.#log(`${name}: ${isOn ? "on" : "off"}`);
  }

  #isOver(): boolean {
    const isUsed =
      this.#attached > 0 || [...this.#ports, ...this.#nodes].some((each) => usedOf(each));
    const nowMs = performance.now();
    if (isUsed) this.#idleSinceMs = nowMs;
    const isOn = this.#nodes.some(({ hasSupply }) => hasSupply);
    const { lingerMs, lingerOnMs } = this.#setup;
    return nowMs - this.#idleSinceMs > (isOn ? lingerOnMs : lingerMs);
  }

  /** Null where the bench is emulated by somebody else already. */
  async #listen(): Promise<Server | null> {
    const path = join(this.#setup.folder, ATTACH);
    for (let tries = 0; ; tries++) {
      const server = createServer((socket) => {
        this.#attached++;
        socket.on("error", () => socket.destroy());
        socket.on("close", () => this.#attached--);
        socket.resume();
        void this.#isReady.then(() => socket.write("\n"));
      });
      const error = await new Promise<Error | null>((resolve) => {
        server.once("error", resolve);
        server.listen(path, () => resolve(null));
      });
      if (error === null) return server;
      if ((await answers(path)) || tries > 0) return null;
      // Left behind by one that was killed.
      rmSync(path, { force: true });
    }
  }

  #log(text: string): void {
    const at = (performance.now() / 1000).toFixed(3);
    appendFileSync(join(this.#setup.folder, "emulator.log"), `${at} ${text}\n`);
  }
}

function usedOf(each: PortServer | EmulatedNode): boolean {
  return each instanceof PortServer ? each.isTaken : each.isInUse;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
