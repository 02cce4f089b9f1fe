/**
 * Mistakes in recording a history: their kinds, what to do about each, and a collection that
 * counts all and keeps the first few of a kind.
 */

/** What to do, by kind. */
export const LINT_KINDS = {
  "duplicate-index": "give each operation an index of its own, counting up from 0",
  "descending-index": "write operations in the order of their indexes",
  "missing-index": "give all operations an index that is an integer, or none",
  "unknown-type": "write invoke, ok, fail or info",
  "missing-process": "write the number of the client; without it Elle leaves the operation out",
  "odd-process": "write the client's number as an integer; others Elle leaves out",
  "client-without-number": "give the client a number; what has a name is taken for no client",
  "nemesis-as-client": 'give the nemesis a process that is no number, such as "nemesis"',
  "double-invoke": "use one process for each client, and close an operation before the next",
  "reuse-after-info": "go on under a new process after info: the old operation may still happen",
  "completion-without-invoke": "record the invocation too, before its completion",
  "no-invocations": "record invocations: without them nothing is known of real time",
  "open-at-end": "write info for each operation that is still open at the end",
  "function-changed": "repeat f of the invocation in its completion",
  "value-changed": "repeat the writes of the invocation in its completion",
  "value-lost": "repeat the value in fail and info: Elle looks at the completion alone",
  "timeout-as-fail": "write info where the outcome is unknown; fail is for what had no effect",
  "failed-effect-read": "write fail only for what certainly had no effect, else info",
  "unwritten-read": "record every writer, also those set up before the test",
  "duplicate-write": "write each value once to a key, so that reads tell who wrote it",
  "nil-written": "write values other than nil, which stands for the initial state",
  "mixed-empty": "write the empty list in one way, nil or []",
  "mixed-keys": 'write all keys as one kind: 1 and "1" are two keys',
  "odd-micro-op": "write micro-operations as [name key value] with append, r or w",
  "no-reads": "read what was written: without reads everything passes",
  "reads-never-acknowledged": "find out why no read succeeded: without one everything passes",
  "function-never-ok": "find out why it never succeeded: it was not tested",
  "nothing-acknowledged": "find out why nothing succeeded: nothing was tested",
  "time-backwards": "take times from one clock that never goes back",
} as const;

export type LintKind = keyof typeof LINT_KINDS;

export interface LintFinding {
  readonly kind: LintKind;
  /** From 1; 0 for the file as a whole. */
  readonly line: number;
  readonly text: string;
}

export interface LintReport {
  readonly operations: number;
  /** The first few of each kind, by line. */
  readonly findings: readonly LintFinding[];
  /** How many of each kind there are, in the order of `LINT_KINDS`. */
  readonly counts: Readonly<Partial<Record<LintKind, number>>>;
}

const KEPT_OF_A_KIND = 8;
const ORDER = Object.keys(LINT_KINDS) as LintKind[];

export class LintFindings {
  private readonly counts = new Map<LintKind, number>();
  private readonly kept: LintFinding[] = [];

  /** The text is made only if it is kept. */
  add(kind: LintKind, line: number, text: () => string): void {
    const count = this.counts.get(kind) ?? 0;
    this.counts.set(kind, count + 1);
    if (count < KEPT_OF_A_KIND) this.kept.push({ kind, line, text: text() });
  }

  report(operations: number): LintReport {
    const findings = this.kept.sort(
      (a, b) => a.line - b.line || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind),
    );
    const counts: Partial<Record<LintKind, number>> = {};
    for (const kind of ORDER) {
      const count = this.counts.get(kind);
      if (count !== undefined) counts[kind] = count;
    }
    return { operations, findings, counts };
  }
}
