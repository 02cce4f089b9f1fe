/** `rig check --lint`: mistakes in the recording of a history, in place of a verdict on it. */

import { HistoryLinter } from "../core/lint/history-linter.ts";
import { EXIT, type ExitCode } from "../core/verdict/exit-code.ts";
import { lintText } from "../report/lint-text.ts";
import { readInto } from "./check-file.ts";
import { errorText, reportError } from "./exit.ts";
import { styleFor, widthOf } from "./terminal.ts";

export interface LintFileOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly limitMs: number;
}

/** 0 for a clean history, 1 where anything was found, 65 for a file that can't be read. */
export async function lintFile(file: string, options: LintFileOptions): Promise<ExitCode> {
  const { json, quiet, limitMs } = options;
  const { stdout } = process;
  const startMs = performance.now();
  const print = (fields: object) => {
    const milliseconds = Math.round(performance.now() - startMs);
    stdout.write(`${JSON.stringify({ file, ...fields, milliseconds })}\n`);
  };
  try {
    const report = await readInto(new HistoryLinter(), file, startMs + limitMs);
    if (json) print(report);
    else if (!quiet) {
      stdout.write(lintText(file, report, { width: widthOf(stdout), style: styleFor(stdout) }));
    }
    return report.findings.length === 0 ? EXIT.valid : EXIT.invalid;
  } catch (error) {
    if (json) print({ operations: 0, findings: [], counts: {}, error: errorText(error) });
    return reportError(error);
  }
}
