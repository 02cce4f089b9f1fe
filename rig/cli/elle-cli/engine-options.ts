/** The options of `rig check` that say who judges. */

import { join } from "node:path";
import type { Argv } from "yargs";
import { defaultJar } from "../../adapters/elle-cli/cache.ts";
import type { ElleCliOptions } from "../../adapters/elle-cli/elle-cli-checker.ts";
import { RigError } from "../../core/verdict/rig-error.ts";

const ENGINES = ["native", "elle-cli", "both"] as const;

export type Engine = (typeof ENGINES)[number];

export interface EngineArguments {
  readonly engine: string;
  readonly "elle-jar"?: string | undefined;
  readonly java?: string | undefined;
  readonly "min-ok"?: string | undefined;
  readonly "sequential-keys"?: boolean | undefined;
  readonly "linearizable-keys"?: boolean | undefined;
  readonly "wfr-keys"?: boolean | undefined;
  readonly "transaction-order"?: string | undefined;
}

/** What elle-cli can't be told of registers. */
const REGISTER_OPTIONS = [
  "sequential-keys",
  "linearizable-keys",
  "wfr-keys",
  "transaction-order",
] as const;

const ELLE_CLI_LIMIT_MS = 600_000;

export function engineOptions<T>(yargs: Argv<T>) {
  return yargs
    .option("engine", {
      string: true,
      default: "native",
      describe: "Who judges: native, elle-cli (needs Java), or both, which are compared",
    })
    .option("elle-jar", {
      string: true,
      describe: "JAR of elle-cli [default: where `rig download` puts it]",
    })
    .option("java", { string: true, describe: "Program that runs it [default: java]" });
}

/** Throws `usage.option` for an engine that is none, or can't do what is asked of it. */
export function engineOf(args: EngineArguments): Engine {
  const engine = ENGINES.find((each) => each === args.engine);
  if (engine === undefined) {
    const text = `--engine is "${args.engine}": expected one of ${ENGINES.join(", ")}`;
    throw new RigError("usage.option", text);
  }
  if (engine === "native") return engine;
  if (engine === "elle-cli" && args["min-ok"] !== undefined) {
    const text = "--min-ok needs a count that elle-cli does not give";
    throw new RigError("usage.option", `${text}: expected --engine native or both`);
  }
  const assumed = REGISTER_OPTIONS.find((name) => args[name] !== undefined && args[name] !== false);
  if (assumed === undefined) return engine;
  throw new RigError("usage.option", `elle-cli has no --${assumed}: expected --engine native`);
}

/** `limitMs` is for one history. */
export function elleCliOf(args: EngineArguments, limitMs: number): ElleCliOptions {
  const { env } = process;
  const home = env["JAVA_HOME"];
  return {
    jar: args["elle-jar"] ?? defaultJar(env),
    java: args.java ?? (home ? join(home, "bin", "java") : "java"),
    limitMs: Number.isFinite(limitMs) ? limitMs : ELLE_CLI_LIMIT_MS,
  };
}
