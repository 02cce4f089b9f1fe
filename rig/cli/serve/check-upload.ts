/** Checks an uploaded history in a thread of its own, one after the other, within a time limit. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { CheckAnswer, CheckQuery } from "../../core/api/index.ts";
import { CONSISTENCY_DEFAULT } from "../../core/elle/lattice.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { CheckAnswerMessage, CheckJob } from "./check-messages.ts";

const LIMIT_MS = 60_000;
const MEMORY_MB = 2_048;

export class UploadChecker {
  #last: Promise<unknown> = Promise.resolve();

  /** Throws a `RigError` that names the upload, with its line where the history is malformed. */
  check(history: Uint8Array, query: CheckQuery): Promise<CheckAnswer> {
    const answer = this.#last.then(() => checkOne(history, query));
    this.#last = answer.catch(() => undefined);
    return answer;
  }
}

async function checkOne(history: Uint8Array, query: CheckQuery): Promise<CheckAnswer> {
  const { name = "the upload", model = "list-append", consistency = CONSISTENCY_DEFAULT } = query;
  const folder = mkdtempSync(join(tmpdir(), "canfd-rig-upload-"));
  const path = join(folder, "history");
  try {
    writeFileSync(path, history);
    const registers = {
      sequentialKeys: query.sequential_keys === "true",
      linearizableKeys: query.linearizable_keys === "true",
      wfrKeys: query.wfr_keys === "true",
    };
    const job = { path, name, model, consistency, registers, limitMs: LIMIT_MS };
    const message = await inThread(job);
    if ("answer" in message) return message.answer;
    throw new RigError(message.code, message.text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function inThread(job: CheckJob): Promise<CheckAnswerMessage> {
  const worker = new Worker(new URL("./check-worker.js", import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  return new Promise((resolve) => {
    const text = `${job.name}: not checked within ${LIMIT_MS / 1000} s`;
    const timer = setTimeout(() => end({ code: "check.timeout", text }), LIMIT_MS);
    const end = (message: CheckAnswerMessage) => {
      clearTimeout(timer);
      resolve(message);
      void worker.terminate();
    };
    worker.on("message", end);
    worker.on("error", ({ message }) => {
      end({ code: "check.no-answer", text: `${job.name}: the checker gave up: ${message}` });
    });
    worker.on("exit", () => {
      end({ code: "check.no-answer", text: `${job.name}: the checker gave no answer` });
    });
  });
}
