/** The frames shown in the reference of the wire format are those that the encoder makes. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { CanFrame } from "../../../rig/core/can/frame.ts";
import {
  encodeReply,
  replyEnvelope,
  requestEnvelope,
  writeRequest,
} from "../../../rig/core/wire/client-message.ts";
import { type Envelope, FrameMaker } from "../../../rig/core/wire/header.ts";
import { makeId } from "../../../rig/core/wire/identifier.ts";
import { markerEnvelope, writeMarker } from "../../../rig/core/wire/marker.ts";
import { messageName } from "../../../rig/core/wire/message-name.ts";
import type { RojMessage } from "../../../rig/core/wire/roj-message.ts";
import { chunkAt } from "../../../rig/core/wire/snapshot-chunk.ts";
import { makeBatch, OPCODE, type Transaction } from "../../../rig/core/wire/transaction.ts";
import { readDbc } from "../../support/dbc.ts";
import { framesOf } from "../../support/roj-messages.ts";

const REFERENCE = path.join(import.meta.dirname, "../../../docs/reference");
const PAGE = readFileSync(path.join(REFERENCE, "wire.md"), "utf8");

const TRANSACTION: Transaction = {
  client: 3,
  request: 260,
  microOps: [
    { opcode: OPCODE.append, key: 300, value: 7 },
    { opcode: OPCODE.read, key: 5, value: 0 },
  ],
};
const REGISTERS: Transaction = {
  client: 3,
  request: 261,
  microOps: [
    { opcode: OPCODE.write, key: 300, value: 7 },
    { opcode: OPCODE.read, key: 300, value: 0 },
    { opcode: OPCODE.read, key: 5, value: 0 },
  ],
};
const BATCH = makeBatch([TRANSACTION]);
const { digest } = BATCH;
const PLACE = { slot: 65, round: 1 } as const;

function message(content: RojMessage, source: number, destination?: number): CanFrame {
  const [frame] = framesOf(content, source, destination === undefined ? {} : { destination });
  if (frame === undefined) throw new Error("a message has a frame at least");
  return frame;
}

function single(envelope: Envelope, body: Uint8Array, length: number): CanFrame {
  const frames: CanFrame[] = [];
  new FrameMaker(1).frames(envelope, body, length, (frame) => frames.push(frame));
  return frames[0] as CanFrame;
}

function aRequest(transaction = TRANSACTION): CanFrame {
  const body = new Uint8Array(64);
  return single(requestEnvelope(14, 15), body, writeRequest(body, transaction));
}

function aReply(request: number, reads: readonly (readonly number[])[]): CanFrame {
  const body = encodeReply({ client: 3, request, status: 0, reads });
  return single(replyEnvelope(1, 14), body, body.length);
}

function aMarker(): CanFrame {
  const body = new Uint8Array(8);
  return single(markerEnvelope(1, "ok"), body, writeMarker(body, 2, 300));
}

/** What the page says each of its frames is. */
const FRAMES: Readonly<Record<string, CanFrame>> = {
  vote: message({ kind: "vote", ...PLACE, digest }, 2),
  "vote-nil": message({ kind: "vote", ...PLACE, digest: null }, 2),
  confirm: message({ kind: "confirm", ...PLACE, digest }, 0),
  commit: message({ kind: "commit", ...PLACE, digest, voters: 7 }, 1),
  pull: message({ kind: "pull", ...PLACE, votes: 5, confirms: 7, wantsValue: true }, 2, 0),
  "vote-set": message({ kind: "vote-set", phase: "confirm", ...PLACE, digest, voters: 3 }, 0, 2),
  value: message({ kind: "value", ...PLACE, validRound: null, batch: BATCH }, 2, 0),
  fetch: message({ kind: "fetch", slot: 65 }, 2, 0),
  decided: message({ kind: "decided", ...PLACE, voters: 7, batch: BATCH }, 0, 2),
  status: message({ kind: "status", slot: 66 }, 0, 2),
  chunk: message(chunkAt({ slot: 64, bytes: Uint8Array.of(0, 0, 0, 0), digest }, 0), 0, 2),
  "fetch-chunks": message({ kind: "fetch-chunks", slot: 64, offset: 212 }, 2, 0),
  request: aRequest(),
  reply: aReply(260, [[1, 2, 258]]),
  "request-registers": aRequest(REGISTERS),
  "reply-registers": aReply(261, [[7], []]),
  marker: aMarker(),
};

function hexOf({ data }: CanFrame): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** Rows of the page's tables, as cells. */
function rows(): string[][] {
  return PAGE.split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
}

describe("the reference of the wire format", () => {
  it("shows a proposal byte by byte as the encoder makes it", () => {
    const shown = rows().filter((cells) => /^([0-9a-f]{2} ?)+$/.test(cells[1] ?? ""));
    const proposal = { kind: "propose", ...PLACE, validRound: null, batch: BATCH } as const;
    expect(shown.map(([, bytes]) => bytes).join(" ")).toBe(hexOf(message(proposal, 1)));
    // Each row says where it starts.
    let at = 0;
    for (const [offset, bytes = ""] of shown) {
      expect(Number(offset)).toBe(at);
      at += bytes.split(" ").length;
    }
    expect(PAGE).toContain(`\`${digest}\``);
  });

  it.each(Object.keys(FRAMES))("shows the frame %s as the encoder makes it", (name) => {
    const frame = FRAMES[name] as CanFrame;
    expect(PAGE.split("\n")).toContain(`${name} ${frame.id.toString(16)} ${hexOf(frame)}`);
  });

  it("shows no other frames", () => {
    const block = /```frames\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? "";
    const names = block
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[0]);
    expect(names.sort()).toEqual(Object.keys(FRAMES).sort());
  });

  it("lists the identifiers and types that the DBC has", () => {
    const dbc = readDbc(readFileSync(path.join(REFERENCE, "roj.dbc"), "utf8"));
    let messageClass = 0;
    const listed: string[] = [];
    for (const [first = "", kind, ids, type, name] of rows()) {
      if (first !== "") messageClass = Number.parseInt(first, 10);
      if (!/^\d+$/.test(type ?? "") || name === undefined) continue;
      expect(messageName(Number(type))).toBe(name);
      const low = Number.parseInt(ids?.slice(0, 3) ?? "", 16);
      expect(low & 0x7f0).toBe(makeId(messageClass, Number(kind), 0));
      const high = Number.parseInt(ids?.slice(-3) ?? "", 16);
      for (let id = low; id <= high; id++) listed.push(`${id} ${name}_${id & 15}`);
    }
    expect(listed.sort()).toEqual([...dbc.values()].map(({ id, name }) => `${id} ${name}`).sort());
  });
});
