/** The host's side of the wire: requests to all nodes, and what nodes say to the host. */

import { macKeys } from "../auth/mac-keys.ts";
import { MacLink } from "../auth/mac-link.ts";
import { HOST_STATION } from "../can/bus.ts";
import type { CanFrame } from "../can/frame.ts";
import type { RunPlan } from "../plan/plan.ts";
import { requestEnvelope, writeRequest } from "../wire/client-message.ts";
import { FrameMaker, PROTOCOL_ROJ, TO_ALL } from "../wire/header.ts";
import type { Transaction } from "../wire/transaction.ts";

const BOOT = 1;
const REQUEST_LENGTH_MAX = 64;

export class HostLink {
  readonly #frames = new FrameMaker(BOOT);
  readonly #body = new Uint8Array(REQUEST_LENGTH_MAX);
  readonly #mac: MacLink | null;

  constructor({ auth, nodes, seed }: Pick<RunPlan, "auth" | "nodes" | "seed">) {
    const station = HOST_STATION;
    const keyed = { station, nodes, boot: BOOT, protocol: PROTOCOL_ROJ };
    this.#mac = auth === "mac" ? new MacLink({ ...keyed, keys: macKeys(seed, station) }) : null;
  }

  /** The frames of a request to all nodes. */
  request(transaction: Transaction): readonly CanFrame[] {
    const frames: CanFrame[] = [];
    const length = writeRequest(this.#body, transaction);
    const envelope = requestEnvelope(HOST_STATION, TO_ALL);
    this.#frames.frames(envelope, this.#body, length, (frame) => frames.push(frame));
    return this.#mac?.seal(frames) ?? frames;
  }

  /** What of a frame may be believed: in the MAC profile nothing until its message is whole. */
  heard(frame: CanFrame): readonly CanFrame[] {
    if (this.#mac === null) return [frame];
    const opened = this.#mac.open(frame);
    return opened !== null && "frames" in opened ? opened.frames : [];
  }
}
