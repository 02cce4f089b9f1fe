/**
 * The DBC text of the rig's own frames, so that other people's tools can decode our captures. One
 * message per class, kind and source, because the source is part of the identifier. Signals are
 * the header and the fields at fixed places in the first fragment; batches and lists of any length
 * are beyond the format. A message's size is that of the shortest frame that it can have.
 */

import { padFdLength } from "../can/dlc.ts";
import { STATUS } from "./client-message.ts";
import {
  HEADER_LENGTH,
  PROTOCOL_ROJ,
  PROTOCOL_ROJ_A,
  PROTOCOL_ROJ_SIGNED,
  SEALED,
  TO_ALL,
} from "./header.ts";
import { CLASS, makeId } from "./identifier.ts";
import { MARKER_KINDS } from "./marker.ts";
import { messageName } from "./message-name.ts";
import { TYPE } from "./roj-message.ts";
import { ownerOf } from "./session.ts";
import { OPCODE } from "./transaction.ts";

/** Node identifiers are four bits, of which 14 is the host and 15 means all. */
const NODES = 14;
const HOST = 14;

interface Signal {
  readonly name: string;
  /** First bit, as the format counts them: byte times eight, plus the bit in the byte. */
  readonly start: number;
  readonly length: number;
  /** Digests stand with their most significant byte first, everything else with the least. */
  readonly isBigEndian?: boolean;
  readonly values?: Readonly<Record<number, string>>;
}

interface Layout {
  readonly type: number;
  readonly class: number;
  readonly kind: number;
  readonly comment: string;
  /** Meanings of the header's count, where they are few. */
  readonly counts?: Readonly<Record<number, string>>;
  readonly fields: readonly Signal[];
}

/** A field of `bytes` bytes, `offset` bytes into the body. */
function field(name: string, offset: number, bytes: number, values?: Signal["values"]): Signal {
  const signal = { name, start: 8 * (HEADER_LENGTH + offset), length: 8 * bytes };
  return values === undefined ? signal : { ...signal, values };
}

/** Two halves, since many tools hold a value in a double. */
function digestFields(offset: number): readonly Signal[] {
  const start = 8 * (HEADER_LENGTH + offset) + 7;
  return [
    { name: "DigestHigh", start, length: 32, isBigEndian: true },
    { name: "DigestLow", start: start + 32, length: 32, isBigEndian: true },
  ];
}

const SLOT = field("Slot", 0, 4);
const ROUND = field("Round", 4, 2);
const VALID_ROUND = field("ValidRound", 6, 2, { 65535: "none" });

const OWNERS = {
  0: "host",
  ...Object.fromEntries(
    [0, 1].flatMap((process) =>
      Array.from({ length: NODES }, (_, node) => [
        ownerOf(node, process),
        `node ${node} process ${process}`,
      ]),
    ),
  ),
};

/** A number of three bits beside the owner of the session. */
function sharedByte(name: string, offset: number, values?: Signal["values"]): readonly Signal[] {
  const start = 8 * (HEADER_LENGTH + offset);
  const number = { name, start, length: 3 };
  return [
    values === undefined ? number : { ...number, values },
    { name: "Owner", start: start + 3, length: 5, values: OWNERS },
  ];
}

/** The first transaction of a batch, or the one of a request; it is never empty. */
function transactionFields(offset: number): readonly Signal[] {
  const key = 8 * (HEADER_LENGTH + offset + 4);
  return [
    field("Client", offset, 1),
    field("Request", offset + 1, 2),
    ...sharedByte("MicroOps", offset + 3),
    { name: "FirstKey", start: key, length: 14 },
    {
      name: "FirstOpcode",
      start: key + 14,
      length: 2,
      values: { [OPCODE.append]: "append", [OPCODE.read]: "read", [OPCODE.write]: "write" },
    },
    field("FirstValue", offset + 6, 4),
  ];
}

const PHASE_COUNTS = { 0: "nil", 1: "batch" };

