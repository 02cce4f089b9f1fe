/**
 * The first process inside a kernel that `rig vm` boots: mounts what programs expect, loads the
 * CAN modules, runs the command with its output on serial lines, and switches the machine off.
 */

export interface GuestCommand {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface GuestLayout {
  /** Commands that load the kernel's modules and make the two devices ready. */
  readonly prepare: readonly string[];
  /** Folder, on the host's file system, for the exit code. */
  readonly folder: string;
  /** Devices of the guest for the command's standard output and standard error. */
  readonly output: string;
  readonly error: string;
}

/** Paths of the CAN modules among a kernel's, in the order in which they need each other. */
export const CAN_MODULES = [
  "net/can/can",
  "net/can/can-raw",
  "net/can/can-gw",
  "drivers/net/can/dev/can-dev",
  "drivers/net/can/vcan",
  "drivers/net/can/vxcan",
  "net/sched/sch_netem",
];

export function initScript({ command, cwd, env }: GuestCommand, layout: GuestLayout): string {
  const { prepare, folder, output, error } = layout;
  const exports = Object.entries(env).flatMap(([name, value]) =>
    // Functions and other things that the shell can't take as names are left out.
    value !== undefined && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
      ? [`export ${name}=${quoted(value)}`]
      : [],
  );
  const lines = [
    "#!/bin/sh",
    ...exports,
    'export PATH="$PATH:/usr/sbin:/sbin"',
    "mount -t proc proc /proc",
    "mount -t sysfs sys /sys",
    "mount -t tmpfs run /run",
    // Already there where the kernel mounts it by itself.
    "mount -t devtmpfs dev /dev 2>/dev/null",
    "mkdir -p /dev/pts /dev/shm && mount -t devpts pts /dev/pts && mount -t tmpfs shm /dev/shm",
    "ip link set lo up",
    ...prepare,
    `cd ${quoted(cwd)}`,
    // Through pipes: a program is not to take the serial line for somebody's terminal.
    "mkfifo /run/output /run/error",
    `cat /run/output > ${output} & cat /run/error > ${error} &`,
    `${command.map(quoted).join(" ")} > /run/output 2> /run/error < /dev/null`,
    `code=$?; wait; echo $code > ${quoted(`${folder}/exit.new`)}`,
    `mv ${quoted(`${folder}/exit.new`)} ${quoted(`${folder}/exit`)}`,
    "sync",
    "echo o > /proc/sysrq-trigger",
    // The kernel needs a moment; a first process that ends is a panic.
    "sleep 60",
  ];
  return `${lines.join("\n")}\n`;
}

/** One word for the shell, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
