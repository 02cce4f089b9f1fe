/**
 * The control line of a node whose program is ours: the commands of the C agent, so that the host
 * can't tell one from the other.
 */

import { crc16 } from "../protocol/crc16.ts";
import { HistoryRing } from "./history-ring.ts";
import { type DeviceReply, LineDevice } from "./line-device.ts";

const RING_BYTES = 1 << 16;
const DUMP_BYTES = 24;
/** As a UART at 921600 bit/s has it in a millisecond: no line waits long behind a dump. */
const LINES_AT_ONCE = 8;
const COMMANDS = "reset,echo,can,clients,filter,hist,conf,nvm";
const BAD_WORDS: DeviceReply = { refused: "E_ARGS wrong number or form of words" };
/** Nodes that a filter can name. */
const SOURCES = 16;

/** The exit code of a program that is to be started again at once: the board was reset. */
export const RESTARTS = 75;

export interface NodeDeviceOptions {
  readonly firmware: string;
  readonly serial: string;
  /** Starts since its store was empty, which are all that it has had. */
  readonly boot: number;
  /** What it was told, by the names of the agent. */
  readonly settings: readonly (readonly [name: string, value: number])[];
  readonly send: (text: string) => void;
  readonly uptimeMs: () => number;
  /** State of the controller, `st=active tec=0 rec=0`. */
  readonly canState: () => string;
  readonly onReset: () => void;
  /** Tells the clients that live on the node; false for what they don't understand. */
  readonly onClients: (words: readonly string[]) => boolean;
}

interface Dump {
  at: number;
  readonly to: number;
  crc: number;
}

export class NodeDevice {
  readonly #options: NodeDeviceOptions;
  readonly #line: LineDevice;
  readonly #ring = new HistoryRing(RING_BYTES);
  #dump: Dump | null = null;
  /** Bit n: frames of node n are not heard. */
  #filter = 0;
  #filtered = 0;

  constructor(options: NodeDeviceOptions) {
    this.#options = options;
    this.#line = new LineDevice({ send: options.send, act: (words) => this.#act(words) });
  }

  feed(bytes: Uint8Array): void {
    this.#line.feed(bytes);
  }

  note(body: Uint8Array): void {
    this.#ring.add(body);
  }

  /** False for a frame of node `source` that the filter keeps back, which is counted. */
  hears(source: number): boolean {
    if (((this.#filter >> source) & 1) === 0) return true;
    this.#filtered++;
    return false;
  }

  #act(words: readonly string[]): DeviceReply {
    const { firmware, serial, boot, uptimeMs, canState, onReset } = this.#options;
    const [verb, what = "", ...rest] = words;
    const withBoot = (text: string) => ({ ok: `${text}${text === "" ? "" : " "}boot=${boot}` });
    switch (verb) {
      case "hello":
        return {
          ok: `p=1.0 fw=${firmware} sn=${serial} boot=${boot} rst=supply up=${uptimeMs()} buf=80`,
        };
      case "caps":
        return { ok: COMMANDS };
      case "echo":
        return withBoot(words.slice(1).join(" "));
      case "can":
        return withBoot(canState());
      case "clients":
        return this.#options.onClients(words.slice(1)) ? withBoot("") : BAD_WORDS;
      case "filter":
        return this.#filtering(what, rest);
      case "hist":
        return this.#history(what, Number(rest[0] ?? 0));
      case "conf":
        return this.#setting(what, rest[0]);
      case "nvm":
        if (what !== "info") return { refused: "E_ARGS its store is the rig's" };
        return withBoot(`life=${boot}`);
      case "reset":
        setImmediate(onReset);
        return withBoot("");
      default:
        return { refused: "E_VERB unknown command" };
    }
  }

  #filtering(what: string, [mask, ...more]: readonly string[]): DeviceReply {
    if (what === "set" && mask !== undefined && more.length === 0) {
      if (!/^\d+$/.test(mask) || Number(mask) >= 1 << SOURCES) return BAD_WORDS;
      this.#filter = Number(mask);
    } else if (mask !== undefined || (what !== "clear" && what !== "info")) return BAD_WORDS;
    else if (what === "clear") this.#filter = 0;
    return { ok: `mask=${this.#filter} hits=${this.#filtered} boot=${this.#options.boot}` };
  }

  #setting(name: string, wanted: string | undefined): DeviceReply {
    const value = this.#options.settings.find(([known]) => known === name)?.[1];
    if (value === undefined) return { refused: "E_CONF no such setting" };
    if (wanted !== undefined && Number(wanted) !== value) {
      return { refused: "E_STORE its settings are those of the plan" };
    }
    return { ok: `name=${name} value=${value} boot=${this.#options.boot}` };
  }

  #history(what: string, place: number): DeviceReply {
    const ring = this.#ring;
    const info = () => ({
      ok: `first=${ring.first} next=${ring.next} lost=${ring.lost} boot=${this.#options.boot}`,
    });
    if (what === "stop") this.#dump = null;
    if (what === "info" || what === "stop") return info();
    if (!ring.holds(place)) return { refused: `E_PLACE first=${ring.first} next=${ring.next}` };
    if (what === "clear") return ring.free(place) ? info() : { refused: "E_PLACE in a record" };
    if (what !== "dump") return BAD_WORDS;
    const isUnderWay = this.#dump !== null;
    this.#dump = { at: place, to: ring.next, crc: 0xffff };
    if (!isUnderWay) setImmediate(() => this.#dumpOn());
    return { ok: `from=${place} to=${ring.next} boot=${this.#options.boot}` };
  }

  #dumpOn(): void {
    for (let count = 0; count < LINES_AT_ONCE && this.#dump !== null; count++) {
      const dump: Dump = this.#dump;
      if (dump.at >= dump.to) {
        const crc = hexOf(dump.crc, 4);
        this.#line.event(`hend to=${dump.to} crc=${crc} boot=${this.#options.boot}`);
        this.#dump = null;
        return;
      }
      const bytes = this.#ring.slice(dump.at, Math.min(dump.to, dump.at + DUMP_BYTES));
      const hex = [...bytes].map((byte) => hexOf(byte, 2)).join("");
      this.#line.event(`h at=${dump.at} d=${hex}`);
      dump.crc = crc16(bytes, dump.crc);
      dump.at += bytes.length;
    }
    setImmediate(() => this.#dumpOn());
  }
}

function hexOf(number: number, digits: number): string {
  return number.toString(16).toUpperCase().padStart(digits, "0");
}
