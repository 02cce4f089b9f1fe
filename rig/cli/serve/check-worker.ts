/** A thread that checks one history and ends: the server goes on meanwhile. */

import { parentPort, workerData } from "node:worker_threads";
import { RigError } from "../../core/verdict/rig-error.ts";
import { fileChecker, isElle } from "../check-file.ts";
import type { CheckAnswerMessage, CheckJob } from "./check-messages.ts";

const { path, name, model, consistency, registers, limitMs } = workerData as CheckJob;
const startMs = performance.now();

async function check(): Promise<CheckAnswerMessage> {
  try {
    const checker = await fileChecker(model);
    const names = consistency.split(",").map((each) => each.trim());
    const result = await checker(path, {
      elle: { consistency: names.filter((each) => each !== ""), ...registers },
      others: {},
      untilMs: startMs + limitMs,
    });
    const milliseconds = Math.round(performance.now() - startMs);
    const asked = isElle(model) ? consistency : null;
    const { valid, anomalyTypes, not, alsoNot, anomalies, anomalyCounts } = result;
    const { operations, warnings } = result;
    const found = { valid, anomalyTypes, not, alsoNot, anomalies, anomalyCounts };
    const answer = {
      name,
      model,
      consistency: asked,
      ...found,
      operations,
      warnings,
      milliseconds,
    };
    // A copy through JSON has what the contract has, and nothing that can't be posted.
    return { answer: JSON.parse(JSON.stringify(answer)) };
  } catch (error) {
    const code = error instanceof RigError ? error.code : "rig.internal";
    const text = error instanceof Error ? error.message : String(error);
    return { code, text: text.replaceAll(path, name).split("\n", 1)[0] ?? "" };
  }
}

parentPort?.postMessage(await check());
