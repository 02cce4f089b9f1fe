/**
 * Runs a command under Debian's kernel in QEMU, on the host's file system (9p), with two emulated
 * CAN controllers on one bus as can0 and can1, each by the kernel's own driver. CTU CAN FD where
 * that driver is there (`native/build-ctucanfd.sh`), else the classic SJA1000 of a Kvaser card.
 *
 * QEMU does not model: acknowledgement, errors, bus-off, times on the bus, different bit rates.
 */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  type GuestOptions,
  isOnPath,
  type Machine,
  pathOf,
  refuseMissing,
  runGuest,
} from "./guest.ts";
import { CAN_MODULES } from "./init-script.ts";
import { cpioArchive } from "./initramfs.ts";

const QEMU = "qemu-system-x86_64";
/** What it takes to have the host's files. */
const ROOT_MODULES = ["virtio_pci", "9pnet_virtio", "9p"];

interface CanCards {
  /** Driver of both controllers. */
  readonly driver: string;
  readonly devices: readonly string[];
}

const FD_CARDS: CanCards = {
  driver: "ctucanfd_pci",
  devices: ["ctucan_pci,canbus0=wire,canbus1=wire"],
};
const CLASSIC_CARDS: CanCards = {
  driver: "kvaser_pci",
  devices: ["kvaser_pci,canbus=wire", "kvaser_pci,canbus=wire"],
};

const HOW = "native/build-ctucanfd.sh builds it";

/** What is missing on this machine for QEMU; empty when nothing is. */
export function missingForQemu(): readonly string[] {
  const missing: string[] = [];
  if (!isOnPath(QEMU)) missing.push("qemu-system-x86");
  if (newestKernel() === null) missing.push("linux-image-amd64");
  if (!isOnPath("modprobe")) missing.push("kmod");
  if (!isOnPath("busybox")) missing.push("busybox-static");
  if (!isOnPath("ip")) missing.push("iproute2");
  return missing;
}

/** As `runInUml`. */
export async function runInQemu(options: GuestOptions): Promise<number> {
  refuseMissing("rig vm --engine qemu", missingForQemu());
  const kernel = newestKernel() as string;
  const cards = modulesFor(kernel, [FD_CARDS.driver]) === null ? CLASSIC_CARDS : FD_CARDS;
  if (cards === CLASSIC_CARDS) {
    const text = `kernel ${kernel} has no driver ctucanfd: can0 and can1 are classic`;
    options.onError(Buffer.from(`rig: ${text}; ${HOW}\n`));
  }
  return runGuest(machineOf(kernel, cards, options.memory), options);
}

function machineOf(kernel: string, { driver, devices }: CanCards, memory: string): Machine {
  const modules = ["virtio_console", ...CAN_MODULES.map((path) => basename(path)), driver];
  const args = (folder: string, script: string) => {
    const initramfs = join(folder, "initramfs");
    writeFileSync(initramfs, initramfsFor(kernel, script));
    return [
      ...["-accel", "tcg", "-m", memory, "-no-reboot"],
      ...["-nodefaults", "-no-user-config", "-display", "none"],
      ...["-kernel", `/boot/vmlinuz-${kernel}`, "-initrd", initramfs],
      ...["-append", "console=ttyS0 quiet panic=-1 mitigations=off"],
      ...["-serial", "stdio"],
      ...["-device", "virtio-serial-pci"],
      ...["-chardev", "socket,id=output,fd=3", "-device", "virtserialport,nr=1,chardev=output"],
      ...["-chardev", "socket,id=error,fd=4", "-device", "virtserialport,nr=2,chardev=error"],
      ...["-fsdev", "local,id=host,path=/,security_model=none,multidevs=remap"],
      ...["-device", "virtio-9p-pci,fsdev=host,mount_tag=host"],
      ...["-object", "can-bus,id=wire"],
      ...devices.flatMap((device) => ["-device", device]),
    ];
  };
  return {
    program: QEMU,
    args,
    layout: {
      prepare: [`modprobe -a ${modules.join(" ")}`],
      output: "/dev/vport0p1",
      error: "/dev/vport0p2",
    },
  };
}

/** The first file system: enough to reach the host's, and to go on there. */
function initramfsFor(kernel: string, script: string): Uint8Array {
  const modules = modulesFor(kernel, ROOT_MODULES) ?? [];
  const options = "trans=virtio,version=9p2000.L,msize=524288,cache=loose";
  const init = [
    "#!/busybox sh",
    ...modules.map((path) => `/busybox insmod /${basename(path)}`),
    `/busybox mount -t 9p -o ${options} host /root`,
    `exec /busybox switch_root /root ${script}`,
  ];
  const text = new TextEncoder().encode(`${init.join("\n")}\n`);
  return cpioArchive([
    { path: "root", mode: 0o40755, bytes: new Uint8Array() },
    { path: "busybox", mode: 0o100755, bytes: readFileSync(pathOf("busybox") as string) },
    ...modules.map((path) => ({ path: basename(path), mode: 0o100644, bytes: readFileSync(path) })),
    { path: "init", mode: 0o100755, bytes: text },
  ]);
}

/** The newest kernel that is installed with its modules and has CAN: those of clouds have none. */
function newestKernel(): string | null {
  if (!existsSync("/boot") || !existsSync("/lib/modules")) return null;
  const versions = readdirSync("/boot")
    .filter((name) => name.startsWith("vmlinuz-"))
    .map((name) => name.slice("vmlinuz-".length))
    .filter((version) => existsSync(`/lib/modules/${version}/kernel/net/can`))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return versions.at(-1) ?? null;
}

/** The files of these modules and of what they need, in the order to load; null without one. */
function modulesFor(kernel: string, names: readonly string[]): readonly string[] | null {
  try {
    const args = ["--set-version", kernel, "--show-depends", "-a", ...names];
    const path = `${process.env["PATH"]}:/usr/sbin:/sbin`;
    const env = { ...process.env, PATH: path };
    const text = execFileSync("modprobe", args, {
      encoding: "utf8",
      env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const files = text.split("\n").flatMap((line) => /^insmod (\S+)/.exec(line)?.[1] ?? []);
    return [...new Set(files)];
  } catch {
    return null;
  }
}
