/** Making folders and the link `latest`, for runs and suites alike. */

import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { RigError } from "../../core/verdict/rig-error.ts";
import { isNoRoom, writeFailed } from "./append-file.ts";

/**
 * Makes `<outputDir>/<group>/<name>`, or one with a number behind it where that is taken, and
 * `latest` beside it. Throws `output.not-writable`.
 */
export function makeResultFolder(outputDir: string, group: string, name: string): string {
  const parent = resolve(outputDir, group);
  try {
    makeFolders(parent);
    const path = makeFresh(join(outputDir, group, name));
    pointLatest(parent, path);
    return path;
  } catch (error) {
    throw notWritable(outputDir, error);
  }
}

export function notWritable(outputDir: string, error: unknown): RigError {
  if (error instanceof RigError) return error;
  if (isNoRoom(error)) return writeFailed(outputDir, error);
  const { code } = error as NodeJS.ErrnoException;
  return new RigError(
    "output.not-writable",
    `${outputDir}: the output folder is not writable (${code}): ` +
      "expected a folder that this user may write to",
    { cause: error },
  );
}

/** Folder by folder: Node's own recursive form never returns for paths such as /proc/x. */
export function makeFolders(path: string): void {
  if (existsSync(path)) return;
  makeFolders(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another worker was quicker.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Two runs with one seed in one millisecond get folders of their own. */
function makeFresh(wanted: string): string {
  for (let attempt = 1; ; attempt++) {
    const path = attempt === 1 ? wanted : `${wanted}-${attempt}`;
    try {
      mkdirSync(path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || attempt === 1000) throw error;
    }
  }
}

function pointLatest(parent: string, path: string): void {
  const link = join(parent, "latest");
  const temporary = join(parent, `.latest-${basename(path)}`);
  try {
    symlinkSync(basename(path), temporary);
    renameSync(temporary, link);
  } catch {
    // Some file systems have no links: the folder itself is what counts.
    rmSync(temporary, { force: true });
  }
}
