/** `rig check --engine`: elle-cli in place of the native checker, or beside it. */

import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rig, temporaryFolder } from "../support/cli.ts";
import { STAND_IN_JAVA, type StandInScript, standInJar } from "../support/stand-in-elle-cli.ts";

const history = (name: string) =>
  new URL(`../../fixtures/histories/${name}`, import.meta.url).pathname;
const READ_SKEW = history("read-skew.edn");
const WRITE_SKEW = history("write-skew.json");
const VALID = history("valid.edn");

const RIGHT: StandInScript = {
  way: "replay",
  answers: {
    "read-skew.edn": "invalid-verbose",
    "write-skew.json": "consistency",
    "valid.edn": "valid-verbose",
  },
};

function check(engine: string, script: StandInScript, ...args: string[]) {
  const jar = ["--elle-jar", standInJar(script), "--java", STAND_IN_JAVA];
  return rig(["check", "--engine", engine, ...jar, ...args]);
}

describe("rig check --engine elle-cli", () => {
  it("exits by elle-cli's verdict, not by its exit code", async () => {
    const right = { ...RIGHT, exit: 0 };
    expect(await check("elle-cli", right, VALID)).toMatchObject({ code: 0 });
    const invalid = await check("elle-cli", right, READ_SKEW);
    expect(invalid.code).toBe(1);
    expect(invalid.stdout).toMatch(/^INVALID .*read-skew\.edn {2}list-append, strict-serializable/);
    expect(invalid.stdout).toContain("anomalies: G-single-item");
  });

  it("prints the same JSON as natively, without a count of operations", async () => {
    const { stdout } = await check("elle-cli", RIGHT, "--json", WRITE_SKEW);
    expect(JSON.parse(stdout)).toMatchObject({
      model: "list-append",
      valid: false,
      anomalyTypes: ["G2-item"],
      not: ["repeatable-read"],
      alsoNot: ["serializable", "strong-serializable", "strong-session-serializable"],
      operations: null,
      engine: "elle-cli",
    });
  });

  it("is unknown without an answer, and goes on with the next file", async () => {
    const script: StandInScript = { way: "print", stdout: "nothing\n", exit: 0 };
    const { code, stdout, stderr } = await check("elle-cli", script, "--json", VALID, READ_SKEW);
    const lines = stdout.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).valid)).toEqual(["unknown", "unknown"]);
    expect(stderr).toContain("gave no answer");
    expect(code).toBe(2);
  });

  it("kills what hangs at --timeout", async () => {
    const { code, stderr } = await check("elle-cli", { way: "hang" }, "--timeout", "1.5", VALID);
    expect(stderr).toContain("takes longer than 1.5 s and was killed");
    expect(code).toBe(2);
  });

  it("ends with what hangs on Ctrl-C", async () => {
    const pids = join(temporaryFolder(), "pids");
    const jar = ["--elle-jar", standInJar({ way: "hang", pids }), "--java", STAND_IN_JAVA];
    const { code } = await rig(["check", "--engine", "elle-cli", ...jar, VALID, READ_SKEW], {
      during: (child) => {
        const started = () =>
          existsSync(pids) ? readFileSync(pids, "utf8").split("\n").length : 0;
        const watch = setInterval(() => {
          if (started() < 3) return;
          clearInterval(watch);
          child.kill("SIGINT");
        }, 50);
      },
    });
    expect(code).toBe(130);
    expect(readFileSync(pids, "utf8").trim().split("\n")).toHaveLength(2);
  });

  it("says what is missing with exit code 5", async () => {
    const elleCli = ["check", VALID, "--engine", "elle-cli"];
    const noJar = await rig([...elleCli, "--elle-jar", "/nowhere/e.jar"]);
    expect(noJar.stderr).toMatch(/\/nowhere\/e\.jar: no such file.*\n.*`rig download`/);
    expect(noJar.code).toBe(5);
    const jar = ["--elle-jar", standInJar(RIGHT)];
    const noJava = await rig([...elleCli, ...jar, "--java", "/nowhere/java"]);
    expect(noJava.stderr).toMatch(/"\/nowhere\/java" does not start: no such program\n.*Java/);
    expect(noJava.code).toBe(5);
  });

  it.each([
    [["--engine", "other"], /--engine is "other"/],
    [["--engine", "both", "--model", "rw-register", "--wfr-keys"], /elle-cli has no --wfr-keys/],
    [["--engine", "elle-cli", "--model", "register"], /elle-cli has no model "register"/],
  ])("answers %j with exit code 64", async (args, line) => {
    const jar = ["--elle-jar", standInJar(RIGHT), "--java", STAND_IN_JAVA];
    const { code, stderr } = await rig(["check", ...args, ...jar, VALID]);
    expect(stderr).toMatch(line);
    expect(code).toBe(64);
  });
});

describe("rig check --engine both", () => {
  it("says that the two agree", async () => {
    const { code, stdout } = await check("both", RIGHT, READ_SKEW, VALID);
    expect(stdout.match(/elle-cli: says the same/g)).toHaveLength(2);
    expect(code).toBe(1);
    const json = await check("both", RIGHT, "--json", READ_SKEW);
    const line = JSON.parse(json.stdout);
    expect(line).toMatchObject({ engine: "both", differences: [], kept: null, operations: 2 });
    expect(line.elleCli.anomalyTypes).toEqual(["G-single-item"]);
  });

  it("reports a difference as a bug, with the history and both answers", async () => {
    const wrong: StandInScript = { way: "replay", transcript: "consistency" };
    const out = temporaryFolder();
    const { code, stdout, stderr } = await check("both", wrong, READ_SKEW, "--output-dir", out);
    expect(code).toBe(70);
    expect(stdout).toMatch(/elle-cli: INVALID: anomalies only natively: G-single-item/);
    expect(stderr).toContain("native and elle-cli differ: anomalies only natively: G-single-item;");
    const kept = realpathSync(join(out, "differs", "latest"));
    expect(stderr).toContain(`kept in ${join(out, "differs", "read-skew.edn")}`);
    expect(readdirSync(kept).sort()).toEqual(["answers.json", "read-skew.edn"]);
    expect(readFileSync(join(kept, "read-skew.edn"))).toEqual(readFileSync(READ_SKEW));
    const answers = JSON.parse(readFileSync(join(kept, "answers.json"), "utf8"));
    expect(answers.native.anomalyTypes).toEqual(["G-single-item"]);
    expect(answers.elleCli.anomalyTypes).toEqual(["G2-item"]);
  });

  it("does not compare with a search that gave up", async () => {
    const stdout = '{"valid?":"unknown", "anomaly-types":["cycle-search-timeout"]}\n';
    const done = await check("both", { way: "print", stdout }, VALID);
    expect(done.stdout).toContain("not compared, since a search gave up");
    expect(done.code).toBe(0);
  });

  it("is unknown where elle-cli gives no answer to a history that seems valid", async () => {
    expect((await check("both", { way: "die" }, VALID)).code).toBe(2);
    expect((await check("both", { way: "die" }, READ_SKEW)).code).toBe(1);
  });
});
