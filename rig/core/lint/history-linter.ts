/**
 * A linter of histories: names mistakes in recording, which make a checker say too much or too
 * little, each with its line. It judges no database, and reads what a checker would refuse, as
 * long as it is JSON or EDN. Bytes come in chunks of any size.
 */

import { OperationStream } from "../history/operation-stream.ts";
import type { Tokens } from "../history/tokens.ts";
import { CoverageRules } from "./coverage-rules.ts";
import { LintFindings, type LintReport } from "./findings.ts";
import { IndexRules } from "./index-rules.ts";
import { readLintOperation } from "./lint-operation.ts";
import { ProcessRules } from "./process-rules.ts";
import { ValueRules } from "./value-rules.ts";

export class HistoryLinter {
  private readonly findings = new LintFindings();
  private readonly indexes = new IndexRules(this.findings);
  private readonly processes = new ProcessRules(this.findings);
  private readonly values = new ValueRules(this.findings);
  private readonly coverage = new CoverageRules(this.findings);
  private readonly stream = new OperationStream((tokens, first) => this.take(tokens, first));
  private operations = 0;

  /** Takes the next bytes of the file. Throws `input.malformed` for what is no JSON and no EDN. */
  feed(chunk: Uint8Array): void {
    this.stream.feed(chunk);
  }

  finish(): LintReport {
    this.stream.finish();
    this.processes.finish();
    this.values.finish();
    this.coverage.finish();
    return this.findings.report(this.operations);
  }

  private take(tokens: Tokens, first: number): void {
    const operation = readLintOperation(tokens, first);
    this.operations++;
    this.indexes.take(operation);
    if (!this.processes.take(operation)) return;
    this.values.take(operation);
    this.coverage.take(operation);
  }
}
