/** What a simulated cluster counts of its bus: frames by what they say, repetitions, losses. */

import type { ErrorState } from "../core/can/error-confinement.ts";
import type { CanFrame } from "../core/can/frame.ts";
import type { NodeRecord } from "../core/consensus/node-core.ts";
import { Reachability } from "../core/invariant/reachability.ts";
import { HEADER_LENGTH, readHeader } from "../core/wire/header.ts";
import { sourceOfId } from "../core/wire/identifier.ts";
import { messageName } from "../core/wire/message-name.ts";
import { TYPE } from "../core/wire/roj-message.ts";

const STATIONS = 16;

export class BusTally {
  delivered = 0;
  withheld = 0;
  /** Frames lost for want of room. */
  dropped = 0;
  #busOffs = 0;
  #duplicates = 0;
  #outbid = 0;
  /** The node that made the last proposal. */
  #proposer = -1;
  #proposal: Pick<NodeRecord, "slot" | "round" | "digest"> | null = null;
  readonly #reached = new Reachability();
  readonly #messages = new Map<string, number>();
  /** By station, the bytes of the last frame of it that was good for a receiver or itself. */
  readonly #lastData: (Uint8Array | undefined)[] = new Array(STATIONS).fill(undefined);

  observed(sender: number, { extended, fd, esi, data }: CanFrame): void {
    // A repetition is the very frame again, which a protocol's own repetition never is.
    const isRepetition = this.#lastData[sender] === data;
    if (isRepetition) this.#duplicates++;
    this.#lastData[sender] = data;
    // Extended identifiers are those of others: a background load.
    if (!fd || extended || data.length < HEADER_LENGTH) return;
    const header = readHeader(data);
    if (header.fragment !== 0) return;
    const name = messageName(header.type);
    this.#messages.set(name, (this.#messages.get(name) ?? 0) + 1);
    if (isRepetition && isPromise(header.type)) this.#reached.count("vote-duplicated");
    if (esi && header.type === TYPE.propose) this.#reached.count("proposer-error-passive");
  }

  /** A node notes something of itself. */
  noted(node: number, { event, slot, round, digest }: NodeRecord): void {
    if (event === "confirm" && digest === null) this.#reached.count("nil-round");
    if (event !== "propose") return;
    this.#proposer = node;
    const last = this.#proposal;
    const isLater = slot === last?.slot && round > last.round;
    if (isLater && digest === last.digest) this.#reached.count("proposed-again");
    this.#proposal = { slot, round, digest };
  }

  /** A node gets a frame; `boots` says how often a node was booted. */
  received({ id, fd, data }: CanFrame, boots: (node: number) => number | undefined): void {
    if (!fd || data.length < HEADER_LENGTH) return;
    const current = boots(sourceOfId(id));
    if (current === undefined || readHeader(data).boot === (current & 0xff)) return;
    this.#reached.count("old-boot");
  }

  /** `waiting` frames stand in the station's queue. */
  busState(station: number, state: ErrorState, waiting: number): void {
    if (state !== "bus-off") return;
    this.#busOffs++;
    if (station === this.#proposer && waiting > 0) this.#reached.count("proposer-bus-off");
  }

  /** Sent messages by name, in the order of the names. */
  messages(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#messages].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** `outbid`: frames that lost arbitration more than eight times in a row. */
  counts(outbid: number) {
    this.#reached.count("arbitration-lost", outbid - this.#outbid);
    this.#outbid = outbid;
    const reached = this.#reached.reports();
    return {
      delivered: this.delivered,
      withheld: this.withheld,
      dropped: this.dropped,
      busOffs: this.#busOffs,
      duplicates: this.#duplicates,
      ...(Object.keys(reached).length === 0 ? {} : { reached }),
    };
  }
}

function isPromise(type: number): boolean {
  return type === TYPE.vote || type === TYPE.confirm;
}
