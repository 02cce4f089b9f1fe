/**
 * A node that writes down what it is told and what it does, so that the node in C can be told the
 * same: equal effects for equal events mean that either can stand in the other's place.
 */

import { spawnSync } from "node:child_process";
import { encodeClientRecord } from "../../firmware-bridge/protocol/client-record.ts";
import type { NodeCore, NodeEffect, NodeEvent } from "../../rig/core/consensus/node-core.ts";
import type { RojOptions } from "../../rig/core/consensus/roj/options.ts";
import { COMPACTION } from "../../rig/core/consensus/roj/snapshot.ts";
import { RESIDENT_TOKENS, type ResidentOptions } from "../../rig/core/resident/resident-clients.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const RESULTS = { ok: 0, io: 1, full: 2 } as const;

export type NodeSetup = Omit<RojOptions, "rules"> & {
  /** Of the clients that live on the node, where any do. */
  readonly clients?: Omit<ResidentOptions, "node" | "nodes">;
};

export class WrittenNode implements NodeCore {
  readonly #inner: NodeCore;
  readonly #setup: NodeSetup;
  /** Lines of firmware-bridge/firmware/agent/roj-steps.c. */
  readonly told: string[] = [];
  readonly done: string[] = [];
  events = 0;

  constructor(inner: NodeCore, setup: NodeSetup) {
    this.#inner = inner;
    this.#setup = setup;
  }

  step(event: NodeEvent, timeNs: number): readonly NodeEffect[] {
    const effects = this.#inner.step(event, timeNs);
    if (!this.#tell(event)) return effects;
    this.events++;
    for (const effect of effects) this.done.push(textOf(effect));
    this.done.push(".");
    return effects;
  }

  /** False for what a node pays no heed to. */
  #tell(event: NodeEvent): boolean {
    switch (event.kind) {
      case "boot":
        this.told.push(`S ${this.#setupText()} ${event.incarnation}`);
        this.#tellClients();
        for (const record of event.image) this.told.push(`I ${hex(record)}`);
        for (const slot of event.damaged ?? []) this.told.push(`D ${slot}`);
        this.told.push("B ");
        return true;
      case "frame": {
        const { fd, extended, id, data } = event.frame;
        if (!fd || extended) return false;
        this.told.push(`F ${id.toString(16)} ${hex(data)}`);
        return true;
      }
      case "transmitted":
        if (event.token < RESIDENT_TOKENS) return false;
        this.told.push(`X ${event.token}`);
        return true;
      case "command": {
        const { command } = event;
        this.told.push(
          `C ${command.kind === "final-reads" ? command.keys.join(" ") : command.kind}`,
        );
        return true;
      }
      case "timer":
        this.told.push(`T ${event.timer}`);
        return true;
      case "stored":
        this.told.push(`W ${event.token} ${RESULTS[event.result]}`);
        return true;
      default:
        return false;
    }
  }

  #tellClients(): void {
    const { clients } = this.#setup;
    if (clients === undefined) return;
    const { processes, seed, workload, client } = clients;
    const { keys, microOpsMax, readPercent, appendsPerKey, kind } = workload;
    const what = [keys, microOpsMax, readPercent, appendsPerKey, kind === "rw-register" ? 1 : 0];
    const times = [client.operationTimeoutNs, client.retryNs];
    this.told.push(`R ${[processes, seed, ...what, ...times].join(" ")}`);
  }

  #setupText(): string {
    const { node, nodes, roundTimeoutNs, roundDeltaNs, compaction = COMPACTION } = this.#setup;
    const { everySlots, journalBytes, keptSlots } = compaction;
    return [node, nodes, roundTimeoutNs, roundDeltaNs, everySlots, journalBytes, keptSlots].join(
      " ",
    );
  }
}

function textOf(effect: NodeEffect): string {
  switch (effect.kind) {
    case "send":
      return `send ${effect.token} ${effect.frame.id.toString(16)} ${hex(effect.frame.data)}`;
    case "set-timer":
      return `timer ${effect.timer} ${Math.floor(effect.delayNs)}`;
    case "clear-timer":
      return `clear ${effect.timer}`;
    case "persist": {
      const { token, slot, record, isBase = false } = effect;
      return `persist ${token} ${slot} ${isBase ? 1 : 0} ${hex(record)}`;
    }
    case "truncate":
      return `truncate ${effect.token}`;
    case "trace": {
      const { event, slot, round, digest, voters, requests = [] } = effect.record;
      const tail = requests.map(([client, request]) => ` ${client}/${request}`).join("");
      const votes = voters === undefined ? "" : ` v${voters}`;
      return `note ${event} ${slot} ${round} ${digest ?? "-"}${votes}${tail}`;
    }
    case "history":
      return `history ${hex(encodeClientRecord({ ...effect.record, localNs: 0 }))}`;
  }
}

/** The first thing in which the node in C differs; null when it does the same. */
export function differenceInC(program: string, { told, done }: WrittenNode): string | null {
  const { stdout, stderr, status } = spawnSync(program, {
    input: `${told.join("\n")}\n`,
    maxBuffer: 1 << 30,
    encoding: "latin1",
  });
  if (status !== 0) return `it ended with ${status}: ${stderr.slice(0, 2000)}`;
  const lines = stdout.split("\n");
  lines.pop();
  const at = done.findIndex((line, index) => line !== lines[index]);
  if (at < 0 && lines.length === done.length) return null;
  const place = at < 0 ? done.length : at;
  const event = done.slice(0, place).filter((line) => line === ".").length;
  const heard = told.filter((line) => !/^[SIDR]/.test(line))[event];
  return `event ${event} (${heard}): expected "${done[place]}", found "${lines[place]}"`;
}
