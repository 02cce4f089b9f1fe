/**
 * One vcan interface for the rig and all nodes: made and brought up, and removed again by a shell
 * that reads a pipe from the rig, so that it goes when the rig is killed as well. One that is there
 * already is used as it is, and stays.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { RigError } from "../../core/verdict/rig-error.ts";

const READY = "ready";

function script(name: string): string {
  const batch = `link add ${name} type vcan\\nlink set ${name} mtu 72 txqueuelen 1000 up\\n`;
  return `printf '${batch}' | ip -batch - && echo ${READY} && read -r _; ip link delete ${name}`;
}

export class SharedVcan {
  readonly #holder: ChildProcess | null;

  private constructor(holder: ChildProcess | null) {
    this.#holder = holder;
  }

  /** Rejects with `usage.option` for a bad name, `capability.vcan` where none can be made. */
  static async open(name: string): Promise<SharedVcan> {
    if (!/^[A-Za-z][\w-]{0,14}$/.test(name)) {
      throw new RigError("usage.option", `--bus is "${name}": expected the name of an interface`);
    }
    if (existsSync(`/sys/class/net/${name}`)) return new SharedVcan(null);
    const holder = spawn("sh", ["-c", script(name)], { stdio: "pipe", detached: true });
    holder.stdin.on("error", () => undefined);
    let said = "";
    holder.stderr.on("data", (piece) => {
      said += piece;
    });
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) =>
        reject(
          new RigError("capability.vcan", `interface ${name} can't be made: ${why}`, {
            hint: "It needs a kernel with vcan and the right to make interfaces; rig vm has both.",
          }),
        );
      holder.stdout.on("data", (piece) => `${piece}`.includes(READY) && resolve());
      holder.on("error", ({ message }) => fail(message));
      holder.on("close", () => fail(said.trim().split("\n")[0] ?? ""));
    });
    return new SharedVcan(holder);
  }

  /** Idempotent. */
  close(): Promise<void> {
    const holder = this.#holder;
    if (holder === null || holder.exitCode !== null) return Promise.resolve();
    holder.stdin?.end();
    return new Promise((resolve) => holder.once("close", () => resolve()));
  }
}
