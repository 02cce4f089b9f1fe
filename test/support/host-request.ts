/** A client's request from the host, to have simulated or real nodes talk to each other. */

import { HOST_STATION } from "../../rig/core/can/bus.ts";
import { requestEnvelope, writeRequest } from "../../rig/core/wire/client-message.ts";
import { FrameMaker, TO_ALL } from "../../rig/core/wire/header.ts";
import { OPCODE } from "../../rig/core/wire/transaction.ts";
import type { CanBus } from "../../rig/ports/can-bus.ts";

/** Sends one append; each time with another number, since nodes know requests again. */
export function sendRequest(bus: CanBus, request: number): void {
  const body = new Uint8Array(64);
  const microOps = [{ opcode: OPCODE.append, key: 1, value: request }];
  const length = writeRequest(body, { client: 1, request, microOps });
  new FrameMaker(1).frames(requestEnvelope(HOST_STATION, TO_ALL), body, length, (frame) => {
    if (!bus.send(frame)) throw new Error("the bus has no room for a request");
  });
}
