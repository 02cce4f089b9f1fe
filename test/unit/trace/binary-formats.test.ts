/** Binary traces built byte by byte: byte orders, resolutions, compression, damage. */

import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { TraceRecord } from "../../../rig/core/trace/index.ts";
import { hexBytes } from "../../support/can-frames.ts";
import { formatNamed, readTrace, withoutPlaces, writeTrace } from "./read-trace.ts";

const FRAME = "0000 0123 02 00 00 00 aabb 000000000000";

describe("pcap", () => {
  it("is read in big-endian order with microseconds", () => {
    const head = "a1b2c3d4 0002 0004 00000000 00000000 00040000 000000e3";
    const record = "60000000 000003e8 00000010 00000010";
    const { records, error, format } = readTrace(hexBytes(head + record + FRAME));
    expect(error).toBeUndefined();
    expect(format).toBe("pcap");
    expect(records).toMatchObject([
      { time: { seconds: 0x6000_0000, nanoseconds: 1_000_000 }, id: 0x123, fd: false, at: 24 },
    ]);
  });

  it("refuses links other than CAN", () => {
    const head = "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001";
    const { error } = readTrace(hexBytes(head));
    expect(error).toMatchObject({ message: expect.stringContaining("offset 20: link type 1") });
  });
});

describe("pcapng", () => {
  it("is read in big-endian order, with binary resolution and an offset", () => {
    const section = "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffff ffffffff 0000001c";
    const options = "0002 0004 63616e37 0009 0001 8a000000 000e 0008 0000000000000064 00000000";
    const face = `00000001 00000034 00e3 0000 00000000 ${options} 00000034`;
    const packet = "00000006 0000003c 00000000 00000000 00000600 00000010 00000010";
    const tail = "0002 0004 00000002 00000000 0000003c";
    const { records, error } = readTrace(hexBytes(section + face + packet + FRAME + tail));
    expect(error).toBeUndefined();
    expect(records).toMatchObject([
      { time: { seconds: 101, nanoseconds: 500_000_000 }, channel: "can7", direction: "tx" },
    ]);
  });
});

describe("BLF", () => {
  const record: TraceRecord = {
    kind: "data",
    time: { seconds: 1, nanoseconds: 5 },
    channel: "1",
    direction: "tx",
    at: 1,
    id: 0x123,
    extended: true,
    fd: true,
    brs: true,
    esi: false,
    dlc: 15,
    data: new Uint8Array(64).fill(7),
  };
  const many = Array.from({ length: 3000 }, () => record);
  const origin = { clock: "start", start: null } as const;

  it("comes back from several compressed containers", () => {
    const pieces: Uint8Array[] = [];
    const deflate = (data: Uint8Array) => new Uint8Array(deflateSync(data));
    const writer = formatNamed("blf").writer?.(origin, (piece) => pieces.push(piece), { deflate });
    for (const each of many) writer?.write(each);
    writer?.finish();
    const bytes = new Uint8Array(Buffer.concat(pieces));
    bytes.set(writer?.headPatch ?? []);
    expect(bytes.length).toBeLessThan(20_000);
    expect(new DataView(bytes.buffer).getUint32(16, true)).toBe(bytes.length);
    const read = readTrace(bytes, { chunk: 999 });
    expect(read.error).toBeUndefined();
    expect(withoutPlaces(read.records)).toEqual(withoutPlaces(many));
  });

  it("names the container whose data are damaged, after what was before it", () => {
    const { bytes } = writeTrace("blf", [record], origin);
    const damaged = hexBytes(
      "4c4f424a 1000 0100 24000000 0a000000 0200 0000 00000000 10000000 00000000 ffffffff",
    );
    const read = readTrace(new Uint8Array(Buffer.concat([bytes, damaged])));
    expect(read.records).toHaveLength(1);
    const place = `offset ${bytes.length}: `;
    expect(read.error).toMatchObject({ message: expect.stringContaining(place) });
  });
});
