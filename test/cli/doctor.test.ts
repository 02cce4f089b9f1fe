/** `rig doctor`, and how `--level auto` and `--require` use what there is. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chooseLevel } from "../../rig/cli/choose-level.ts";
import type { DoctorCheck } from "../../rig/cli/doctor-checks.ts";
import type { Level } from "../../rig/core/plan/level.ts";
import { makePlan } from "../../rig/core/plan/make-plan.ts";
import { rig, temporaryFolder } from "../support/cli.ts";

const planOf = (scenario: string) => (level: string | undefined) =>
  makePlan({ scenario, seed: 1, level: (level ?? "sim") as Level });

describe("rig doctor", () => {
  it("has one check a line, and the next step for what is missing", async () => {
    const [text, json] = await Promise.all([rig(["doctor"]), rig(["doctor", "--json"])]);
    const { healthy, checks } = JSON.parse(json.stdout) as {
      healthy: boolean;
      checks: readonly DoctorCheck[];
    };
    const names = checks.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["node", "disk", "socketcan addon", "java"]));
    for (const { name, status, next } of checks) {
      if (status === "warn") expect(next, name).toBeDefined();
      expect(text.stdout).toMatch(new RegExp(`^${status} +${name}`, "m"));
    }
    expect([text.code, json.code]).toEqual(healthy ? [0, 0] : [5, 5]);
    expect(healthy).toBe(checks.every(({ status }) => status !== "fail"));
  });
});

describe("rig doctor --bench", () => {
  it("asks the supplies, and says who has a bench", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "bench.yaml");
    const emulated = readFileSync("fixtures/benches/emulated.yaml", "utf8");
    writeFileSync(
      file,
      `lease: { folder: ${folder} }\n${emulated.replace("linger: 10s", "linger: 1s")}`,
    );
    const { code, stdout } = await rig(["doctor", "--bench", file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok +bench file +emulated, 5 nodes, 1 power units$/m);
    expect(stdout).toMatch(/^ok +lease +emulated is free$/m);
    expect(stdout).toMatch(/^ok +supply of ecu4 +off$/m);
  });
});

describe("--level auto", () => {
  it("falls back to what the faults allow, and says why", () => {
    const { plan, why } = chooseLevel({ level: "auto" }, planOf("flash-bitrot"));
    expect(plan.level).toBe("sim");
    expect(why).toContain("process: it can't bring about the scenario's faults");
  });

  it("takes processes at least where there are none", () => {
    const { plan } = chooseLevel({ level: "auto" }, planOf("happy"));
    expect(["vcan", "process"]).toContain(plan.level);
  });

  it("is refused by --require when it comes to another level", () => {
    expect(() => chooseLevel({ require: "process" }, planOf("flash-bitrot"))).toThrow(
      /^--require process can't be met: .*process: it can't bring about/,
    );
  });

  it("leaves a level that is named alone", () => {
    expect(chooseLevel({ level: "process" }, planOf("happy"))).toMatchObject({ why: null });
    expect(() => chooseLevel({ level: "sim", require: "vcan" }, planOf("happy"))).toThrow(
      "--level is sim, but --require asks for vcan",
    );
  });
});
