/** `rig run --repeat` and `--until-failure`, at the level that needs nothing. */

import { describe, expect, it } from "vitest";
import { rig, temporaryFolder } from "../support/cli.ts";

function lines(stdout: string) {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("rig run, several times", () => {
  it("goes from seed to seed, and says how many were as expected", async () => {
    const args = ["run", "--operations", "20", "--seed", "4294967294", "--repeat", "3", "--json"];
    const { stdout, stderr, code } = await rig([...args, "--output-dir", temporaryFolder()]);
    expect(lines(stdout).map(({ seed }) => seed)).toEqual([4294967294, 4294967295, 0]);
    expect(stderr).toBe("rig: 3 runs, 3 as expected\n");
    expect(code).toBe(0);
  });

  it("ends with the first run that is not as expected", async () => {
    // Nothing is acknowledged in so short a time.
    const args = [
      "run",
      "--scenario",
      "partition",
      "--timeout",
      "1ms",
      "--until-failure",
      "--json",
    ];
    const { stdout, stderr, code } = await rig([
      ...[...args, "--seed", "5", "--operations", "2000"],
      ...["--output-dir", temporaryFolder()],
    ]);
    expect(lines(stdout).map(({ outcome }) => outcome)).toEqual(["unknown"]);
    expect(stderr).toBe("rig: 1 run, 0 as expected; not as expected on seed 5\n");
    expect(code).toBe(2);
  });

  it("refuses to run no times", async () => {
    const { stderr, code } = await rig(["run", "--repeat", "0"]);
    expect(stderr).toBe("rig: --repeat is 0: expected a whole number from 1 on\n");
    expect(code).toBe(64);
  });
});
