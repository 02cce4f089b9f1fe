/**
 * The checkers keep their contract: the native one, and elle-cli against the stand-in that replays
 * real output and, where `ELLE_JAR` names one, against the real JAR. Then what may go wrong.
 */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { ElleCliChecker } from "../../rig/adapters/elle-cli/elle-cli-checker.ts";
import { fileChecker } from "../../rig/cli/check-file.ts";
import type { RigError } from "../../rig/core/verdict/rig-error.ts";
import { temporaryFolder } from "../support/cli.ts";
import { type StandInScript, standIn } from "../support/stand-in-elle-cli.ts";
import { checkerContract, requestFor } from "./checker.contract.ts";

const NEVER = new AbortController().signal;

const TRANSCRIPT_OF = {
  "read-skew.edn": "invalid-verbose",
  "write-skew.json": "consistency",
  "valid.edn": "valid-verbose",
};
const REPLAY: StandInScript = {
  way: "replay",
  answers: TRANSCRIPT_OF,
  transcript: "valid-verbose",
};

checkerContract("native", () => ({
  name: "native",
  async check({ file, model, consistency, options }) {
    const check = await fileChecker(model);
    const untilMs = Number.POSITIVE_INFINITY;
    return check(file, { elle: { consistency }, others: options, untilMs });
  },
}));
checkerContract("elle-cli, replayed", () => new ElleCliChecker(standIn(REPLAY)));
checkerContract(
  "elle-cli, replayed, with the options of a later release",
  () => new ElleCliChecker(standIn({ ...REPLAY, help: "new" })),
);

const jar = process.env["ELLE_JAR"];
if (jar !== undefined) {
  const options = { jar, java: process.env["ELLE_JAVA"] ?? "java", limitMs: 120_000 };
  checkerContract("elle-cli, the real one", () => new ElleCliChecker(options));
}

function ask(script: StandInScript, file = "read-skew.edn", limitMs = 30_000) {
  return new ElleCliChecker(standIn(script, limitMs)).check(requestFor(file), NEVER);
}

async function failure(work: Promise<unknown>): Promise<RigError> {
  return work.then(
    () => expect.fail("it answered"),
    (error) => error as RigError,
  );
}

