/**
 * The ways to SocketCAN against can-utils and python-can, in one boot of the kernel of `rig vm`.
 * System calls are dear there: only ratios mean something.
 */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missingForUml } from "../../rig/adapters/vm/user-mode-linux.ts";
import type { BenchRow } from "./rows.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const MAIN = join(ROOT, "dist/bin/main.js");
const GUEST = join(import.meta.dirname, "can/guest.js");
const PEERS = join(ROOT, "test/bench-peers/python-can");
/** Debian's python: others on the path know nothing of Debian's packages. */
const PYTHON = "/usr/bin/python3";

interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

interface Figures {
  readonly frames: number;
  readonly send: Readonly<Record<"cangen" | "addon" | "package" | "python", number>>;
  readonly receive: Readonly<Record<"candump" | "addon" | "addonLog" | "python", number>>;
  readonly burst: { readonly received: number; readonly lost: number };
  readonly replay: Readonly<Record<"canplayer" | "rig", Lateness>>;
}

export function* benchCan(): Iterable<BenchRow> {
  const missing = [...missingForUml()];
  if (spawnSync(PYTHON, ["-c", "import can"]).status !== 0) missing.push("python3-can");
  if (spawnSync("candump", ["-?"]).error !== undefined) missing.push("can-utils");
  if (missing.length > 0) {
    process.stdout.write(`SocketCAN: needs Debian's packages ${missing.join(", ")}\n`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "rig-bench-"));
  try {
    const guest = [process.execPath, GUEST, folder, PYTHON, PEERS, MAIN];
    const text = execFileSync(process.execPath, [MAIN, "vm", "--", ...guest], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    yield* rowsOf(JSON.parse(text) as Figures);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function* rowsOf({ frames, send, receive, burst, replay }: Figures): Iterable<BenchRow> {
  const row = (name: string, ms: number, ratio: string): BenchRow => {
    return { name, value: (1000 * frames) / ms, unit: "frames/s", ratio };
  };
  const times = (of: number, by: number) => (of / by).toFixed(2);
  const { candump, addon, addonLog, python } = receive;
  yield row(
    "SocketCAN: received, as objects",
    addon,
    `${times(candump, addon)} times candump, ${times(python, addon)} times python-can`,
  );
  yield row(
    "the same, written to a candump log",
    addonLog,
    `${times(candump, addonLog)} times candump`,
  );
  yield row(
    "SocketCAN: sent in batches",
    send.addon,
    `${times(send.cangen, send.addon)} times cangen, ${times(send.python, send.addon)} times python-can`,
  );
  yield row(
    "the same, by the npm package",
    send.package,
    `${times(send.cangen, send.package)} times cangen`,
  );
  for (const figure of ["p50", "p99", "max"] as const) {
    const [rig, peer] = [replay.rig[figure], replay.canplayer[figure]];
    const ratio = `canplayer ${Math.round(peer)} us: ${times(rig, peer)} of that`;
    yield { name: `replay, lateness ${figure}`, value: rig, unit: "us", ratio };
  }
  const ratio = `${burst.lost} lost of ${frames}`;
  yield { name: "burst, event loop blocked", value: burst.received, unit: "frames", ratio };
}
