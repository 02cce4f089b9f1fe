/**
 * A network namespace for each node, with one end of a vxcan pair in it and the other with the rig.
 * A namespace lives as long as a process that holds it, so that nothing is left when the rig dies.
 */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { ChildCommand, ChildGuard } from "./child-guard.ts";

const execute = promisify(execFile);

/** The name of the interface inside each namespace. */
export const INSIDE = "can0";
const TRIES = 200;

export class NetSpace {
  /** The rig's end of the pair. */
  readonly outside: string;
  readonly #holder: ChildProcess;

  private constructor(outside: string, holder: ChildProcess) {
    this.outside = outside;
    this.#holder = holder;
  }

  /**
   * Rejects with `capability.vcan` where the kernel has no vxcan, or this user may not make one.
   */
  static async open(outside: string, guard: ChildGuard): Promise<NetSpace> {
    const { file, args } = guard.wrap({ file: "unshare", args: ["--net", "sleep", "infinity"] });
    const holder = spawn(file, [...args], { stdio: "ignore", detached: true });
    let isOver = false;
    holder.on("error", () => {
      isOver = true;
    });
    holder.on("exit", () => {
      isOver = true;
    });
    const space = new NetSpace(outside, holder);
    try {
      for (let tries = 0; !space.#isApart(); tries++) {
        if (isOver || tries === TRIES) throw new Error("no namespace could be made");
        await sleep(10);
      }
      const peer = ["peer", "name", INSIDE, "netns", `${holder.pid}`];
      await execute("ip", ["link", "add", outside, "type", "vxcan", ...peer]);
      // A queue that holds what a busy bus brings in some milliseconds.
      const up = ["mtu", "72", "txqueuelen", "1000", "up"];
      await execute("ip", ["link", "set", outside, ...up]);
      const inside = space.inside({ file: "ip", args: ["link", "set", INSIDE, ...up] });
      await execute(inside.file, [...inside.args]);
      return space;
    } catch (error) {
      await space.close();
      const { stderr, message } = error as Error & { stderr?: string };
      const why = (stderr ?? message).trim().split("\n")[0];
      throw new RigError("capability.vcan", `level vcan can't make ${outside}: ${why}`, {
        hint: "It needs a kernel with vxcan and the right to make interfaces; rig vm has both.",
        cause: error,
      });
    }
  }

  /** The command, run inside the namespace. */
  inside({ file, args }: ChildCommand): ChildCommand {
    return {
      file: "nsenter",
      args: ["--target", `${this.#holder.pid}`, "--net", "--", file, ...args],
    };
  }

  /** The pair goes with the namespace. Idempotent. */
  async close(): Promise<void> {
    await execute("ip", ["link", "delete", this.outside]).catch(() => undefined);
    this.#holder.kill("SIGKILL");
  }

  #isApart(): boolean {
    try {
      const own = readlinkSync("/proc/self/ns/net");
      return readlinkSync(`/proc/${this.#holder.pid}/ns/net`) !== own;
    } catch {
      return false;
    }
  }
}
