/**
 * The folder of a suite, `<output-dir>/suite/<utc>/`: `suite.json` and `junit.xml` are the same
 * for the same seeds; `run.json` alone holds wall-clock times, host, workers and paths.
 */

import { join } from "node:path";
import { makeResultFolder } from "./folders.ts";
import { writeWhole } from "./run-folder.ts";

export class SuiteFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** `name` is the UTC time. Throws `output.not-writable`. */
  static create(outputDir: string, name: string): SuiteFolder {
    return new SuiteFolder(makeResultFolder(outputDir, "suite", name));
  }

  /** Replaces a file as a whole. Throws `output.write-failed`. */
  write(name: string, text: string): void {
    writeWhole(join(this.path, name), text);
  }
}
