/** Names of message types, as metrics and reports show them. */

import { TYPE } from "./roj-message.ts";

const NAMED = {
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
} as const;
const NAMES: Readonly<Record<number, string>> = NAMED;

type Named = (typeof NAMED)[keyof typeof NAMED];
export const MESSAGE_NAMES: readonly [Named, ...Named[]] = [
  NAMED[TYPE.propose],
  ...Object.values(NAMED).filter((name) => name !== NAMED[TYPE.propose]),
];

export function messageName(type: number): string {
  return NAMES[type] ?? `Type${type}`;
}
