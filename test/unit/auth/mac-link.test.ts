/** The MAC profile on the link: what is sealed opens for its receivers, and nothing else does. */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { macKeys } from "../../../rig/core/auth/mac-keys.ts";
import { MacLink } from "../../../rig/core/auth/mac-link.ts";
import type { CanFrame } from "../../../rig/core/can/frame.ts";
import {
  BODY_LENGTH_MAX,
  FrameMaker,
  HEADER_LENGTH,
  PROTOCOL_ROJ,
  readHeader,
  TO_ALL,
} from "../../../rig/core/wire/header.ts";
import { makeId } from "../../../rig/core/wire/identifier.ts";
import { aFrame, hexBytes } from "../../support/can-frames.ts";

const SEED = 7;
const SENDER = 2;

function linkOf(station: number, nodes: number): MacLink {
  const keys = macKeys(SEED, station);
  return new MacLink({ station, nodes, keys, boot: 3, protocol: PROTOCOL_ROJ });
}

/** The frames of a message of node 2, as its protocol core makes them. */
function message(body: Uint8Array, destination = TO_ALL): readonly CanFrame[] {
  const frames: CanFrame[] = [];
  const envelope = { id: makeId(3, 0, SENDER), type: 1, count: 2, destination };
  new FrameMaker(3).frames(envelope, body, body.length, (frame) => frames.push(frame));
  return frames;
}

/** What the link makes of the frames: of the last of them, when nothing came before. */
function openAll(link: MacLink, frames: readonly CanFrame[]) {
  return frames.map((frame) => link.open(frame)).at(-1) ?? null;
}

const bodyOf = (frames: readonly CanFrame[]) =>
  frames.flatMap(({ data }) => [...data.subarray(HEADER_LENGTH)]);

const bodies = fc.uint8Array({ minLength: 1, maxLength: BODY_LENGTH_MAX - 14 * 4 - 16 });
const clusters = fc.integer({ min: 3, max: 14 });

describe("a sealed message", () => {
  it("opens for every receiver as it was, whatever its length", () => {
    fc.assert(
      fc.property(bodies, clusters, fc.nat({ max: 13 }), (body, nodes, to) => {
        const receiver = to % nodes;
        const plain = message(body);
        const sealed = linkOf(SENDER, nodes).seal(plain);
        expect(sealed.length).toBeGreaterThanOrEqual(plain.length);
        const opened = openAll(linkOf(receiver, nodes), sealed);
        const frames = opened !== null && "frames" in opened ? opened.frames : [];
        expect(bodyOf(frames).slice(0, body.length)).toEqual([...body]);
        expect(
          bodyOf(frames)
            .slice(body.length)
            .every((byte) => byte === 0),
        ).toBe(true);
        const { type, count, destination, boot } = readHeader((frames[0] as CanFrame).data);
        expect({ type, count, destination, boot }).toEqual({
          ...{ type: 1, count: 2 },
          ...{ destination: TO_ALL, boot: 3 },
        });
      }),
    );
  });

  it("opens for the station that it is addressed to, and is nothing to the others", () => {
    const sealed = linkOf(SENDER, 4).seal(message(Uint8Array.of(1, 2, 3), 14));
    expect(openAll(linkOf(14, 4), sealed)).toHaveProperty("frames");
    expect(openAll(linkOf(1, 4), sealed)).toBeNull();
  });

  it("keeps a vote in one frame with up to five nodes", () => {
    expect(linkOf(SENDER, 5).seal(message(new Uint8Array(14)))).toHaveLength(1);
  });

  it("is refused with any bit turned over, of identifier, header, body or its own MAC", () => {
    const [sealed] = linkOf(SENDER, 3).seal(message(Uint8Array.of(1, 2, 3))) as [CanFrame];
    // Fragment numbers and link sequence say only which frames belong together.
    const covered = [0, 1, 3, ...Array.from({ length: sealed.data.length - 6 }, (_, at) => 6 + at)];
    const own = sealed.data.length - 3 * 8;
    const others = (at: number) => at >= own && (at < own + 8 || at >= own + 16);
    for (const at of covered) {
      for (let bit = 0; bit < 8; bit++) {
        const data = Uint8Array.from(sealed.data);
        data[at] = (data[at] as number) ^ (1 << bit);
        const opened = linkOf(1, 3).open({ ...sealed, data });
        if (others(at)) expect(opened).toHaveProperty("frames");
        else if (opened !== null) expect(opened, `byte ${at}`).toHaveProperty("refused");
      }
    }
    const renamed = { ...sealed, id: sealed.id ^ 0x10 };
    expect(linkOf(1, 3).open(renamed)).toMatchObject({ refused: {}, source: SENDER });
  });

  it("is refused from an insider in another's name", () => {
    const [sealed] = linkOf(1, 3).seal(message(Uint8Array.of(9))) as [CanFrame];
    expect(linkOf(0, 3).open(sealed)).toMatchObject({ refused: {}, source: SENDER });
  });

  it("is refused without its seal", () => {
    const [plain] = message(Uint8Array.of(9)) as [CanFrame];
    expect(linkOf(0, 3).open(plain)).toMatchObject({ refused: {}, source: SENDER });
  });
});

describe("the frame in the wire reference", () => {
  it("is what a link of three nodes makes of the vote", () => {
    const keys = Array.from({ length: 16 }, (_, other) =>
      Uint8Array.from({ length: 16 }, (_, at) => 16 * other + at),
    );
    const link = new MacLink({ station: 2, nodes: 3, keys, boot: 1, protocol: PROTOCOL_ROJ });
    const page = readFileSync("docs/reference/wire.md", "utf8");
    const plain = { ...aFrame(), fd: true, brs: true, id: 0x202 };
    const vote = hexBytes(/^vote 202 (.*)$/m.exec(page)?.[1] ?? "");
    const [sealed] = link.seal([{ ...plain, data: vote }]) as [CanFrame];
    const text = /^sealed-vote 202 (.*)$/m.exec(page)?.[1] ?? "";
    expect(Buffer.from(sealed.data).toString("hex")).toBe(text.replaceAll(" ", ""));
  });
});
