/** Markers and the sessions of clients that live on nodes. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CanFrame } from "../../../rig/core/can/frame.ts";
import { FrameMaker, readHeader } from "../../../rig/core/wire/header.ts";
import { sourceOfId } from "../../../rig/core/wire/identifier.ts";
import {
  decodeMarker,
  MARKER_KINDS,
  type Marker,
  markerEnvelope,
  writeMarker,
} from "../../../rig/core/wire/marker.ts";
import { NODE_PROCESSES_MAX, residentSession } from "../../../rig/core/wire/session.ts";
import { nodeNumber } from "../../support/roj-messages.ts";

const anyMarker: fc.Arbitrary<Marker> = fc.record({
  node: nodeNumber,
  boot: fc.nat({ max: 255 }),
  process: fc.nat({ max: 0xffff }),
  number: fc.nat({ max: 0xffff_ffff }),
  kind: fc.constantFrom(...MARKER_KINDS),
});

function frameOf({ node, boot, process, number, kind }: Marker): CanFrame {
  const body = new Uint8Array(8);
  const length = writeMarker(body, process, number);
  const frames: CanFrame[] = [];
  new FrameMaker(boot).frames(markerEnvelope(node, kind), body, length, (f) => frames.push(f));
  return frames[0] as CanFrame;
}

describe("a marker", () => {
  it("is read as it was written, from one short frame", () => {
    fc.assert(
      fc.property(anyMarker, (marker) => {
        const { id, data } = frameOf(marker);
        expect(data.length).toBe(12);
        expect(decodeMarker(sourceOfId(id), readHeader(data), data)).toEqual(marker);
      }),
    );
  });

  it("is none when it is cut short, or of another type or kind", () => {
    const { data } = frameOf({ node: 1, boot: 1, process: 0, number: 0, kind: "ok" });
    const header = readHeader(data);
    expect(decodeMarker(1, header, data.slice(0, 11))).toBeNull();
    expect(decodeMarker(1, { ...header, type: 17 }, data)).toBeNull();
    expect(decodeMarker(1, { ...header, count: 5 }, data)).toBeNull();
  });
});

describe("a session of a node's own client", () => {
  it("is another for each node, process and boot, and never one of the host's", () => {
    const seen = new Set<number>();
    for (let node = 0; node < 14; node++) {
      for (let process = 0; process < NODE_PROCESSES_MAX; process++) {
        for (let boot = 1; boot <= 256; boot++) {
          const session = residentSession(node, process, boot);
          expect(session).toBeGreaterThan(255);
          expect(session).toBeLessThan(1 << 13);
          seen.add(session);
        }
      }
    }
    expect(seen.size).toBe(14 * NODE_PROCESSES_MAX * 256);
  });
});
