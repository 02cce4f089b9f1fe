/**
 * Supplies switched by a command: a lab supply's own tool, a network socket, `uhubctl`. The command
 * gets the node's number in `RIG_NODE`; what it prints for a state is searched for `on` and `off`.
 */

import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { RigError } from "../../rig/core/verdict/rig-error.ts";
import type { PowerState, PowerSwitch } from "../../rig/ports/power-switch.ts";

export interface SwitchCommands {
  readonly on: string;
  readonly off: string;
  /** Left out where nothing can tell. */
  readonly state?: string;
}

export interface CommandSwitchOptions {
  readonly commands: ReadonlyMap<number, SwitchCommands>;
  readonly offMs: number;
  /** How long one command may take. */
  readonly limitMs: number;
}

export class CommandSwitch implements PowerSwitch {
  readonly #options: CommandSwitchOptions;

  constructor(options: CommandSwitchOptions) {
    this.#options = options;
  }

  on(node: number, signal: AbortSignal): Promise<void> {
    return this.#switch(node, "on", signal);
  }

  off(node: number, signal: AbortSignal): Promise<void> {
    return this.#switch(node, "off", signal);
  }

  async cycle(node: number, signal: AbortSignal): Promise<void> {
    await this.off(node, signal);
    // Nobody leaves a node off that was to be cycled: an interrupted one goes on at once.
    await sleep(this.#options.offMs, null, { signal }).catch(() => undefined);
    await this.on(node, new AbortController().signal);
    signal.throwIfAborted();
  }

  async state(node: number, signal: AbortSignal): Promise<PowerState> {
    const command = this.#options.commands.get(node)?.state;
    if (command === undefined) return "unknown";
    const said = (await this.#run(node, command, signal)).toLowerCase();
    const [isOn, isOff] = [/\bon\b/.test(said), /\boff\b/.test(said)];
    if (isOn === isOff) return "unknown";
    return isOn ? "on" : "off";
  }

  async #switch(node: number, wanted: "on" | "off", signal: AbortSignal): Promise<void> {
    const commands = this.#options.commands.get(node);
    if (commands === undefined) throw trouble(`no power command for node ${node}`);
    await this.#run(node, commands[wanted], signal);
    const found = await this.state(node, signal);
    if (found === wanted || commands.state === undefined) return;
    throw trouble(`node ${node} reads ${found} after "${commands[wanted]}", expected ${wanted}`);
  }

  #run(node: number, command: string, signal: AbortSignal): Promise<string> {
    const { limitMs } = this.#options;
    const limit = AbortSignal.timeout(limitMs);
    return new Promise((resolve, reject) => {
      const child = spawn(command, {
        shell: true,
        env: { ...process.env, RIG_NODE: String(node) },
        stdio: ["ignore", "pipe", "pipe"],
        signal: AbortSignal.any([signal, limit]),
      });
      const said: Buffer[] = [];
      const complaints: Buffer[] = [];
      child.stdout.on("data", (piece: Buffer) => said.push(piece));
      child.stderr.on("data", (piece: Buffer) => complaints.push(piece));
      child.on("error", (error) => {
        const why = limit.aborted ? `it takes more than ${limitMs} ms` : error.message;
        reject(trouble(`"${command}": ${why}`));
      });
      child.on("close", (code) => {
        const [line = ""] = Buffer.concat(complaints).toString().split("\n");
        if (code === 0) resolve(Buffer.concat(said).toString());
        else reject(trouble(`"${command}" ended with ${code}${line === "" ? "" : `: ${line}`}`));
      });
    });
  }
}

function trouble(text: string): RigError {
  return new RigError("bench.trouble", text);
}

/**
 * `uhubctl` 2.5: a port of a hub with switchable supply. Its exit code tells nothing of the port,
 * so the state is read from its listing: a port with `power` in its status line is on.
 */
export function hubPortCommands(hub: string, port: number): SwitchCommands {
  const one = `uhubctl -l ${hub} -p ${port}`;
  const state = `${one} | awk '/Port ${port}:/ { print /power/ ? "on" : "off" }'`;
  return { on: `${one} -a on`, off: `${one} -a off`, state };
}
