/** `rig download`: the JAR of elle-cli, for `rig check --engine elle-cli`. */

import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { defaultJar } from "../../adapters/elle-cli/cache.ts";
import { downloadElleCli } from "../../adapters/elle-cli/download.ts";
import { ELLE_CLI } from "../../adapters/elle-cli/release.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { Interrupts } from "../interrupts.ts";
import { timeoutMs } from "../numbers.ts";
import { ProgressLine } from "../terminal.ts";

export const downloadCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "download",
      `Fetch the JAR of elle-cli ${ELLE_CLI.version}, for check --engine elle-cli`,
      (args) =>
        args
          .option("target", {
            string: true,
            describe: "File or folder for it [default: the user's cache folder]",
          })
          .option("url", { string: true, describe: "A mirror of the release, or of the JAR" })
          .option("sha256", {
            string: true,
            describe: "Expected SHA-256 of what is fetched, or of the JAR in it",
          })
          .example("$0 download", "once; the JAR is found there by rig check")
          .example("$0 download --target tools", "into a folder of one's own"),
      (args) => finish(() => download(args)),
    );
  },
};

interface DownloadArguments extends GlobalArguments {
  readonly target?: string | undefined;
  readonly url?: string | undefined;
  readonly sha256?: string | undefined;
}

/** The server may be silent for this long. */
const STALL_MS = 30_000;

async function download(args: DownloadArguments): Promise<ExitCode> {
  const url = urlOf(args.url ?? ELLE_CLI.url);
  const target = targetOf(args.target);
  const sha256 = sha256Of(args.sha256);
  const limitMs = timeoutMs(args.timeout);
  const stallMs = Math.min(limitMs ?? STALL_MS, STALL_MS);
  const progress = new ProgressLine(args.quiet);
  const onProgress = (bytes: number, total: number | null) =>
    progress.drawText(() => `${megabytes(bytes)} of ${total === null ? "?" : megabytes(total)} MB`);
  const interrupts = new Interrupts();
  const { signal } = interrupts;
  const within =
    limitMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  try {
    if (!args.quiet && !existsSync(target)) process.stderr.write(`fetching ${url}\n`);
    const done = await downloadElleCli({
      url,
      target,
      sha256,
      signal: within,
      stallMs,
      onProgress,
    });
    progress.erase();
    if (args.json) process.stdout.write(`${JSON.stringify({ target, url, ...done })}\n`);
    else if (!args.quiet) {
      const what = done.state === "present" ? "is there already" : "fetched";
      const checked = `SHA-256 ${done.sha256}`;
      process.stdout.write(`${target}: ${what}, ${megabytes(done.bytes)} MB, ${checked}\n`);
    }
    return EXIT.valid;
  } catch (error) {
    progress.erase();
    if (within.aborted && !signal.aborted) throw tooLong(url, error);
    throw error;
  } finally {
    interrupts.stop();
  }
}

function tooLong(url: string, cause: unknown): RigError {
  const text = `${url}: the download takes longer than --timeout`;
  const hint = "what has come is kept: the same command goes on from there";
  return new RigError("capability.network", text, { hint, cause });
}

function urlOf(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new RigError("usage.option", `--url is "${text}": expected one with http or https`);
}

function targetOf(text: string | undefined): string {
  if (text === undefined) return defaultJar(process.env);
  const isFolder = statSync(text, { throwIfNoEntry: false })?.isDirectory() === true;
  return resolve(isFolder || text.endsWith("/") ? join(text, ELLE_CLI.jar) : text);
}

function sha256Of(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new RigError("usage.option", `--sha256 is "${text}": expected 64 hexadecimal digits`);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
