/**
 * What the nodes of a bench were flashed with last, by the rig: a file beside the bench's leases.
 * Whoever writes it has the lease.
 *
 * Does not model: boards that were flashed by other means, or exchanged.
 */

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { leaseFolder } from "./lease-file.ts";
import { writeWhole } from "./run-folder.ts";

export class FlashedFile {
  readonly #folder: string;
  readonly #path: string;

  constructor(bench: string, folder: string = leaseFolder()) {
    this.#folder = folder;
    this.#path = join(folder, `${bench}.flashed`);
  }

  /** Null where nobody knows. */
  read(node: string): string | null {
    return this.#all()[node] ?? null;
  }

  write(node: string, mark: string | null): void {
    mkdirSync(this.#folder, { recursive: true });
    writeWhole(this.#path, `${JSON.stringify({ ...this.#all(), [node]: mark })}\n`);
  }

  /** A file that can't be read says nothing: then everything is flashed. */
  #all(): Readonly<Record<string, string | null>> {
    try {
      return JSON.parse(readFileSync(this.#path, "utf8"));
    } catch {
      return {};
    }
  }
}
