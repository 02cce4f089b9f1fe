/** The hub's socket: node processes connect, say who they are, and are stations from then on. */

import { createServer, type Server, type Socket } from "node:net";
import { RigError } from "../../core/verdict/rig-error.ts";
import { encodeHubMessage, HUB_VERSION, HubMessageReader } from "../../core/wire/hub-message.ts";
import type { BusHub, HubNode } from "./bus-hub.ts";

/** Bytes that may wait for a node that does not read: some thousand frames. */
const WAITING_MAX = 1 << 20;

export class HubServer {
  readonly #hub: BusHub;
  readonly #nodes: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Called for each frame that a node is given: who counts what a pause holds back. */
  readonly #onDelivery: (node: number) => void;

  constructor(hub: BusHub, nodes: number, onDelivery: (node: number) => void) {
    this.#hub = hub;
    this.#nodes = nodes;
    this.#onDelivery = onDelivery;
    this.#server = createServer((socket) => this.#onConnection(socket));
  }

  /** Rejects with `bench.trouble` when nothing can listen there. */
  listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error) => {
        reject(new RigError("bench.trouble", `the hub can't listen on ${path}: ${error.message}`));
      });
      this.#server.listen(path, resolve);
    });
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #onConnection(socket: Socket): void {
    this.#sockets.add(socket);
    const reader = new HubMessageReader();
    let node: number | null = null;
    const peer = this.#peerOf(socket, () => node);
    socket.on("data", (piece) => {
      try {
        reader.feed(piece, (message) => {
          if (message.kind === "hello") {
            if (message.version !== HUB_VERSION || message.node >= this.#nodes) socket.destroy();
            else {
              node = message.node;
              this.#hub.attach(node, peer);
            }
          } else if (message.kind === "send" && node !== null) {
            if (!this.#hub.send(node, message.frame, message.token)) peer.aborted(message.token);
          } else socket.destroy();
        });
      } catch {
        // It doesn't speak as a node should: what it wants to say is lost, and it is off the bus.
        this.#hub.countDropped();
        socket.destroy();
      }
    });
    // A node that was killed resets its connection.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#sockets.delete(socket);
      if (node !== null) this.#hub.forget(node, peer);
    });
  }

  #peerOf(socket: Socket, node: () => number | null): HubNode {
    const write = (bytes: Uint8Array): boolean => {
      if (socket.destroyed) return false;
      if (socket.writableLength > WAITING_MAX) {
        this.#hub.countDropped();
        return false;
      }
      // What the bus brings in one go is written in one go: a flooded bus would cost too much.
      if (socket.writableCorked === 0) {
        socket.cork();
        process.nextTick(() => socket.uncork());
      }
      socket.write(bytes);
      return true;
    };
    return {
      frame: (frame) => {
        const number = node();
        if (write(encodeHubMessage({ kind: "frame", frame })) && number !== null) {
          this.#onDelivery(number);
        }
      },
      transmitted: (token) => write(encodeHubMessage({ kind: "transmitted", token })),
      aborted: (token) => write(encodeHubMessage({ kind: "aborted", token })),
      busState: ({ state, tec, rec }) =>
        write(encodeHubMessage({ kind: "bus-state", state, tec, rec })),
      // As with controllers that don't report errors (`berr-reporting off`).
      errorFrame() {},
    };
  }
}
