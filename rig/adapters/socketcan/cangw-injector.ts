/**
 * A fault by the kernel's CAN gateway between two interfaces: frames that match are not forwarded,
 * or with another content. While the injector is open it forwards everything from one interface to
 * the other; in its neutral position without a change. Effects are the gateway's own counters.
 *
 * Needs: `cangw` of can-utils, the module can-gw, and the right to set up the network.
 */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { BenchInjector } from "../../core/bench/bench.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { Injector } from "../../ports/injector.ts";
import { readInterface } from "./interface-info.ts";

type GatewaySettings = Extract<BenchInjector, { readonly by: "cangw" }>;
type Rule = readonly string[];

const run = promisify(execFile);
/** Frames that are kept back go there to be counted. */
const SINK = "rigsink";
const LIMIT_MS = 5_000;

export class CangwInjector implements Injector {
  readonly name: string;
  readonly fault: BenchInjector["fault"];
  readonly #settings: GatewaySettings;
  readonly #rules: Rule[] = [];
  /** What matches, without a change; taken away while the fault is in force. */
  readonly #whole: Rule;
  readonly #struck: Rule;
  #effects = 0;
  #isInForce = false;

  private constructor(settings: GatewaySettings) {
    const { name, fault, from, to, match, modify, isFd } = settings;
    this.name = name;
    this.fault = fault;
    this.#settings = settings;
    const way = (target: string) => ["-s", from, "-d", target, ...(isFd ? ["-X"] : []), "-e"];
    this.#whole = [...way(to), "-f", match];
    this.#struck =
      modify === undefined ? [...way(SINK), "-f", match] : [...way(to), "-f", match, "-m", modify];
  }

  /**
   * Forwards. Rejects with `bench.trouble` for an interface that is not there, `capability.fault`
   * where the gateway can't be set up.
   */
  static async open(settings: GatewaySettings): Promise<CangwInjector> {
    const injector = new CangwInjector(settings);
    const { from, to, match, isFd, modify } = settings;
    for (const name of [from, to]) readInterface(name);
    try {
      if (modify === undefined) await openSink();
      const way = ["-s", from, "-d", to];
      // A rule is for one of the two formats.
      await injector.#add([...way, ...(isFd ? [] : ["-X"]), "-e"]);
      await injector.#add([...way, ...(isFd ? ["-X"] : []), "-e", "-f", match.replace(":", "~")]);
      await injector.#add(injector.#whole);
      return injector;
    } catch (error) {
      await injector.close();
      throw error;
    }
  }

  async inject(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#isInForce) return;
    this.#isInForce = true;
    await this.#remove(this.#whole);
    await this.#add(this.#struck);
  }

  /** Not ended by the signal: a bus is not left broken. */
  async heal(): Promise<number> {
    if (!this.#isInForce) return this.#effects;
    try {
      this.#effects += await this.#handled();
    } finally {
      await this.#remove(this.#struck);
      await this.#add(this.#whole);
      this.#isInForce = false;
    }
    return this.#effects;
  }

  /** Forwards no more. Idempotent. */
  async close(): Promise<void> {
    for (const rule of this.#rules.slice()) await this.#remove(rule);
  }

  async #add(rule: Rule): Promise<void> {
    await cangw("-A", ...rule);
    this.#rules.push(rule);
  }

  async #remove(rule: Rule): Promise<void> {
    const at = this.#rules.indexOf(rule);
    if (at < 0) return;
    await cangw("-D", ...rule);
    this.#rules.splice(at, 1);
  }

  /** Frames that the rule of the fault has met, from the gateway's list. */
  async #handled(): Promise<number> {
    const { from, to, modify } = this.#settings;
    const target = modify === undefined ? SINK : to;
    const lines = (await listed()).split("\n").filter((line) => {
      const isOurs = line.includes(`-s ${from} -d ${target} `);
      return isOurs && line.includes(" -m ") === (modify !== undefined);
    });
    return lines.reduce((sum, line) => sum + Number(/# (\d+) handled/.exec(line)?.[1] ?? 0), 0);
  }
}

async function openSink(): Promise<void> {
  const isThere = await run("ip", ["link", "show", SINK], { timeout: LIMIT_MS }).catch(() => null);
  if (isThere !== null) return;
  await set("ip", "link", "add", SINK, "type", "vcan");
  await set("ip", "link", "set", SINK, "mtu", "72", "up");
}

/** Its exit code is not 0 also where the list is whole. */
async function listed(): Promise<string> {
  try {
    return await cangw("-L");
  } catch (error) {
    const { stdout } = (error as { cause?: { stdout?: string } }).cause ?? {};
    if (stdout === undefined || stdout === "") throw error;
    return stdout;
  }
}

function cangw(...args: readonly string[]): Promise<string> {
  return set("cangw", ...args);
}

async function set(program: string, ...args: readonly string[]): Promise<string> {
  try {
    return (await run(program, args, { timeout: LIMIT_MS })).stdout;
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    const why = code === "ENOENT" ? `${program} is missing` : stderr?.trim().split("\n")[0];
    const text = `${program} ${args.join(" ")}: ${why === "" || why === undefined ? message : why}`;
    throw new RigError("capability.fault", text, {
      hint: "It needs can-utils, can-gw and root",
      cause: error,
    });
  }
}
