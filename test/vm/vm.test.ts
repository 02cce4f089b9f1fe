/** `rig vm`, in a real kernel: what a command prints and how it ends come out as they went in. */

import { execFileSync, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoted } from "../../rig/adapters/vm/init-script.ts";
import { missingForUml } from "../../rig/adapters/vm/user-mode-linux.ts";
import { MAIN, rig } from "../support/cli.ts";
import { itNeeds } from "../support/needs.ts";

const missing = missingForUml();
const itInVm = itNeeds({
  has: missing.length === 0,
  what: `Debian's packages ${missing.join(", ")}`,
});

/** Processes of machines that run this. */
function machines(): string[] {
  const all = execFileSync("ps", ["-eo", "pid,stat,args"], { encoding: "utf8" }).split("\n");
  return all.filter((line) => / linux\.uml /.test(line) && !/ Z/.test(line));
}

describe("rig vm", () => {
  itInVm("hands back output, errors and exit code of a command with SocketCAN", async () => {
    const command =
      "ip link add vcan0 type vcan && ip link set vcan0 mtu 72 up && ip -br link show vcan0; " +
      "echo trouble >&2; pwd; exit 7";
    const { code, stdout, stderr } = await rig(["vm", "--", "sh", "-c", command]);
    expect(stdout).toMatch(/^vcan0 +UNKNOWN +<NOARP,UP,LOWER_UP> *\n/);
    expect(stdout.trim().split("\n").at(-1)).toBe(process.cwd());
    expect(stderr).toBe("trouble\n");
    expect(code).toBe(7);
  });

  itInVm("passes words on as they are", async () => {
    const words = ["it's", "$HOME", 'a "b"', "--version", "1e3"];
    const script = "console.log(JSON.stringify(process.argv.slice(1)))";
    const { stdout, code } = await rig([
      "vm",
      "--",
      process.execPath,
      "-e",
      script,
      "--",
      ...words,
    ]);
    expect(JSON.parse(stdout)).toEqual(words);
    expect(code).toBe(0);
  });

  itInVm("says when the command takes too long, and leaves nothing behind", async () => {
    const { stderr, code } = await rig(["vm", "--timeout", "6", "--", "sleep", "100"]);
    expect(stderr).toBe("rig: the command took longer than 6 s in the machine\n");
    expect(code).toBe(3);
    expect(machines()).toEqual([]);
  });

  itInVm("ends with the rig when that is killed", async () => {
    const child = spawn(process.execPath, [MAIN, "vm", "--", "sleep", "100"]);
    for (let tries = 0; tries < 100 && machines().length === 0; tries++) await sleep(100);
    await sleep(500);
    child.kill("SIGKILL");
    for (let tries = 0; tries < 50 && machines().length > 0; tries++) await sleep(100);
    expect(machines()).toEqual([]);
  });

  it("wants a command", async () => {
    const { stderr, code } = await rig(["vm"]);
    expect(stderr).toBe("rig: rig vm: expected a command, as in rig vm -- candump vcan0\n");
    expect(code).toBe(64);
  });

  it("quotes any word for the shell", () => {
    const word = fc.string({ maxLength: 20 }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (words) => {
        const script = `for each in ${words.map(quoted).join(" ")}; do printf '%s\\0' "$each"; done`;
        const output = execFileSync("sh", ["-c", script], { encoding: "utf8" });
        expect(output).toBe(words.map((each) => `${each}\0`).join(""));
      }),
      { numRuns: 30 },
    );
  });
});
