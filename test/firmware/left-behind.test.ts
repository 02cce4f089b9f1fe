/**
 * What a rig that was killed left in the kernel: noted in a journal beside the lease before it was
 * made, and undone by whoever takes the bench next. `cangw` and `ip` are doubles here; the tests of
 * `rig vm` hold them to the real ones.
 */

import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { JournalFile } from "../../rig/adapters/store/journal-file.ts";
import { rig, temporaryFolder } from "../support/cli.ts";

const RULE = { from: "can0", to: "can1", isFd: true, filter: "123~7FF" };
const WRONG = { ...RULE, filter: "123:7FF", modify: "SET:D:000.8.FFFFFFFFFFFFFFFF" };

/** No process has such a number. */
const DEAD = { pid: 2 ** 22 + 1, started: null };

function bench() {
  const folder = temporaryFolder();
  const file = join(folder, "bench.yaml");
  writeFileSync(
    file,
    `bench: lab\nnodes: [{ name: a, power: hand }]\nlease: { folder: ${folder} }\n`,
  );
  const log = join(folder, "log");
  // A rule that is gone already is what cangw says so of.
  const cangw = `echo "cangw $*" >> ${log}; case "$*" in *~*) echo "${GONE}" >&2; exit 1;; esac`;
  for (const [name, text] of [
    ["cangw", cangw] as const,
    ["ip", `echo "ip $*" >> ${log}`] as const,
  ]) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const journal = join(folder, `lab.${hostname()}.changes`);
  const put = (notes: unknown) => writeFileSync(journal, JSON.stringify(notes));
  const bin = { PATH: `${folder}:${process.env["PATH"]}` };
  const command = (...args: readonly string[]) => rig(["bench", ...args, file], { env: bin });
  return { folder, journal, put, command, log: () => readFileSync(log, "utf8") };
}

const GONE = "netlink error -22 (Invalid argument)";

it("a change is noted until it is undone, and is nobody's business while its process runs", () => {
  const { folder, journal } = bench();
  const file = new JournalFile("lab", folder);
  const forget = [RULE, WRONG].map((rule) => file.note({ by: "gateway", rule }));
  expect(JSON.parse(readFileSync(journal, "utf8"))).toMatchObject([
    { pid: process.pid, change: { by: "gateway", rule: RULE } },
    { pid: process.pid, change: { by: "gateway", rule: WRONG } },
  ]);
  expect(file.left()).toEqual([]);
  for (const each of forget) each();
  expect(existsSync(journal)).toBe(false);
});

it("is undone in the opposite order, and told", async () => {
  const { journal, put, command, log } = bench();
  put([
    { ...DEAD, change: { by: "gateway", rule: RULE } },
    { ...DEAD, change: { by: "gateway", rule: WRONG } },
    { ...DEAD, change: { by: "link", interface: "can1" } },
  ]);
  const shown = await command("show", "--offline");
  const left = "interface can1 down, gateway from can0 to can1 (2)";
  expect(shown.stdout).toContain(`! left by a rig that was killed: ${left}; undone by whoever `);
  const { stderr, code } = await command("release");
  expect(stderr).toBe(`rig: bench lab: undone what a rig left that was killed: ${left}\n`);
  expect(code).toBe(0);
  expect(log()).toBe(
    [
      "ip link set dev can1 up",
      `cangw -D -s can0 -d can1 -X -e -f ${WRONG.filter} -m ${WRONG.modify}`,
      `cangw -D -s can0 -d can1 -X -e -f ${RULE.filter}`,
      "",
    ].join("\n"),
  );
  expect(existsSync(journal)).toBe(false);
});

it("a journal that says anything else is not carried out", async () => {
  const { put, command } = bench();
  put([{ ...DEAD, change: { by: "link", interface: "-rf /" } }]);
  const { stderr, code } = await command("release");
  expect(stderr).toMatch(/^rig: .*lab\..*\.changes: it can't be read as a journal\n/);
  expect(code).toBe(3);
});
