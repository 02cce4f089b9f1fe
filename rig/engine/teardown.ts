/**
 * The teardown stack: filled in the statement that takes a thing, run however the run ends, last
 * in first out. Each step has its own deadline; one that fails or hangs is reported and does not
 * stop the next. When the second interrupt comes, only the short way to the safe state is left.
 *
 * It does not undo anything itself, nor does it kill a step that hangs: it aborts the step's
 * signal, and goes on without it.
 */

import type { TeardownStep } from "../core/run/evidence.ts";
import type { Sleep } from "../ports/clock.ts";

/** May return a sentence for the report. Idempotent: it may run for a thing that is gone. */
type TeardownWork = (signal: AbortSignal) => unknown;

export interface TeardownTask {
  /** What it does, such as `heal partition-1`. */
  readonly name: string;
  readonly limitMs: number;
  readonly run: TeardownWork;
  /** What still has to be done when there is no time for `run`; without it the step is left out. */
  readonly safe?: TeardownWork;
}

export interface TeardownOptions {
  readonly sleep: Sleep;
  /** Deadline of a step's short form. */
  readonly safeLimitMs?: number;
}

const SAFE_LIMIT_MS = 1_000;
const NEVER = new AbortController().signal;

type Ending =
  | { readonly kind: "done"; readonly detail: string | undefined }
  | { readonly kind: "failed"; readonly detail: string }
  | { readonly kind: "urgent" };

export class Teardown {
  readonly #sleep: Sleep;
  readonly #safeLimitMs: number;
  readonly #tasks: TeardownTask[] = [];
  readonly #steps: TeardownStep[] = [];
  #running: Promise<readonly TeardownStep[]> | null = null;

  constructor({ sleep, safeLimitMs = SAFE_LIMIT_MS }: TeardownOptions) {
    this.#sleep = sleep;
    this.#safeLimitMs = safeLimitMs;
  }

  /** Adds a step; the returned function forgets it, for a thing that was given back in time. */
  push(task: TeardownTask): () => void {
    this.#tasks.push(task);
    return () => {
      const at = this.#tasks.indexOf(task);
      if (at >= 0) this.#tasks.splice(at, 1);
    };
  }

  /** Hands on a thing that was just taken: `const bus = teardown.take(open(), (bus) => ...)`. */
  take<T>(thing: T, task: (thing: T) => TeardownTask): T {
    this.push(task(thing));
    return thing;
  }

  /**
   * Carries out all steps and returns them, with those of earlier calls; never rejects. A call
   * while another is under way joins it. From the moment that `urgent` is aborted only the short
   * forms of steps are carried out, also for the step that is under way.
   */
  run(urgent: AbortSignal = NEVER): Promise<readonly TeardownStep[]> {
    this.#running ??= this.#drain(urgent).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #drain(urgent: AbortSignal): Promise<readonly TeardownStep[]> {
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) {
      this.#steps.push(await this.#carryOut(task, urgent));
    }
    return this.#steps.slice();
  }

  async #carryOut(task: TeardownTask, urgent: AbortSignal): Promise<TeardownStep> {
    const { name, limitMs, run, safe } = task;
    const ending = await this.#bounded(run, limitMs, urgent);
    if (ending.kind !== "urgent") return stepOf(name, ending);
    if (safe === undefined) {
      return { step: name, ok: false, detail: "left out after the second interrupt" };
    }
    const shortLimitMs = Math.min(limitMs, this.#safeLimitMs);
    return stepOf(`${name} (short form)`, await this.#bounded(safe, shortLimitMs, NEVER));
  }

  /** Waits for the work, its deadline or the second interrupt, whichever comes first. */
  #bounded(work: TeardownWork, limitMs: number, urgent: AbortSignal): Promise<Ending> {
    if (urgent.aborted) return Promise.resolve({ kind: "urgent" });
    const working = new AbortController();
    const timing = new AbortController();
    return new Promise<Ending>((resolve) => {
      const onUrgent = () => end({ kind: "urgent" });
      // Later calls change nothing: a promise is settled once.
      const end = (ending: Ending) => {
        urgent.removeEventListener("abort", onUrgent);
        timing.abort();
        working.abort();
        resolve(ending);
      };
      urgent.addEventListener("abort", onUrgent);
      const onLate = () => end({ kind: "failed", detail: `not done after ${limitMs / 1000} s` });
      // Some timers reject when they are aborted: then there is nothing to say any more.
      this.#sleep(limitMs, timing.signal).then(onLate, () => undefined);
      // An asynchronous function, so that work which throws at once fails like any other.
      (async () => work(working.signal))().then(
        (result) => end({ kind: "done", detail: typeof result === "string" ? result : undefined }),
        (error: unknown) => end({ kind: "failed", detail: messageOf(error) }),
      );
    });
  }
}

function stepOf(step: string, ending: Ending): TeardownStep {
  const ok = ending.kind === "done";
  const detail = ending.kind === "urgent" ? undefined : ending.detail;
  return detail === undefined ? { step, ok } : { step, ok, detail };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