const LAYOUTS: readonly Layout[] = [
  {
    type: TYPE.vote,
    class: CLASS.ack,
    kind: 0,
    comment: "Vote for a batch, or for nil, in one round of one slot",
    counts: PHASE_COUNTS,
    fields: [SLOT, ROUND, ...digestFields(6)],
  },
  {
    type: TYPE.confirm,
    class: CLASS.ack,
    kind: 1,
    comment: "Confirmation of a batch, or of nil: a quorum of these for one batch decides",
    counts: PHASE_COUNTS,
    fields: [SLOT, ROUND, ...digestFields(6)],
  },
  {
    type: TYPE.commit,
    class: CLASS.ack,
    kind: 2,
    comment: "Hint that the slot is decided",
    fields: [SLOT, ROUND, ...digestFields(6), field("Voters", 14, 2)],
  },
  {
    type: TYPE.propose,
    class: CLASS.proposal,
    kind: 0,
    comment: "Proposal; Count is the number of transactions in the batch",
    fields: [SLOT, ROUND, VALID_ROUND, ...transactionFields(8)],
  },
  {
    type: TYPE.reply,
    class: CLASS.reply,
    kind: 0,
    comment: "Reply to a client's request",
    fields: [
      field("Client", 0, 1),
      field("Request", 1, 2),
      ...sharedByte("Status", 3, { [STATUS.applied]: "applied", [STATUS.refused]: "refused" }),
    ],
  },
  {
    type: TYPE.request,
    class: CLASS.request,
    kind: 0,
    comment: "Request of a client: one transaction",
    fields: transactionFields(0),
  },
  {
    type: TYPE.pull,
    class: CLASS.repair,
    kind: 0,
    comment: "Asks for votes, confirmations and perhaps the batch of a round",
    counts: { 0: "votes", 1: "votes and batch" },
    fields: [SLOT, ROUND, field("Votes", 6, 2), field("Confirms", 8, 2)],
  },
  {
    type: TYPE.voteSet,
    class: CLASS.repair,
    kind: 1,
    comment: "Votes or confirmations of several nodes that the sender holds",
    counts: { 0: "votes nil", 1: "votes batch", 2: "confirms nil", 3: "confirms batch" },
    fields: [SLOT, ROUND, ...digestFields(6), field("Voters", 14, 2)],
  },
  {
    type: TYPE.value,
    class: CLASS.repair,
    kind: 2,
    comment: "A proposal passed on; Count is the number of transactions in the batch",
    fields: [SLOT, ROUND, VALID_ROUND, ...transactionFields(8)],
  },
  {
    type: TYPE.fetch,
    class: CLASS.repair,
    kind: 3,
    comment: "Asks for decided slots, from Slot on",
    fields: [SLOT],
  },
  {
    type: TYPE.decided,
    class: CLASS.repair,
    kind: 4,
    comment: "A decided slot; Count is the number of transactions in the batch",
    fields: [SLOT, ROUND, field("Voters", 6, 2), ...transactionFields(8)],
  },
  {
    type: TYPE.status,
    class: CLASS.repair,
    kind: 5,
    comment: "The first slot that the sender has not decided",
    fields: [SLOT],
  },
  {
    type: TYPE.chunk,
    class: CLASS.repair,
    kind: 6,
    comment: "A piece of the snapshot up to Slot; the digest is that of all of it",
    fields: [SLOT, field("Total", 4, 4), field("Offset", 8, 4), ...digestFields(12)],
  },
  {
    type: TYPE.fetchChunks,
    class: CLASS.repair,
    kind: 7,
    comment: "Asks for the chunks of the snapshot up to Slot, from Offset on",
    fields: [SLOT, field("Offset", 4, 4)],
  },
  {
    type: TYPE.marker,
    class: CLASS.telemetry,
    kind: 0,
    comment: "A record was written into the sender's history: its place on the bus is its order",
    counts: Object.fromEntries(MARKER_KINDS.map((kind, number) => [number, kind])),
    fields: [field("Process", 0, 2), field("Record", 2, 4)],
  },
];

const TYPE_VALUES = Object.fromEntries(LAYOUTS.map(({ type }) => [type, messageName(type)]));
const DESTINATION_VALUES = {
  ...Object.fromEntries(Array.from({ length: NODES }, (_, node) => [node, `node ${node}`])),
  [HOST]: "host",
  [TO_ALL]: "all",
};

const PROTOCOL_VALUES = {
  [PROTOCOL_ROJ]: "ROJ",
  [PROTOCOL_ROJ_SIGNED]: "ROJ with signatures",
  [PROTOCOL_ROJ_A]: "ROJ-A",
  [PROTOCOL_ROJ | SEALED]: "ROJ with MACs",
  [PROTOCOL_ROJ_A | SEALED]: "ROJ-A with MACs",
};

