/**
 * A network namespace for each node, with one end of a vxcan pair in it and the other with the rig.
 * A namespace lives as long as a shell that reads a pipe from the rig, and the nodes in it, which
 * end with the rig: so nothing is left when the rig dies. Few programs are started, since starting
 * one is dear where many run vcan (`rig vm`).
 */

import { type ChildProcess, spawn } from "node:child_process";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { ChildCommand } from "./child-guard.ts";

/** The name of the interface inside each namespace. */
export const INSIDE = "can0";
/** With a queue that holds what a busy bus brings in some milliseconds. */
const UP = "mtu 72 txqueuelen 1000 up";
const READY = "ready";

/** Makes the pair, says so, and holds the namespace until the pipe ends. */
function holderScript(outside: string): string {
  const batch =
    `link add ${INSIDE} type vxcan peer name ${outside} netns ${process.pid}\\n` +
    `link set ${INSIDE} ${UP}\\n`;
  return `printf '${batch}' | ip -batch - && echo ${READY} && read -r _`;
}

export class NetSpace {
  /** The rig's end of the pair. */
  readonly outside: string;
  readonly #holder: ChildProcess;

  private constructor(outside: string) {
    this.outside = outside;
    const args = ["--net", "sh", "-c", holderScript(outside)];
    // A group of its own: the terminal's Ctrl-C is the rig's to answer.
    this.#holder = spawn("unshare", args, { stdio: "pipe", detached: true });
    this.#holder.stdin?.on("error", () => undefined);
  }

  /**
   * One for each name, which has at most 15 characters. Rejects with `capability.vcan` where the
   * kernel has no vxcan, or this user may not make one.
   */
  static async openAll(names: readonly string[]): Promise<readonly NetSpace[]> {
    const spaces = names.map((name) => new NetSpace(name));
    try {
      await Promise.all(spaces.map((space) => space.#ready()));
      await ipBatch(names.map((name) => `link set ${name} ${UP}`));
      return spaces;
    } catch (error) {
      await NetSpace.closeAll(spaces);
      const why = (error as Error).message.trim().split("\n")[0];
      throw new RigError("capability.vcan", `level vcan can't make its interfaces: ${why}`, {
        hint: "It needs a kernel with vxcan and the right to make interfaces; rig vm has both.",
        cause: error,
      });
    }
  }

  /** The pairs go with their namespaces, but not at once by themselves. Idempotent. */
  static async closeAll(spaces: readonly NetSpace[]): Promise<void> {
    if (spaces.length === 0) return;
    await ipBatch(spaces.map(({ outside }) => `link delete ${outside}`)).catch(() => undefined);
    for (const space of spaces) space.#holder.kill("SIGKILL");
  }

  /** The command, run inside the namespace. */
  inside({ file, args }: ChildCommand): ChildCommand {
    return {
      file: "nsenter",
      args: ["--target", `${this.#holder.pid}`, "--net", "--", file, ...args],
    };
  }

  #ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      let said = "";
      this.#holder.stdout?.on("data", (piece) => {
        if (`${piece}`.includes(READY)) resolve();
      });
      this.#holder.stderr?.on("data", (piece) => {
        said += piece;
      });
      this.#holder.on("error", reject);
      this.#holder.on("close", () => reject(new Error(said || "no namespace could be made")));
    });
  }
}

/** Carries out what it can; rejects with what `ip` said of the first that failed. */
function ipBatch(lines: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const ip = spawn("ip", ["-force", "-batch", "-"], { stdio: ["pipe", "ignore", "pipe"] });
    let said = "";
    ip.stderr.on("data", (piece) => {
      said += piece;
    });
    ip.on("error", reject);
    ip.on("close", (code) => (code === 0 ? resolve() : reject(new Error(said))));
    ip.stdin.on("error", () => undefined);
    ip.stdin.end(`${lines.join("\n")}\n`);
  });
}
