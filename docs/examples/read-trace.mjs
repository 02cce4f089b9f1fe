// Names the busiest arbitration IDs of a trace file of any known format.
// Run it: node docs/examples/read-trace.mjs [FILE]

import { open } from "node:fs/promises";
import { inflateSync } from "node:zlib";
import { detectFormat } from "canfd-rig/trace";

const file = process.argv[2] ?? "fixtures/traces/own/mix.log";
const counts = new Map();
const count = (record) => {
  if (record.kind !== "data") return;
  const id = record.id.toString(16).toUpperCase().padStart(record.extended ? 8 : 3, "0");
  counts.set(id, (counts.get(id) ?? 0) + 1);
};

let reader = null;
for await (const chunk of (await open(file)).createReadStream()) {
  if (reader === null) {
    const format = detectFormat(chunk);
    if (format === null) throw new Error(`${file}: no known trace format`);
    console.log(format.title);
    const inflate = (data, length) => inflateSync(data, { maxOutputLength: length });
    reader = format.reader(count, { inflate });
  }
  reader.feed(chunk);
}
reader?.finish();
const busiest = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
for (const [id, frames] of busiest.slice(0, 10)) console.log(`${id} ${frames}`);
