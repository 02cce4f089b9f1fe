/**
 * The latch of a bench that could not be restored, or has a board that nothing brings up: until a
 * person has looked at it and cleared it, no run begins there. It lies beside the bench's leases.
 */

import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { RigError } from "../../core/verdict/rig-error.ts";
import { leaseFolder } from "./lease-file.ts";
import { writeWhole } from "./run-folder.ts";

export interface Attention {
  /** UTC, as ISO 8601 has it. */
  readonly since: string;
  readonly why: string;
  /** Folder of the run that found it. */
  readonly run: string;
}

export class AttentionFile {
  readonly #folder: string;
  readonly #bench: string;

  constructor(bench: string, folder: string = leaseFolder()) {
    this.#bench = bench;
    this.#folder = folder;
  }

  /** Null where nothing is wrong. */
  read(): Attention | null {
    try {
      return JSON.parse(readFileSync(this.#path, "utf8"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw new RigError("bench.trouble", `${this.#path}: ${(error as Error).message}`);
    }
  }

  /** Throws `bench.trouble` where somebody has to look at the bench first. */
  refuse(): void {
    const attention = this.read();
    if (attention === null) return;
    const { since, why, run } = attention;
    const text = `bench ${this.#bench} needs attention since ${since}: ${why}`;
    throw new RigError("bench.trouble", text, {
      hint: `See ${run}; when all is in order again: rig bench clear FILE`,
    });
  }

  set(attention: Attention): void {
    mkdirSync(this.#folder, { recursive: true });
    writeWhole(this.#path, `${JSON.stringify(attention)}\n`);
  }

  /** What was wrong; null where nothing was. */
  clear(): Attention | null {
    const attention = this.read();
    rmSync(this.#path, { force: true });
    return attention;
  }

  get #path(): string {
    return join(this.#folder, `${this.#bench}.attention`);
  }
}
