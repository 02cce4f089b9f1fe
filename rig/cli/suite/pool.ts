/**
 * A few worker threads and the jobs that wait for them, first come, first served. A worker that
 * dies takes its job with it, which is answered as broken, and makes way for a fresh one.
 */

import { Worker } from "node:worker_threads";
import type { Answer, Job, JobPool, ToWorker } from "./messages.ts";

interface Waiting {
  readonly job: Job;
  readonly answer: (answer: Answer) => void;
}

export class WorkerPool implements JobPool {
  readonly #size: number;
  readonly #waiting: Waiting[] = [];
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Waiting>();
  #isEnding = false;

  constructor(size: number) {
    this.#size = size;
  }

  run(job: Job): Promise<Answer> {
    return new Promise((answer) => {
      this.#waiting.push({ job, answer });
      this.#next();
    });
  }

  abort(reason: string): void {
    this.#isEnding = true;
    for (const { answer } of this.#waiting.splice(0)) answer({ kind: "aborted" });
    for (const worker of this.#busy.keys()) post(worker, { kind: "abort", reason });
  }

  async close(): Promise<void> {
    this.#isEnding = true;
    for (const { answer } of this.#waiting.splice(0)) answer({ kind: "aborted" });
    const workers = [...this.#idle.splice(0), ...this.#busy.keys()];
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #next(): void {
    if (this.#isEnding) {
      for (const { answer } of this.#waiting.splice(0)) answer({ kind: "aborted" });
      return;
    }
    const worker = this.#idle.pop() ?? this.#hire();
    if (worker === null) return;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) {
      this.#idle.push(worker);
      return;
    }
    this.#busy.set(worker, waiting);
    post(worker, { kind: "job", job: waiting.job });
  }

  #hire(): Worker | null {
    if (this.#busy.size + this.#idle.length >= this.#size || this.#waiting.length === 0)
      return null;
    const worker = new Worker(new URL("./worker.js", import.meta.url));
    let died = "a worker thread ended";
    worker.on("message", (answer: Answer) => this.#onAnswer(worker, answer));
    worker.on("error", (error) => {
      died = error instanceof Error ? error.message : String(error);
    });
    worker.on("exit", () => this.#onExit(worker, died));
    return worker;
  }

  #onAnswer(worker: Worker, answer: Answer): void {
    const waiting = this.#busy.get(worker);
    this.#busy.delete(worker);
    this.#idle.push(worker);
    waiting?.answer(answer);
    this.#next();
  }

  #onExit(worker: Worker, message: string): void {
    const waiting = this.#busy.get(worker);
    this.#busy.delete(worker);
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    const broken = { kind: "broken", code: "rig.internal", message } as const;
    waiting?.answer(this.#isEnding ? { kind: "aborted" } : broken);
    if (!this.#isEnding) this.#next();
  }
}

function post(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}