function headerSignals(counts: Layout["counts"]): readonly Signal[] {
  const count = { name: "Count", start: 12, length: 4 };
  return [
    { name: "Type", start: 0, length: 5, values: TYPE_VALUES },
    { name: "Protocol", start: 5, length: 3, values: PROTOCOL_VALUES },
    { name: "Destination", start: 8, length: 4, values: DESTINATION_VALUES },
    counts === undefined ? count : { ...count, values: counts },
    { name: "LastFragment", start: 16, length: 4 },
    { name: "Fragment", start: 20, length: 4 },
    { name: "Boot", start: 24, length: 8 },
    { name: "Sequence", start: 32, length: 16 },
  ];
}

/** Number that the attribute's list of frame formats has for base identifiers in FD format. */
const STANDARD_CAN_FD = 14;
const FRAME_FORMATS = [
  "StandardCAN",
  "ExtendedCAN",
  ...Array.from({ length: 12 }, (_, index) => `reserved${index + 2}`),
  "StandardCAN_FD",
  "ExtendedCAN_FD",
];

interface Message {
  readonly id: number;
  readonly name: string;
  readonly sender: string;
  readonly length: number;
  readonly comment: string;
  readonly fields: readonly Signal[];
  readonly header: readonly Signal[];
}

function messages(): Message[] {
  return LAYOUTS.flatMap((layout) => {
    const isRequest = layout.type === TYPE.request;
    const nodes = Array.from({ length: NODES }, (_, node) => node);
    const sources = isRequest ? [...nodes, HOST] : nodes;
    return sources.map((source) => ({
      id: makeId(layout.class, layout.kind, source),
      name: `${messageName(layout.type)}_${source}`,
      sender: stationName(source),
      length: padFdLength(Math.max(...layout.fields.map(lastByte)) + 1),
      comment: layout.comment,
      fields: layout.fields,
      header: headerSignals(layout.counts),
    }));
  }).sort((a, b) => a.id - b.id);
}

function stationName(station: number): string {
  return station === HOST ? "Host" : `Node${station}`;
}

function lastByte({ start, length, isBigEndian = false }: Signal): number {
  const first = start >>> 3;
  return isBigEndian ? first + length / 8 - 1 : (start + length - 1) >>> 3;
}

/** The whole file; lines end in a line feed. */
export function rojDbc(): string {
  const all = messages();
  const stations = Array.from({ length: HOST + 1 }, (_, station) => stationName(station));
  return [
    'VERSION "1"',
    "",
    "NS_ :",
    "",
    "BS_:",
    "",
    `BU_: ${stations.join(" ")}`,
    "",
    ...all.flatMap(messageLines),
    ...all.map(({ id, comment }) => `CM_ BO_ ${id} "${comment}";`),
    'BA_DEF_ "BusType" STRING ;',
    `BA_DEF_ BO_ "VFrameFormat" ENUM ${FRAME_FORMATS.map((name) => `"${name}"`).join(",")};`,
    'BA_DEF_ BO_ "CANFD_BRS" ENUM "0","1";',
    'BA_DEF_DEF_ "BusType" "CAN";',
    'BA_DEF_DEF_ "VFrameFormat" "StandardCAN";',
    'BA_DEF_DEF_ "CANFD_BRS" "1";',
    'BA_ "BusType" "CAN FD";',
    ...all.map(({ id }) => `BA_ "VFrameFormat" BO_ ${id} ${STANDARD_CAN_FD};`),
    ...all.flatMap(valueLines),
    "",
  ].join("\n");
}

function messageLines({ id, name, length, sender, header, fields }: Message): string[] {
  // Continuations have no fields: they show up as the header and no more.
  const isLong = fields.some(({ name }) => ["FirstKey", "Status", "Total"].includes(name));
  const isMultiplexed = isLong && sender !== stationName(HOST);
  return [
    `BO_ ${id} ${name}: ${length} ${sender}`,
    ...header.map((signal) =>
      signalLine(signal, isMultiplexed && signal.name === "Fragment" ? " M" : ""),
    ),
    ...fields.map((signal) => signalLine(signal, isMultiplexed ? " m0" : "")),
    "",
  ];
}

function signalLine(signal: Signal, multiplexing: string): string {
  const { name, start, length, isBigEndian = false } = signal;
  const place = `${start}|${length}@${isBigEndian ? 0 : 1}+`;
  return ` SG_ ${name}${multiplexing} : ${place} (1,0) [0|${2 ** length - 1}] "" Vector__XXX`;
}

function valueLines({ id, header, fields }: Message): string[] {
  return [...header, ...fields].flatMap(({ name, values }) => {
    if (values === undefined) return [];
    const texts = Object.entries(values).map(([value, text]) => `${value} "${text}"`);
    return [`VAL_ ${id} ${name} ${texts.join(" ")} ;`];
  });
}
