/** A node's connection to the userspace hub. */

import { connect } from "node:net";
import type { CanFrame } from "../../core/can/frame.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import {
  encodeHubMessage,
  HUB_VERSION,
  type HubMessage,
  HubMessageReader,
} from "../../core/wire/hub-message.ts";
import type { BusLink } from "./node-program.ts";

export interface HubLink extends BusLink {
  /** Resolves when the hub is gone, by an error or not. */
  readonly closed: Promise<void>;
}

/** Rejects with `bench.trouble` when nobody listens at `path`. */
export function connectToHub(
  path: string,
  node: number,
  onMessage: (message: HubMessage) => void,
): Promise<HubLink> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const reader = new HubMessageReader();
    const closed = new Promise<void>((end) => socket.once("close", () => end()));
    socket.on("error", ({ message }) => {
      reject(new RigError("bench.trouble", `no hub at ${path}: ${message}`));
    });
    socket.on("data", (piece) => reader.feed(piece, onMessage));
    socket.once("connect", () => {
      socket.write(encodeHubMessage({ kind: "hello", version: HUB_VERSION, node }));
      const send = (token: number, frame: CanFrame) =>
        void socket.write(encodeHubMessage({ kind: "send", token, frame }));
      resolve({ send, closed });
    });
  });
}
