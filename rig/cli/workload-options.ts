/** Options that go over what a scenario says of its workload, and over its loss and delay. */

import type { Argv } from "yargs";
import { PATTERNS } from "../adapters/store/scenario-schema.ts";
import type { WorkloadModel } from "../core/elle/result.ts";
import type { Background } from "../core/fault/traffic-faults.ts";
import type { ScenarioChanges } from "../core/plan/change-scenario.ts";
import { WORKLOADS } from "../core/plan/plan.ts";
import { CLIENTS_AT, type ClientsAt, type ScenarioWorkload } from "../core/plan/scenario.ts";
import { nsOfDuration, percentOfShare } from "../core/plan/units.ts";
import { RigError } from "../core/verdict/rig-error.ts";
import { traitorsOf } from "./byzantine-option.ts";
import { wholeNumber } from "./numbers.ts";

export interface WorkloadArguments {
  readonly workload?: string | undefined;
  readonly rate?: string | undefined;
  readonly keys?: string | undefined;
  readonly "append-ratio"?: string | undefined;
  readonly pattern?: string | undefined;
  readonly concurrency?: string | undefined;
  readonly "txn-length"?: string | undefined;
  readonly clients?: string | undefined;
  readonly loss?: string | undefined;
  readonly delay?: string | undefined;
  readonly byzantine?: string | readonly string[] | undefined;
  /** The frames of `--background`, read. */
  readonly traffic?: Background | undefined;
}

export function workloadOptions<T>(yargs: Argv<T>) {
  return yargs
    .option("workload", {
      string: true,
      describe: "Lists or registers: list-append or rw-register [default: list-append]",
    })
    .option("keys", { string: true, describe: "Keys in use at once" })
    .option("append-ratio", { string: true, describe: "Share of appends or writes: 0.8 or 80%" })
    .option("pattern", {
      string: true,
      describe: "In place of --append-ratio: write-heavy, mixed or read-heavy",
    })
    .option("concurrency", { string: true, describe: "Clients at work at once" })
    .option("rate", {
      string: true,
      describe: "Operations that begin in a second [default: as fast as they can]",
    })
    .option("txn-length", { string: true, describe: "Most writes and reads of an operation" })
    .option("clients", {
      string: true,
      describe: "Where the clients are: host, nodes or both [default: host]",
    })
    .option("loss", {
      string: true,
      describe: "Share of deliveries to nodes that are lost: 0.1 or 10%; 0 for none",
    })
    .option("delay", {
      string: true,
      describe: "Range by which deliveries to nodes are late: 1ms..5ms; 0ms..0ms for none",
    })
    .option("byzantine", {
      string: true,
      describe: "Traitors: 0=equivocating, bound=silent, over-bound=colluding, 0=honest",
    });
}

export function changesOf(args: WorkloadArguments): ScenarioChanges {
  const { loss, delay } = args;
  return {
    workload: workloadOf(args),
    ...(loss === undefined ? {} : { loss: share("--loss", loss) / 100 }),
    ...(delay === undefined ? {} : { delay: delayRange(delay) }),
    ...(args.traffic === undefined ? {} : { background: args.traffic }),
    ...(args.byzantine === undefined ? {} : { byzantine: traitorsOf(args.byzantine) }),
  };
}

function workloadOf(args: WorkloadArguments): ScenarioWorkload {
  const kind = kindOf(args);
  const clients = wholeNumber("--concurrency", args.concurrency);
  const ratePerS = wholeNumber("--rate", args.rate);
  const keys = wholeNumber("--keys", args.keys);
  const txnLength = wholeNumber("--txn-length", args["txn-length"]);
  const appendPercent = appendPercentOf(args);
  const clientsAt = clientsAtOf(args);
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(ratePerS === undefined ? {} : { ratePerS }),
    ...(clientsAt === undefined ? {} : { clientsAt }),
    ...(clients === undefined ? {} : { clients }),
    ...(keys === undefined ? {} : { keys }),
    ...(txnLength === undefined ? {} : { txnLength }),
    ...(appendPercent === undefined ? {} : { appendPercent }),
  };
}

function kindOf({ workload }: WorkloadArguments): WorkloadModel | undefined {
  if (workload === undefined) return undefined;
  const kind = WORKLOADS.find((each) => each === workload);
  if (kind !== undefined) return kind;
  const known = WORKLOADS.join(", ");
  throw new RigError("usage.option", `--workload is "${workload}": expected one of ${known}`);
}

function clientsAtOf({ clients }: WorkloadArguments): ClientsAt | undefined {
  if (clients === undefined) return undefined;
  const found = CLIENTS_AT.find((each) => each === clients);
  if (found !== undefined) return found;
  const known = CLIENTS_AT.join(", ");
  const hint = "How many clients are at work is said by --concurrency.";
  throw new RigError("usage.option", `--clients is "${clients}": expected one of ${known}`, {
    hint,
  });
}

function appendPercentOf(args: WorkloadArguments): number | undefined {
  const { "append-ratio": ratio, pattern } = args;
  if (ratio !== undefined && pattern !== undefined) {
    throw new RigError("usage.option", "--pattern beside --append-ratio: expected one of the two");
  }
  if (pattern !== undefined) {
    const [, percent] = Object.entries(PATTERNS).find(([name]) => name === pattern) ?? [];
    if (percent !== undefined) return percent;
    const known = Object.keys(PATTERNS).join(", ");
    throw new RigError("usage.option", `--pattern is "${pattern}": expected one of ${known}`);
  }
  if (ratio === undefined) return undefined;
  const percent = share("--append-ratio", ratio);
  if (percent >= 1 && Number.isInteger(percent)) return percent;
  throw new RigError(
    "usage.option",
    `--append-ratio is "${ratio}": expected whole per cent from 1% to 100%`,
  );
}

/** In per cent. */
function share(option: string, text: string): number {
  const percent = percentOfShare(text);
  if (percent !== null) return percent;
  throw new RigError(
    "usage.option",
    `${option} is "${text}": expected a share such as 0.1 or 10%, from 0 to 1`,
  );
}

function delayRange(text: string): { readonly minNs: number; readonly maxNs: number } {
  const [, low = "", high = ""] = /^(.+?)\.\.(.+)$/.exec(text) ?? [];
  const minNs = nsOfDuration(low);
  const maxNs = nsOfDuration(high);
  if (minNs !== null && maxNs !== null && minNs <= maxNs) return { minNs, maxNs };
  throw new RigError(
    "usage.option",
    `--delay is "${text}": expected two times, the lower one first, such as 1ms..5ms`,
  );
}
