/**
 * A fault by the kernel's CAN gateway between two interfaces: frames that match are not forwarded,
 * or with another content. While the injector is open it forwards everything from one interface to
 * the other; in its neutral position without a change. Effects are the gateway's own counters.
 *
 * Needs: `cangw` of can-utils, the module can-gw, and the right to set up the network.
 */

import { existsSync } from "node:fs";
import type { BenchInjector } from "../../core/bench/bench.ts";
import type { GatewayRule } from "../../core/bench/kernel-change.ts";
import type { ChangeJournal } from "../../ports/change-journal.ts";
import type { Injector } from "../../ports/injector.ts";
import { readInterface } from "./interface-info.ts";
import { type Made, make, runTool, unmake } from "./network-tools.ts";

type GatewaySettings = Extract<BenchInjector, { readonly by: "cangw" }>;

/** Frames that are kept back go there to be counted. */
const SINK = "rigsink";

export class CangwInjector implements Injector {
  readonly name: string;
  readonly fault: BenchInjector["fault"];
  readonly #settings: GatewaySettings;
  readonly #journal: ChangeJournal;
  readonly #made: Made[] = [];
  /** What matches, without a change; taken away while the fault is in force. */
  readonly #whole: GatewayRule;
  readonly #struck: GatewayRule;
  #effects = 0;
  #isInForce = false;

  private constructor(settings: GatewaySettings, journal: ChangeJournal) {
    const { name, fault, from, to, match: filter, modify, isFd } = settings;
    this.name = name;
    this.fault = fault;
    this.#settings = settings;
    this.#journal = journal;
    this.#whole = { from, to, isFd, filter };
    this.#struck =
      modify === undefined ? { from, to: SINK, isFd, filter } : { from, to, isFd, filter, modify };
  }

  /**
   * Forwards. Rejects with `bench.trouble` for an interface that is not there, `capability.fault`
   * where the gateway can't be set up.
   */
  static async open(settings: GatewaySettings, journal: ChangeJournal): Promise<CangwInjector> {
    const injector = new CangwInjector(settings, journal);
    const { from, to, match, isFd, modify } = settings;
    for (const name of [from, to]) readInterface(name);
    try {
      if (modify === undefined) await openSink();
      // A rule is for one of the two formats.
      await injector.#add({ from, to, isFd: !isFd });
      await injector.#add({ from, to, isFd, filter: match.replace(":", "~") });
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
    for (const { change } of this.#made.slice()) {
      if (change.by === "gateway") await this.#remove(change.rule);
    }
  }

  async #add(rule: GatewayRule): Promise<void> {
    this.#made.push(await make({ by: "gateway", rule }, this.#journal));
  }

  async #remove(rule: GatewayRule): Promise<void> {
    const made = this.#made.find(({ change }) => change.by === "gateway" && change.rule === rule);
    if (made === undefined) return;
    await unmake(made);
    this.#made.splice(this.#made.indexOf(made), 1);
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
  if (existsSync(`/sys/class/net/${SINK}`)) return;
  await runTool("ip", "link", "add", SINK, "type", "vcan");
  await runTool("ip", "link", "set", SINK, "mtu", "72", "up");
}

/** Its exit code is not 0 also where the list is whole. */
async function listed(): Promise<string> {
  try {
    return await runTool("cangw", "-L");
  } catch (error) {
    const { stdout } = (error as { cause?: { stdout?: string } }).cause ?? {};
    if (stdout === undefined || stdout === "") throw error;
    return stdout;
  }
}
