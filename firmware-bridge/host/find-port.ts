/**
 * Which port of this machine a bench file means: by path, by the USB serial number of its adapter,
 * or one of several by what its device says of itself. What is ambiguous is refused. Read from
 * sysfs: `SerialPort.list()` needs udevadm, which many machines lack.
 */

import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import type { SerialPlace } from "../../rig/core/bench/bench.ts";
import { RigError } from "../../rig/core/verdict/rig-error.ts";

export interface SerialPortInfo {
  readonly path: string;
  /** Serial number of the USB adapter, and which of its ports it is; null where it has none. */
  readonly usb: string | null;
  readonly usbInterface: number | null;
}

/** Where Linux shows its ports and their devices. */
export interface PortFolders {
  readonly sys: string;
  readonly dev: string;
}

const LINUX: PortFolders = { sys: "/sys/class/tty", dev: "/dev" };

/** Ports of adapters that are connected, by path; none on machines without sysfs. */
export function listPorts({ sys, dev }: PortFolders = LINUX): readonly SerialPortInfo[] {
  if (!existsSync(sys)) return [];
  return readdirSync(sys)
    .sort()
    .flatMap((name) => {
      const device = path.join(sys, name, "device");
      if (!existsSync(device)) return [];
      const usb = usbOf(realpathSync(device));
      return usb === null ? [] : [{ path: path.join(dev, name), ...usb }];
    });
}

/** A `serial` is the adapter's only beside `idVendor`: parts of the board have such files too. */
function usbOf(device: string): Omit<SerialPortInfo, "path"> | null {
  let usbInterface: number | null = null;
  for (let at = device; at !== path.dirname(at); at = path.dirname(at)) {
    const read = (file: string) => readFileSync(path.join(at, file), "latin1").trim();
    const number = path.join(at, "bInterfaceNumber");
    if (existsSync(number)) usbInterface = Number.parseInt(read("bInterfaceNumber"), 16);
    if (!existsSync(path.join(at, "idVendor"))) continue;
    return { usb: existsSync(path.join(at, "serial")) ? read("serial") : null, usbInterface };
  }
  return null;
}

/**
 * The ports that the place may mean: one, or several where it has a `*` and no `usb`. Throws
 * `bench.trouble` where there is none, and where an adapter has several ports and none is said.
 */
export function candidatePorts(
  place: SerialPlace,
  ports: () => readonly SerialPortInfo[] = listPorts,
): readonly string[] {
  const { port, usb } = place;
  if (usb !== undefined) return [portOfAdapter(place, usb, ports())];
  if (port === undefined) throw new RigError("rig.internal", "a place without port and usb");
  if (!port.includes("*")) return [port];
  const found = fitting(port);
  if (found.length === 0) throw trouble(`${port}: no such port`);
  return found;
}

/** A `*` stands in the last part of the path. */
function fitting(pattern: string): readonly string[] {
  const folder = path.dirname(pattern);
  const parts = path.basename(pattern).split("*");
  const quoted = parts.map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  const form = new RegExp(`^${quoted.join(".*")}$`);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .filter((name) => form.test(name))
    .sort()
    .map((name) => path.join(folder, name));
}

function portOfAdapter(
  { port, usbInterface }: SerialPlace,
  usb: string,
  ports: readonly SerialPortInfo[],
): string {
  const found = ports.filter((each) => {
    return each.usb === usb && (usbInterface === undefined || each.usbInterface === usbInterface);
  });
  const [only, ...others] = found;
  const name = `USB adapter ${usb}`;
  if (only === undefined) throw trouble(`${name}: not connected`);
  if (others.length > 0) {
    const paths = found.map((each) => each.path).join(", ");
    throw trouble(`${name}: it has the ports ${paths}: expected usb-interface in the bench file`);
  }
  if (port === undefined || port.includes("*") || isSame(port, only.path)) return only.path;
  throw trouble(`${port}: it is not ${name}, which is at ${only.path}`);
}

/** Names as /dev/serial/by-id are links. */
function isSame(port: string, other: string): boolean {
  return port === other || (existsSync(port) && realpathSync(port) === other);
}

function trouble(text: string): RigError {
  return new RigError("bench.trouble", text);
}
