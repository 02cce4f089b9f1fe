/**
 * What `rig check` writes besides its answer: a picture of each anomaly (`--svg`) and a page with
 * pictures and explanations (`--report`).
 */

import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { notWritable } from "../adapters/store/folders.ts";
import type { CheckedHistory } from "../report/check-text.ts";
import { writeOutput } from "./write-output.ts";

export interface CheckOutputOptions {
  readonly svg?: string | undefined;
  readonly report?: string | undefined;
}

export class CheckOutputs {
  private readonly options: CheckOutputOptions;
  private readonly histories: CheckedHistory[] = [];
  private readonly names = new Map<string, number>();

  constructor(options: CheckOutputOptions) {
    this.options = options;
  }

  /** Throws `output.not-writable`. */
  async add(checked: CheckedHistory): Promise<void> {
    const { svg, report } = this.options;
    if (report !== undefined) this.histories.push(checked);
    const { anomalies } = checked.result;
    if (svg === undefined || anomalies.length === 0) return;
    const { anomalySvg } = await import("../report/picture/anomaly-svg.ts");
    makeFolder(svg);
    const name = this.nameOf(checked.file);
    anomalies.forEach((anomaly, at) => {
      if (anomaly.details.length === 0) return;
      const path = join(svg, `${name}-${at + 1}-${anomaly.type}.svg`);
      writeOutput(path, anomalySvg(anomaly, { isFile: true }), "picture");
    });
  }

  /** After the last history. Throws `output.not-writable`. */
  async finish(): Promise<void> {
    const { report } = this.options;
    if (report === undefined) return;
    const { checkHtml } = await import("../report/check-html.ts");
    writeOutput(report, checkHtml(this.histories), "report");
  }

  /** The file's name without its ending; with a number for the second of a name. */
  private nameOf(file: string): string {
    const plain = basename(file)
      .replace(/(\.(jsonl?|edn|gz))+$/, "")
      .replace(/[^\w.-]/g, "_");
    const count = (this.names.get(plain) ?? 0) + 1;
    this.names.set(plain, count);
    return count === 1 ? plain : `${plain}-${count}`;
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw notWritable(path, error);
  }
}
