/** What `rig doctor` looks at on this machine, each by itself: none ends the others. */

import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { missingForVcan } from "../adapters/hub/vcan-probe.ts";
import { hasAddon } from "../adapters/socketcan/addon.ts";
import { readInterface } from "../adapters/socketcan/interface-info.ts";
import { hasPackage } from "../adapters/socketcan/package-channel.ts";
import { LeaseFile, leaseText } from "../adapters/store/lease-file.ts";
import { isOnPath } from "../adapters/vm/guest.ts";
import { missingForQemu } from "../adapters/vm/qemu.ts";
import { missingForUml } from "../adapters/vm/user-mode-linux.ts";
import { bitRatesText } from "../core/can/bit-rates.ts";

export type CheckStatus = "ok" | "warn" | "fail" | "skipped";

export interface DoctorCheck {
  readonly name: string;
  readonly status: CheckStatus;
  readonly detail: string;
  /** The next thing to do. */
  readonly next?: string;
}

type Finding = Omit<DoctorCheck, "name">;

const NODE_FLOOR = [20, 19] as const;
const DISK_FLOOR_BYTES = 1 << 30;
/** A clock before this was never set. */
const CLOCK_FLOOR_YEAR = 2024;
const IS_LINUX = process.platform === "linux";

export function doctorChecks(outputDir: string): readonly DoctorCheck[] {
  return [
    named("node", node),
    named("disk", () => disk(outputDir)),
    named("clock", clock),
    named("processes", processes),
    named("socketcan addon", addon),
    named("socketcan package", socketcanPackage),
    named("kernel CAN", kernelCan),
    named("level vcan", levelVcan),
    named("rig vm", vm),
    named("rig vm, qemu", qemu),
    ...canInterfaces(),
    named("can-utils", () => tool("candump", "to record beside the rig", "can-utils")),
    named("serial", serial),
    named("leases", leases),
    named("serial ports", serialPorts),
    named("udevadm", () => tool("udevadm", "to find boards by their identity", "udev")),
    named("uhubctl", () => tool("uhubctl", "to switch supplies by ports of a hub", "uhubctl")),
    named("java", () =>
      tool("java", "to judge by Elle itself (check --engine elle-cli)", "default-jre-headless"),
    ),
  ];
}

function named(name: string, look: () => Finding): DoctorCheck {
  try {
    return { name, ...look() };
  } catch (error) {
    return { name, status: "fail", detail: (error as Error).message.split("\n")[0] ?? "" };
  }
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [floorMajor, floorMinor] = NODE_FLOOR;
  const isEnough = major > floorMajor || (major === floorMajor && minor >= floorMinor);
  const floor = NODE_FLOOR.join(".");
  const detail = `version ${process.versions.node}${npm()}, at least ${floor} is needed`;
  if (isEnough) return { status: "ok", detail };
  return { status: "fail", detail, next: "Install a newer Node" };
}

/** The npm that came with this Node; a program is not started for it. */
function npm(): string {
  const beside = "../lib/node_modules/npm/package.json";
  try {
    const { version } = JSON.parse(readFileSync(join(process.execPath, "..", beside), "utf8"));
    return ` with npm ${version}`;
  } catch {
    return "";
  }
}

/** Of the benches whose leases are where all are that are put nowhere else. */
function leases(): Finding {
  const held = LeaseFile.benches().flatMap((bench) => {
    const lease = new LeaseFile(bench).read();
    return lease === null ? [] : [`${bench}: ${leaseText(lease)}`];
  });
  return { status: "ok", detail: held.length === 0 ? "no bench is in use" : held.join("; ") };
}

function disk(outputDir: string): Finding {
  const folder = existsSync(outputDir) ? outputDir : process.cwd();
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const detail = `${(free / 2 ** 30).toFixed(1)} GiB free for run folders in ${folder}`;
  if (free >= DISK_FLOOR_BYTES) return { status: "ok", detail };
  return { status: "warn", detail, next: "Free some space, or choose another --output-dir" };
}

function clock(): Finding {
  const now = new Date();
  if (now.getUTCFullYear() >= CLOCK_FLOOR_YEAR) return { status: "ok", detail: now.toISOString() };
  const next = "Set the clock: run folders and captures carry its time";
  return { status: "warn", detail: `${now.toISOString()} can't be right`, next };
}

/** What ends node processes with the rig. */
function processes(): Finding {
  if (!IS_LINUX) return { status: "ok", detail: "nodes end with the rig by a guardian shell" };
  if (isOnPath("setpriv")) return { status: "ok", detail: "nodes end with the rig by setpriv" };
  const detail = "setpriv is missing: nodes end with the rig by a guardian shell";
  return { status: "warn", detail, next: "apt-get install util-linux" };
}

function addon(): Finding {
  if (!IS_LINUX) return { status: "skipped", detail: "SocketCAN is of Linux" };
  if (hasAddon()) return { status: "ok", detail: "native/build/canraw.node loads" };
  const detail = "not built: FD, BRS and ESI of received frames are not known, vcan is not there";
  return { status: "warn", detail, next: "Install a C compiler, then npm rebuild" };
}

