/** Names of message types, as metrics and reports show them. */

import { TYPE } from "./roj-message.ts";

const NAMES: Readonly<Record<number, string>> = {
  [TYPE.propose]: "Propose",
  [TYPE.vote]: "Vote",
  [TYPE.confirm]: "Confirm",
  [TYPE.commit]: "Commit",
  [TYPE.pull]: "Pull",
  [TYPE.voteSet]: "VoteSet",
  [TYPE.value]: "Value",
  [TYPE.fetch]: "Fetch",
  [TYPE.decided]: "Decided",
  [TYPE.status]: "Status",
  [TYPE.chunk]: "Chunk",
  [TYPE.fetchChunks]: "FetchChunks",
  [TYPE.evidence]: "Evidence",
  [TYPE.checkpoint]: "Checkpoint",
  [TYPE.request]: "Request",
  [TYPE.reply]: "Reply",
  [TYPE.marker]: "Marker",
};

export function messageName(type: number): string {
  return NAMES[type] ?? `Type${type}`;
}
