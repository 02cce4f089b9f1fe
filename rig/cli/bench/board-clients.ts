/**
 * The clients that live on the boards of a bench: told over the control lines, one request after
 * the other on each, and heard by the records that come among the notes of the board.
 */

import { type BoardLine, isCapable } from "../../../firmware-bridge/host/board-line.ts";
import { DeviceRefused } from "../../../firmware-bridge/host/session.ts";
import { decodeClientRecord } from "../../../firmware-bridge/protocol/client-record.ts";
import { type ResidentCommand, wordsOfCommand } from "../../core/resident/resident-command.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { OnHistoryRecord, ResidentControl } from "../../ports/node-control.ts";

export interface ClientBoard {
  readonly name: string;
  readonly line: Pick<BoardLine, "hello" | "request">;
}

type Heard = Parameters<OnHistoryRecord>;

/** A board takes keys as it has room for them, and has read some before it is asked again. */
const FULL = "E_FULL";
const AGAIN_MS = 50;

export class BoardClients implements ResidentControl {
  readonly #boards: readonly ClientBoard[];
  readonly #pause: (ms: number) => Promise<unknown>;
  /** By node, what it is being told, one request after the other. */
  readonly #work: Promise<void>[];
  readonly #listeners = new Set<OnHistoryRecord>();
  /** What was heard before the run listened. */
  #early: Heard[] | null = [];

  /** Node by node; `pause` waits in real time. */
  constructor(boards: readonly ClientBoard[], pause: (ms: number) => Promise<unknown>) {
    this.#boards = boards;
    this.#pause = pause;
    this.#work = boards.map(() => Promise.resolve());
  }

  /** Rejects with `capability.clients` where a board can have none. */
  async check(signal: AbortSignal): Promise<void> {
    for (const { name, line } of this.#boards) {
      const why = (await isCapable(line, "clients", signal))
        ? await this.#refusal(line, signal)
        : `its firmware is ${line.hello?.firmware}`;
      if (why === null) continue;
      const text = `${name} runs no clients of its own (${why})`;
      throw new RigError("capability.clients", `${text}: expected --clients host`);
    }
  }

  command(node: number, command: ResidentCommand): void {
    const board = this.#boards[node];
    const before = this.#work[node];
    if (board === undefined || before === undefined) return;
    this.#work[node] = before
      .then(() => this.#tell(board, command))
      // It went away: when it comes back its boot is heard, and it is told anew.
      .catch(() => undefined);
  }

  listen(onRecord: OnHistoryRecord): () => void {
    this.#listeners.add(onRecord);
    for (const heard of this.#early ?? []) onRecord(...heard);
    this.#early = null;
    return () => this.#listeners.delete(onRecord);
  }

  /** The bytes of a record of the start `boot`; false where they are none. */
  heard(node: number, boot: number, bytes: Uint8Array, timeNs: number): boolean {
    const decoded = decodeClientRecord(bytes);
    if (decoded === null) return false;
    const heard: Heard = [{ node, boot, ...decoded }, timeNs];
    if (this.#early !== null) this.#early.push(heard);
    else for (const listener of this.#listeners) listener(...heard);
    return true;
  }

  /** What it says when it is told to do nothing; null where it agrees. */
  async #refusal(line: ClientBoard["line"], signal: AbortSignal): Promise<string | null> {
    try {
      await line.request(["clients", "stop"], signal);
      return null;
    } catch (error) {
      if (error instanceof DeviceRefused) return error.refusal.text;
      throw error;
    }
  }

  async #tell({ line }: ClientBoard, command: ResidentCommand): Promise<void> {
    const boot = line.hello?.boot;
    for (const words of wordsOfCommand(command)) {
      while (line.hello?.boot === boot && !(await this.#isTaken(line, words))) {
        await this.#pause(AGAIN_MS);
      }
    }
  }

  async #isTaken(line: ClientBoard["line"], words: readonly string[]): Promise<boolean> {
    try {
      await line.request(words);
      return true;
    } catch (error) {
      if (error instanceof DeviceRefused && error.refusal.code === FULL) return false;
      throw error;
    }
  }
}
