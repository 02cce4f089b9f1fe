/**
 * A node program's way to a CAN interface. What the interface's queue has no room for waits here,
 * in order; the kernel's echo of an own frame is its acknowledgement. Foreign frames are
 * filtered here, as a node's controller would.
 */

import { stateOfErrorFrame } from "../../core/can/error-frame.ts";
import type { CanFrame } from "../../core/can/frame.ts";
import { NODE_FILTERS, RESIDENT_FILTERS } from "../../core/wire/identifier.ts";
import type { BusLink, LinkEvent } from "../../ports/bus-link.ts";
import { RawChannel } from "./raw-channel.ts";

const RETRY_MS = 1;

function isAccepted({ id, extended }: CanFrame, hasClients: boolean): boolean {
  return (hasClients ? RESIDENT_FILTERS : NODE_FILTERS).some(
    (filter) => filter.extended === extended && (id & filter.mask) === filter.match,
  );
}

export interface CanLinkOptions {
  /** Name of the interface. */
  readonly name: string;
  /** Whether clients live on the node, which takes replies then. */
  readonly hasClients: boolean;
}

export function linkToCan(
  { name, hasClients }: CanLinkOptions,
  onEvent: (event: LinkEvent) => void,
): BusLink {
  let end: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    end = resolve;
  });
  /** Tokens of the frames that are sent and not yet echoed. */
  const sent: number[] = [];
  const waiting: { readonly token: number; readonly frame: CanFrame }[] = [];
  let timer: NodeJS.Timeout | null = null;
  const channel = new RawChannel({
    name,
    receivesOwn: true,
    onFrame: ({ frame, isOwn }) => {
      if (frame.error) {
        const state = stateOfErrorFrame(frame);
        if (state !== null) onEvent({ kind: "bus-state", ...state });
      } else if (!isOwn) {
        // No filter of the socket, which would take echoes away as well.
        if (isAccepted(frame, hasClients)) onEvent({ kind: "frame", frame });
      } else {
        const token = sent.shift();
        if (token !== undefined) onEvent({ kind: "transmitted", token });
      }
    },
    onTrouble: (code) => {
      if (code === "ENODEV") end();
    },
  });
  const flush = () => {
    timer = null;
    while (waiting.length > 0) {
      const [first] = waiting;
      if (first === undefined || channel.send([first.frame]).sent === 0) break;
      sent.push(first.token);
      waiting.shift();
    }
    if (waiting.length > 0) timer = setTimeout(flush, RETRY_MS);
  };
  const send = (token: number, frame: CanFrame) => {
    waiting.push({ token, frame });
    if (timer === null) flush();
  };
  return { send, closed };
}
