/**
 * The socket of an emulated board: with a supply it runs the program that was put into it, without
 * one it is dead at once (SIGKILL), and its serial port is gone. A program that ends by itself
 * leaves a board that has power and says nothing, as firmware that hangs.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { BoardImage } from "../protocol/emulator.ts";
import { RESTARTS } from "./node-device.ts";
import { PortServer } from "./port-server.ts";

export class EmulatedNode {
  readonly name: string;
  readonly #folder: string;
  readonly #port: PortServer;
  readonly #log: (text: string) => void;
  #hasSupply = false;
  #program: ChildProcess | null = null;

  constructor(folder: string, name: string, log: (text: string) => void) {
    this.name = name;
    this.#folder = folder;
    this.#log = (text) => log(`${name}: ${text}`);
    this.#port = new PortServer(join(folder, name), (bytes) => this.#program?.stdin?.write(bytes));
  }

  get hasSupply(): boolean {
    return this.#hasSupply;
  }

  get isInUse(): boolean {
    return this.#port.isTaken;
  }

  supply(isOn: boolean): void {
    if (isOn === this.#hasSupply) return;
    this.#hasSupply = isOn;
    this.#log(isOn ? "on" : "off");
    if (isOn) this.#start();
    else this.#stop();
  }

  #start(): void {
    const image = this.#image();
    if (image === null) return;
    const { file, args, line } = image;
    const program = spawn(file, [...args], { stdio: ["pipe", "pipe", "pipe"], detached: true });
    this.#program = program;
    program.on("error", ({ message }) => this.#log(message));
    program.on("exit", (code, signal) => {
      this.#log(`its program ended with ${signal ?? code}`);
      if (code === RESTARTS && this.#program === program) this.#start();
    });
    program.stdin.on("error", () => undefined);
    program.stderr.on("data", (bytes: Buffer) => this.#log(bytes.toString().trimEnd()));
    if (line === "stdio") {
      this.#port.plug().catch(({ message }: Error) => this.#log(message));
      program.stdout.on("data", (bytes: Buffer) => {
        if (this.#program === program) this.#port.send(bytes);
      });
    } else program.stdout.resume();
  }

  #stop(): void {
    this.#program?.kill("SIGKILL");
    this.#program = null;
    this.#port.unplug();
    // The link to a pseudo-terminal.
    rmSync(join(this.#folder, this.name), { force: true });
  }

  #image(): BoardImage | null {
    try {
      return JSON.parse(readFileSync(join(this.#folder, `${this.name}.image`), "utf8"));
    } catch (error) {
      this.#log(`no program: ${(error as Error).message}`);
      return null;
    }
  }
}
