/**
 * Opens the port that a bench file means and makes sure of who is there: a device answers `hello`
 * with the serial number of the file. Where the file says several ports, each is asked.
 */

import type { SerialPlace } from "../../rig/core/bench/bench.ts";
import { RigError } from "../../rig/core/verdict/rig-error.ts";
import type { Hello } from "../protocol/hello.ts";
import { candidatePorts } from "./find-port.ts";
import { openSerial } from "./serial-transport.ts";
import { LineSession, type SessionOptions } from "./session.ts";
import type { Signals, Transport } from "./transport.ts";

export interface DeviceOptions {
  readonly signals?: Signals;
  /** How long a device may take to answer `hello`. */
  readonly helloMs: number;
  readonly session?: SessionOptions;
  /** Called with the port that is meant once it is open, before its device answers. */
  readonly opened?: (session: LineSession) => void;
  /** Opens a port; a serial port where it is not said. */
  readonly open?: (port: string) => Promise<Transport>;
}

export interface Device {
  readonly port: string;
  readonly session: LineSession;
  readonly hello: Hello;
}

/** Rejects with `bench.trouble`, every port closed, where it is absent, another or ambiguous. */
export async function openDevice(place: SerialPlace, options: DeviceOptions): Promise<Device> {
  const ports = candidatePorts(place);
  const [first] = ports;
  if (ports.length === 1 && first !== undefined) {
    const device = await ask(first, place, options, options.opened);
    const { serial } = place;
    if (serial === undefined || device.hello.serial === serial) return device;
    await device.session.close();
    throw trouble(`${first}: its serial number is ${device.hello.serial}, expected ${serial}`);
  }
  const found: Device[] = [];
  for (const port of ports) {
    // Ports of others may be busy or mute, which says nothing about the one that is meant.
    const device = await ask(port, place, options).catch(() => null);
    if (device?.hello.serial === place.serial && device !== null) found.push(device);
    else await device?.session.close();
  }
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) {
    options.opened?.(only.session);
    return only;
  }
  for (const { session } of found) await session.close();
  const where = `${place.port}: ${found.length === 0 ? "no device" : `${found.length} devices`}`;
  throw trouble(`${where} with serial number ${place.serial}, expected one`);
}

/** As `openDevice`, but asks nothing where the port is known: its device may hang, or be mute. */
export async function openLine(
  place: SerialPlace,
  options: DeviceOptions,
): Promise<Pick<Device, "port" | "session">> {
  const [port, ...others] = candidatePorts(place);
  if (port === undefined || others.length > 0) return openDevice(place, options);
  return { port, session: await open(port, place, options) };
}

async function open(port: string, place: SerialPlace, options: DeviceOptions) {
  const { signals } = options;
  const serial = { baudRate: place.baud, ...(signals === undefined ? {} : { signals }) };
  const openPort = options.open ?? ((name: string) => openSerial(name, serial));
  return new LineSession(await openPort(port), options.session);
}

async function ask(
  port: string,
  place: SerialPlace,
  options: DeviceOptions,
  opened?: DeviceOptions["opened"],
): Promise<Device> {
  const session = await open(port, place, options);
  opened?.(session);
  try {
    return { port, session, hello: await session.hello(options.helloMs) };
  } catch (error) {
    await session.close();
    throw error;
  }
}

function trouble(text: string): RigError {
  return new RigError("bench.trouble", text);
}
