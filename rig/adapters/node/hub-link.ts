/** A node's connection to the userspace hub. */

import { connect } from "node:net";
import type { CanFrame } from "../../core/can/frame.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { encodeHubMessage, HUB_VERSION, HubMessageReader } from "../../core/wire/hub-message.ts";
import type { BusLink, LinkEvent } from "../../ports/bus-link.ts";

/** Rejects with `bench.trouble` when nobody listens at `path`. */
export function connectToHub(
  path: string,
  node: number,
  onEvent: (event: LinkEvent) => void,
): Promise<BusLink> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const reader = new HubMessageReader();
    const closed = new Promise<void>((end) => socket.once("close", () => end()));
    socket.on("error", ({ message }) => {
      reject(new RigError("bench.trouble", `no hub at ${path}: ${message}`));
    });
    socket.on("data", (piece) => {
      reader.feed(piece, (message) => {
        if (message.kind !== "hello" && message.kind !== "send") onEvent(message);
      });
    });
    socket.once("connect", () => {
      socket.write(encodeHubMessage({ kind: "hello", version: HUB_VERSION, node }));
      const send = (token: number, frame: CanFrame) =>
        void socket.write(encodeHubMessage({ kind: "send", token, frame }));
      resolve({ send, closed });
    });
  });
}
