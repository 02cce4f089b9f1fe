/** `rig check --isolation`: weak levels, apart from the verdict. */

import { expect, it } from "vitest";
import { rig } from "../support/cli.ts";

const history = (name: string) =>
  new URL(`../../fixtures/histories/${name}`, import.meta.url).pathname;

it("prints a section of its own below the verdict, which alone makes the exit code", async () => {
  const args = ["check", history("read-skew.edn"), "--consistency", "read-committed"];
  const { code, stdout } = await rig([...args, "--isolation", "all"]);
  expect(stdout).toMatch(/^VALID /);
  expect(stdout).toContain(
    [
      "  isolation levels, besides the verdict:",
      "    read-committed: holds",
      "    read-atomic: does not hold",
      "      The initial state comes before operation 2 (process 0, 0 ns to 2.004 us),",
    ].join("\n"),
  );
  expect(code).toBe(0);
});

it("has a field of its own in JSON", async () => {
  const args = ["check", "--json", "--model", "rw-register", history("register-valid.jsonl")];
  const { stdout } = await rig([...args, "--isolation", "causal,read-committed"]);
  expect(JSON.parse(stdout)).toMatchObject({
    valid: true,
    isolation: {
      "read-committed": { valid: true, witness: null },
      causal: { valid: true, witness: null },
    },
  });
  expect(JSON.parse((await rig(args)).stdout)).not.toHaveProperty("isolation");
});

it.each([
  [["--isolation", "serializable"], /--isolation is "serializable"/],
  [["--isolation", "all", "--model", "bank"], /says nothing of model bank/],
  [["--isolation", "all", "--engine", "elle-cli"], /elle-cli has no --isolation/],
])("refuses %j", async (args, line) => {
  const { code, stderr } = await rig(["check", history("valid.edn"), ...args]);
  expect(stderr).toMatch(line);
  expect(code).toBe(64);
});
