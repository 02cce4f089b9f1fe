/** pcap and pcapng as trace formats. */

import { viewOf } from "../binary/byte-queue.ts";
import type { FileHead, TraceFormat } from "../trace-format.ts";
import { PCAP_MAGIC_NS, PCAP_MAGIC_US, readPcap } from "./pcap-reader.ts";
import { writePcap } from "./pcap-writer.ts";
import { BLOCK } from "./pcapng-blocks.ts";
import { readPcapng } from "./pcapng-reader.ts";
import { writePcapng } from "./pcapng-writer.ts";

const MAGICS: readonly number[] = [PCAP_MAGIC_NS, PCAP_MAGIC_US];

function firstWord({ bytes }: FileHead, isLittle: boolean): number {
  return bytes.length < 4 ? 0 : viewOf(bytes).getUint32(0, isLittle);
}

export const pcapFormat: TraceFormat = {
  name: "pcap",
  title: "pcap (SocketCAN)",
  extensions: [".pcap", ".cap"],
  detect: (head) => [true, false].some((isLittle) => MAGICS.includes(firstWord(head, isLittle))),
  reader: readPcap,
  writer: writePcap,
};

export const pcapngFormat: TraceFormat = {
  name: "pcapng",
  title: "pcapng (SocketCAN)",
  extensions: [".pcapng"],
  detect: (head) => firstWord(head, false) === BLOCK.section,
  reader: readPcapng,
  writer: writePcapng,
};
