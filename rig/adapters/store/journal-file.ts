/**
 * What a rig changed of this machine's network for a bench: a file beside the bench's leases, for
 * each host one. A note whose process has ended is of a rig that was killed: whoever takes the
 * bench next undoes it. Whoever writes the file has the bench.
 *
 * Does not model: network namespaces; a rig that is killed in one, and the next in another.
 */

import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { KernelChange } from "../../core/bench/kernel-change.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { ChangeJournal } from "../../ports/change-journal.ts";
import { interfaceName, modification } from "./bench-schema.ts";
import { leaseFolder } from "./lease-file.ts";
import { isRunning, startOf } from "./lease-process.ts";
import { writeWhole } from "./run-folder.ts";

/** Strict, as others can write to the folder, and what is noted is done by root. */
const notesSchema = z.array(
  z.strictObject({
    pid: z.number().int(),
    started: z.string().nullable(),
    change: z.discriminatedUnion("by", [
      z.strictObject({
        by: z.literal("gateway"),
        rule: z.strictObject({
          from: interfaceName,
          to: interfaceName,
          isFd: z.boolean(),
          filter: z
            .string()
            .regex(/^[0-9A-Fa-f]{1,8}[:~][0-9A-Fa-f]{1,8}$/)
            .optional(),
          modify: modification.optional(),
        }),
      }),
      z.strictObject({ by: z.literal("link"), interface: interfaceName }),
    ]),
  }),
);

type Note = z.infer<typeof notesSchema>[number];

export class JournalFile implements ChangeJournal {
  readonly #folder: string;
  readonly #path: string;

  constructor(bench: string, folder: string = leaseFolder(), host = hostname()) {
    this.#folder = folder;
    this.#path = join(folder, `${bench}.${host}.changes`);
  }

  note(change: KernelChange): () => void {
    const own = { pid: process.pid, started: startOf(process.pid), change };
    this.#write([...this.#read(), own]);
    return () => this.#forget(own);
  }

  /** What rigs left that have ended, the last change first. Throws `bench.trouble`. */
  left(): readonly KernelChange[] {
    return this.#read()
      .filter(({ pid, started }) => !isRunning(pid, started))
      .map(({ change }) => change)
      .reverse();
  }

  /** It is undone, whoever made it. */
  forget(change: KernelChange): void {
    const note = this.#read().find((each) => isSame(each.change, change));
    if (note !== undefined) this.#forget(note);
  }

  #forget(note: Note): void {
    const notes = this.#read();
    const at = notes.findIndex((each) => isSame(each, note));
    this.#write(notes.filter((_, index) => index !== at));
  }

  #read(): readonly Note[] {
    try {
      return notesSchema.parse(JSON.parse(readFileSync(this.#path, "utf8")));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw new RigError("bench.trouble", `${this.#path}: it can't be read as a journal`, {
        hint: "See cangw -L and ip link; remove the file once nothing is left of a killed rig",
        cause: error,
      });
    }
  }

  #write(notes: readonly Note[]): void {
    if (notes.length === 0) rmSync(this.#path, { force: true });
    else {
      mkdirSync(this.#folder, { recursive: true });
      writeWhole(this.#path, `${JSON.stringify(notes)}\n`);
    }
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
