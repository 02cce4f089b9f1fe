// Listens to the stream of operations with the package's own client, until it has so many. Writes
// one line of JSON: what it had, whether each came once and in order, and how often it connected.
// Run it: node listener.mjs URL COUNT [sleep]: with `sleep` it stops itself after the first one.

import { kill, pid } from "node:process";
import { RigClient } from "canfd-rig/client";
import { WebSocket } from "ws";

const [, , url, wanted, manner] = process.argv;
const count = Number(wanted);

let connections = 0;
// The client takes what the browser calls by this name, where there is such a thing.
globalThis.WebSocket = class extends WebSocket {
  constructor(address) {
    super(address);
    connections++;
  }
};

const client = new RigClient({ url });
let received = 0;
let checksum = 0;
let isInOrder = true;
console.log("ready");
for await (const { index, time } of client.operations({ since: 0 })) {
  isInOrder &&= index === received;
  checksum = (checksum * 31 + time) % 1_000_000_007;
  received++;
  if (received === 1 && manner === "sleep") kill(pid, "SIGSTOP");
  if (received === count) break;
}
console.log(JSON.stringify({ received, isInOrder, checksum, connections }));
