/**
 * Elle itself, by way of elle-cli: a JAR that is run as a child, once for each history. Its exit
 * code says nothing (0 is also "unknown", 1 also a wrong option), so only the answer that it
 * prints counts. It may hang for ever on some histories, hence the limit.
 */

import { statSync } from "node:fs";
import { resolve } from "node:path";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { CheckAnswer, Checker, CheckRequest } from "../../ports/checker.ts";
import { AnswerScanner } from "./answer.ts";
import { type ChildEnd, runChild } from "./child.ts";
import { type HandedOver, handOver } from "./hand-over.ts";
import { ELLE_CLI_MODELS } from "./release.ts";

export interface ElleCliOptions {
  /** Path of the JAR. */
  readonly jar: string;
  /** The program `java`. */
  readonly java: string;
  /** For one history, the start of the virtual machine included. */
  readonly limitMs: number;
}

/** Encodings are fixed, since names of keys may be any text; no window is ever opened. */
const JVM_OPTIONS: readonly string[] = [
  "-Djava.awt.headless=true",
  "-Dfile.encoding=UTF-8",
  "-Dstdout.encoding=UTF-8",
];

const DOWNLOAD_HINT = "`rig download` fetches it; --elle-jar names one that is elsewhere";
const JAVA_HINT = "install a Java runtime, 21 or newer, or name the program with --java";
const HELP_LIMIT_MS = 60_000;

export class ElleCliChecker implements Checker {
  readonly name = "elle-cli";
  readonly #options: ElleCliOptions;
  /** How this JAR is told to answer in JSON; asked for once. */
  #outputOption: readonly string[] | null = null;

  constructor(options: ElleCliOptions) {
    this.#options = options;
  }

  async check(request: CheckRequest, signal: AbortSignal): Promise<CheckAnswer> {
    if (!ELLE_CLI_MODELS.includes(request.model)) {
      const known = ELLE_CLI_MODELS.join(", ");
      const text = `elle-cli has no model "${request.model}": expected one of ${known}`;
      throw new RigError("usage.unknown-model", text);
    }
    this.#requireJar();
    this.#outputOption ??= await this.#findOutputOption(signal);
    const given = await handOver(request);
    try {
      return await this.#ask(request, given, signal);
    } finally {
      given.dispose();
    }
  }

  async #ask(request: CheckRequest, given: HandedOver, signal: AbortSignal): Promise<CheckAnswer> {
    const scanner = new AnswerScanner();
    const args = [...(this.#outputOption ?? []), ...argumentsOf(request), "--format", given.format];
    const onOutput = (bytes: Buffer) => scanner.feed(bytes);
    const end = await this.#run([...args, resolve(given.path)], this.#options.limitMs, {
      signal,
      onOutput,
    });
    this.#refuseBrokenOff(end, request.file);
    const answer = scanner.finish();
    if (answer !== null) return answer;
    throw new RigError(
      "check.no-answer",
      `${request.file}: elle-cli gave no answer: ${wayOut(end)}`,
    );
  }

  /** 0.1.9 has --verbose; later releases have --output json in its place. */
  async #findOutputOption(signal: AbortSignal): Promise<readonly string[]> {
    let help = "";
    const onOutput = (bytes: Buffer) => {
      if (help.length < 1 << 16) help += bytes.toString("latin1");
    };
    const limitMs = Math.min(this.#options.limitMs, HELP_LIMIT_MS);
    const end = await this.#run(["--help"], limitMs, { signal, onOutput });
    this.#refuseBrokenOff(end, this.#options.jar);
    if (help.includes("--output ")) return ["--output", "json"];
    if (help.includes("--verbose")) return ["--verbose"];
    const text = `${this.#options.jar}: does not run as elle-cli: ${wayOut(end)}`;
    throw new RigError("capability.checker", text, { hint: `${JAVA_HINT}; ${DOWNLOAD_HINT}` });
  }

  async #run(
    args: readonly string[],
    limitMs: number,
    io: { readonly signal: AbortSignal; readonly onOutput: (bytes: Buffer) => void },
  ): Promise<ChildEnd> {
    const { java, jar } = this.#options;
    try {
      return await runChild(java, [...JVM_OPTIONS, "-jar", jar, ...args], { limitMs, ...io });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const why = code === "ENOENT" ? "no such program" : `${code}`;
      const text = `elle-cli needs Java, and "${java}" does not start: ${why}`;
      throw new RigError("capability.checker", text, { hint: JAVA_HINT, cause: error });
    }
  }

  #requireJar(): void {
    const { jar } = this.#options;
    if (statSync(jar, { throwIfNoEntry: false })?.isFile() === true) return;
    const text = `${jar}: no such file; expected the JAR of elle-cli`;
    throw new RigError("capability.checker", text, { hint: DOWNLOAD_HINT });
  }

  #refuseBrokenOff({ why }: ChildEnd, file: string): void {
    if (why === "aborted") throw new RigError("work.interrupted", `${file}: interrupted`);
    if (why === "exit") return;
    const seconds = this.#options.limitMs / 1000;
    const text = `${file}: elle-cli takes longer than ${seconds} s and was killed`;
    throw new RigError("check.timeout", text, { hint: "--timeout gives it more time" });
  }
}

/** Everything is said: by default elle-cli looks for G0, whatever the model. */
function argumentsOf({ model, consistency, anomalies = [], options }: CheckRequest): string[] {
  const args = ["--model", model];
  if (model === "list-append" || model === "rw-register") {
    args.push("--consistency-models", [consistency].flat().join(","));
    args.push("--anomalies", anomalies.join(","));
  }
  if (options.groupSize !== undefined) args.push("--group-size", String(options.groupSize));
  if (options.totalAmount !== undefined) args.push("--total-amount", String(options.totalAmount));
  if (options.allowNegative === true) args.push("--allow-negative-balances");
  return args;
}

/** One line: how it ended, and the first thing that it complained about. */
function wayOut({ code, signal, errors }: ChildEnd): string {
  const how = signal === null ? `exit code ${code}` : `killed by ${signal}`;
  const line = errors.split("\n").find((each) => each.trim() !== "");
  return line === undefined ? how : `${how}: ${line.trim().slice(0, 300)}`;
}