function startsIn(log: string): { args: string[]; input: string }[] {
  return readFileSync(log, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("what elle-cli is asked", () => {
  it("is said in full: model, consistency model, no other anomalies, format", async () => {
    const log = join(temporaryFolder(), "log");
    await ask({ ...REPLAY, log }, "write-skew.json");
    const [help, check] = startsIn(log);
    expect(help?.args).toEqual(["--help"]);
    expect(check?.args.slice(0, -1)).toEqual([
      "--verbose",
      "--model",
      "list-append",
      "--consistency-models",
      "strict-serializable",
      "--anomalies",
      "",
      "--format",
      "json",
    ]);
    expect(check?.args.at(-1)).toMatch(/^\/.*write-skew\.json$/);
  });

  it("asks a later release for its JSON output", async () => {
    const log = join(temporaryFolder(), "log");
    await ask({ ...REPLAY, log, help: "new" }, "valid.edn");
    expect(startsIn(log)[1]?.args.slice(0, 2)).toEqual(["--output", "json"]);
  });

  it("turns JSON lines into EDN, and takes the file away afterwards", async () => {
    const log = join(temporaryFolder(), "log");
    await ask({ ...REPLAY, log }, "register-valid.jsonl");
    const check = startsIn(log)[1];
    expect(check?.args).toContain("edn");
    expect(check?.input.split("\n")[0]).toBe(
      "{:index 0, :type :invoke, :f :txn, :process 0, :time 0, :value [[:r 1 nil] [:w 1 1]]}",
    );
    expect(existsSync(dirname(check?.args.at(-1) as string))).toBe(false);
  });
});

describe("what elle-cli prints", () => {
  const log = "INFO [2026-01-01 00:00:00,000] main - jepsen.core {:not json}\n:unexplored!\n";

  it("is searched for the answer among lines of the log", async () => {
    const answer = await ask({ ...REPLAY, before: log, after: log });
    expect(answer).toMatchObject({ valid: false, anomalyTypes: ["G-single-item"] });
  });

  it("is searched past objects that are no answer or never close", async () => {
    const before = '{"level":"info"}\n{"open": [1,\n{:edn "map}"\n';
    expect(await ask({ ...REPLAY, before })).toMatchObject({ valid: false });
  });

  it("may be 30 MB of log", async () => {
    const answer = await ask({ way: "huge-log", transcript: "consistency" });
    expect(answer).toMatchObject({ valid: false, anomalyTypes: ["G2-item"] });
  });

  it.each([0, 1, 255])("counts, whatever the exit code: %i", async (exit) => {
    expect(await ask({ ...REPLAY, exit }, "valid.edn")).toMatchObject({ valid: true });
    expect(await ask({ ...REPLAY, exit }, "read-skew.edn")).toMatchObject({ valid: false });
  });

  it("says unknown with exit code 0", async () => {
    const stdout = '{"valid?":"unknown",\n "anomaly-types":["empty-transaction-graph"]}\n';
    const answer = await ask({ way: "print", stdout });
    expect(answer).toEqual({
      valid: "unknown",
      anomalyTypes: ["empty-transaction-graph"],
      not: [],
      alsoNot: [],
    });
  });

  it.each(["", "read-skew.edn \t true\n", '{"valid?":tr', "\u0000\u00ff{{{{\n", "{}\n", "[true]"])(
    "is no answer if it is %j, even with exit code 0",
    async (stdout) => {
      const error = await failure(ask({ way: "print", stdout }));
      expect(error).toMatchObject({ code: "check.no-answer", exitCode: 2 });
    },
  );

  it.each(["bad-model", "missing"])(
    "is no answer in the transcript %s; the reason is told",
    async (name) => {
      const error = await failure(ask({ way: "replay", transcript: name }));
      expect(error.code).toBe("check.no-answer");
      expect(error.message).toMatch(/exit code 255: java\.lang\./);
      expect(error.message).not.toContain("\n");
    },
  );
});

describe("elle-cli that doesn't end well", () => {
  it("is killed with its children when its time is up, deaf to SIGTERM", async () => {
    const pids = join(temporaryFolder(), "pids");
    const startMs = performance.now();
    const error = await failure(ask({ way: "hang", pids }, "valid.edn", 1_500));
    expect(error).toMatchObject({ code: "check.timeout", exitCode: 2 });
    expect(error.message).toContain("longer than 1.5 s and was killed");
    expect(performance.now() - startMs).toBeLessThan(20_000);
    const started = readFileSync(pids, "utf8").trim().split("\n").map(Number);
    expect(started).toHaveLength(2);
    await expect.poll(() => started.filter(isRunning)).toEqual([]);
  });

  it("is killed when the signal is aborted", async () => {
    const abort = new AbortController();
    const checker = new ElleCliChecker(standIn({ way: "hang" }));
    const asking = failure(checker.check(requestFor("valid.edn"), abort.signal));
    setTimeout(() => abort.abort(), 700);
    expect(await asking).toMatchObject({ code: "work.interrupted", exitCode: 130 });
  });

  it("gives no answer when it dies", async () => {
    const error = await failure(ask({ way: "die" }));
    expect(error.code).toBe("check.no-answer");
    expect(error.message).toContain("killed by SIGKILL");
  });
});

describe("what elle-cli needs", () => {
  const jarless = { ...standIn(REPLAY), jar: "/nowhere/elle-cli.jar" };

  it("is a JAR: without it nothing can be asked, and the way to get it is told", async () => {
    const error = await failure(new ElleCliChecker(jarless).check(requestFor("valid.edn"), NEVER));
    expect(error).toMatchObject({ code: "capability.checker", exitCode: 5 });
    expect(error.message).toContain("/nowhere/elle-cli.jar: no such file");
    expect(error.hint).toContain("rig download");
  });

  it("is Java", async () => {
    const checker = new ElleCliChecker({ ...standIn(REPLAY), java: "/nowhere/java" });
    const error = await failure(checker.check(requestFor("valid.edn"), NEVER));
    expect(error).toMatchObject({ code: "capability.checker", exitCode: 5 });
    expect(error.hint).toContain("Java");
  });

  it("is a Java that is new enough, and a JAR that is elle-cli", async () => {
    const stderr = "Error: A JNI error has occurred\njava.lang.UnsupportedClassVersionError: x\n";
    const error = await failure(ask({ way: "print", help: "none", stderr, exit: 1 }));
    expect(error).toMatchObject({ code: "capability.checker", exitCode: 5 });
    expect(error.hint).toContain("21");
  });
});

/** What is dead but not yet collected by its parent doesn't count. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, "utf8"));
}