function socketcanPackage(): Finding {
  if (!IS_LINUX) return { status: "skipped", detail: "SocketCAN is of Linux" };
  if (hasPackage()) return { status: "ok", detail: "loads" };
  const next = "Install a C++ compiler and Python, then npm install socketcan";
  return { status: "warn", detail: "not installed: our addon does without it", next };
}

function kernelCan(): Finding {
  if (!IS_LINUX) return { status: "skipped", detail: "SocketCAN is of Linux" };
  if (existsSync("/proc/net/can")) return { status: "ok", detail: "the kernel has SocketCAN" };
  const next = "modprobe can-raw, or use rig vm";
  return { status: "warn", detail: "this kernel has no SocketCAN, or not loaded", next };
}

function levelVcan(): Finding {
  if (!IS_LINUX) return { status: "skipped", detail: "it needs Linux" };
  const missing = missingForVcan();
  if (missing === null) return { status: "ok", detail: "vxcan pairs in namespaces can be made" };
  const next = "Run as root with the module vxcan, or: rig vm -- rig run --level vcan";
  return { status: "warn", detail: missing, next };
}

function vm(): Finding {
  if (!IS_LINUX) return { status: "skipped", detail: "it needs Linux" };
  const missing = missingForUml();
  if (missing.length === 0) return { status: "ok", detail: "user-mode Linux is installed" };
  const list = missing.join(" ");
  return { status: "warn", detail: `it needs ${list}`, next: `apt-get install ${list}` };
}

/** Only for those who want the kernel's driver of a controller: no warning without it. */
function qemu(): Finding {
  if (!IS_LINUX) return { status: "skipped", detail: "it needs Linux" };
  const missing = missingForQemu();
  if (missing.length === 0) return { status: "ok", detail: "QEMU, a kernel and busybox are there" };
  const list = missing.join(" ");
  return { status: "skipped", detail: `it needs ${list}`, next: `apt-get install ${list}` };
}

interface CanInterface {
  readonly name: string;
  readonly mtu: number;
  readonly isUp: boolean;
  readonly isHardware: boolean;
}

/** One line for each interface of the kernel's CAN devices (`/sys/class/net`, type 280). */
function canInterfaces(): readonly DoctorCheck[] {
  if (!IS_LINUX || !existsSync("/sys/class/net")) return [];
  return readdirSync("/sys/class/net").flatMap((name) => {
    const of = (file: string) => readFileSync(join("/sys/class/net", name, file), "utf8").trim();
    if (of("type") !== "280") return [];
    const isHardware = existsSync(join("/sys/class/net", name, "device"));
    const isUp = (Number(of("flags")) & 1) !== 0;
    return [
      named(`interface ${name}`, () => judged({ name, mtu: Number(of("mtu")), isUp, isHardware })),
    ];
  });
}

function judged({ name, mtu, isUp, isHardware }: CanInterface): Finding {
  const rates = isHardware ? `, hardware, ${ratesOf(name)}` : "";
  const detail = `${isUp ? "up" : "down"}, MTU ${mtu}${rates}`;
  if (isUp && mtu >= 72) return { status: "ok", detail };
  const timing = isHardware ? " type can bitrate 1000000 dbitrate 8000000 fd on restart-ms 10" : "";
  const set = `ip link set ${name}`;
  const next = `${set} down; ${set} mtu 72${timing}; ${set} up`;
  return { status: "warn", detail: `${detail}: no FD frames pass`, next };
}

/** As the driver says them now. */
function ratesOf(name: string): string {
  const { rates } = readInterface(name);
  return rates === null ? "no bit rates" : `bit rates ${bitRatesText(rates)}`;
}

function serial(): Finding {
  createRequire(import.meta.url)("@serialport/bindings-cpp");
  return { status: "ok", detail: "the native part of serialport loads" };
}

/** Those of boards; by-id names tell them apart, and the group dialout may open them. */
function serialPorts(): Finding {
  if (!IS_LINUX) return { status: "skipped", detail: "looked at on Linux only" };
  const folder = "/dev/serial/by-id";
  const names = existsSync(folder) ? readdirSync(folder) : [];
  if (names.length === 0) return { status: "skipped", detail: "no board is connected" };
  const shut = names.filter((name) => !isAccessible(join(folder, name)));
  const detail = `${names.length} found in ${folder}`;
  if (shut.length === 0) return { status: "ok", detail };
  const next = "Add yourself to the group dialout: usermod -aG dialout $USER, then log in again";
  return { status: "fail", detail: `${detail}, not to be opened: ${shut.join(", ")}`, next };
}

function isAccessible(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function tool(program: string, why: string, debian: string): Finding {
  if (isOnPath(program)) return { status: "ok", detail: `${program} is there, ${why}` };
  const next = `apt-get install ${debian}`;
  return { status: "warn", detail: `${program} is missing, ${why}`, next };
}
