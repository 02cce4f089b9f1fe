// Records what clients of your own system saw, and asks whether it was consistent.
// Run it: node docs/examples/record-and-check.mjs

import { checkListAppend, HistoryRecorder, jsonLinesOfHistory, tableOfOperations } from "canfd-rig";

// The system under test: two replicas that tell each other too late.
const replicas = [new Map(), new Map()];
const append = (replica, key, element) =>
  replicas[replica].set(key, [...(replicas[replica].get(key) ?? []), element]);
const read = (replica, key) => replicas[replica].get(key) ?? [];

let nowNs = 0;
const recorder = new HistoryRecorder({ nowNs: () => nowNs++, clients: 2 });

recorder.invoke(0, [["append", "speed", 1]]);
append(0, "speed", 1);
recorder.ok(0, [["append", "speed", 1]]);

// A client of the other replica reads after the append was acknowledged, and misses it.
recorder.invoke(1, [["r", "speed", null]]);
recorder.ok(1, [["r", "speed", read(1, "speed")]]);

recorder.invoke(0, [["r", "speed", null]]);
recorder.ok(0, [["r", "speed", read(0, "speed")]]);

// An operation whose outcome nobody knows is info: its process retires.
recorder.invoke(1, [["append", "speed", 2]]);
recorder.info(1, "timeout");

const operations = recorder.end();
process.stdout.write(jsonLinesOfHistory(operations));

const verdict = checkListAppend(tableOfOperations(operations), {
  consistency: "strict-serializable",
});
console.log(verdict.valid ? "valid" : `not valid: ${verdict.anomalyTypes.join(", ")}`);
