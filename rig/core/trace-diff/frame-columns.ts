/**
 * The frames of one identifier in the order of their trace, packed into columns: some 40 bytes a
 * frame beside its data, so that traces of millions of frames can be compared.
 */

import type { ErrorRecord, FrameRecord } from "../trace/index.ts";

/** What can be asked of two frames: the same, or the same as far as both files tell. */
const UNKNOWN = 2;
const DLC_UNKNOWN = 31;
const FIRST_ROOM = 16;
const FIRST_BYTES = 128;
const CLASS_BYTES = 4;

/** Two bits each for FD, BRS and ESI, then five for the length code. */
const PLACES = { fd: 0, brs: 2, esi: 4, dlc: 6 } as const;

export class FrameColumns {
  count = 0;
  #times = new Float64Array(FIRST_ROOM);
  #places = new Float64Array(FIRST_ROOM);
  #orders = new Uint32Array(FIRST_ROOM);
  #flags = new Uint16Array(FIRST_ROOM);
  #ends = new Float64Array(FIRST_ROOM);
  #bytes = new Uint8Array(FIRST_BYTES);

  /** `timeNs` is NaN where there is no stamp; `order` counts the frames of the whole trace. */
  add(frame: FrameRecord, timeNs: number, order: number): void {
    const dlc = frame.dlc ?? DLC_UNKNOWN;
    const flags =
      (flagOf(frame.fd) << PLACES.fd) |
      (flagOf(frame.brs) << PLACES.brs) |
      (flagOf(frame.esi) << PLACES.esi) |
      (dlc << PLACES.dlc);
    this.#put([timeNs, frame.at, order, flags], frame.data);
  }

  addError(error: ErrorRecord, timeNs: number, order: number): void {
    const data = new Uint8Array(CLASS_BYTES + error.detail.length);
    new DataView(data.buffer).setUint32(0, error.classes);
    data.set(error.detail, CLASS_BYTES);
    this.#put([timeNs, error.at, order, 0], data);
  }

  /** The frames of several channels as one, in the order of their trace. */
  static merged(parts: readonly FrameColumns[]): FrameColumns {
    const places = parts.flatMap((part) =>
      Array.from({ length: part.count }, (_, at) => ({ part, at, order: part.orderOf(at) })),
    );
    const all = new FrameColumns();
    for (const { part, at, order } of places.sort((a, b) => a.order - b.order)) {
      all.#put([part.timeNs(at), part.placeOf(at), order, part.flags(at)], part.data(at));
    }
    return all;
  }

  /** Since the first frame of the trace; NaN without a stamp. */
  timeNs(at: number): number {
    return this.#times[at] as number;
  }

  /** Line or offset in the file. */
  placeOf(at: number): number {
    return this.#places[at] as number;
  }

  orderOf(at: number): number {
    return this.#orders[at] as number;
  }

  data(at: number): Uint8Array {
    return this.#bytes.subarray(this.#startOf(at), this.#ends[at] as number);
  }

  flags(at: number): number {
    return this.#flags[at] as number;
  }

  #startOf(at: number): number {
    return at === 0 ? 0 : (this.#ends[at - 1] as number);
  }

  #put([timeNs, place, order, flags]: readonly number[], data: Uint8Array): void {
    const at = this.count;
    if (at === this.#times.length) this.#grow();
    const start = this.#startOf(at);
    const end = start + data.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
    }
    this.#bytes.set(data, start);
    this.#times[at] = timeNs as number;
    this.#places[at] = place as number;
    this.#orders[at] = order as number;
    this.#flags[at] = flags as number;
    this.#ends[at] = end;
    this.count++;
  }

  #grow(): void {
    const room = 2 * this.count;
    this.#times = longer(this.#times, new Float64Array(room));
    this.#places = longer(this.#places, new Float64Array(room));
    this.#orders = longer(this.#orders, new Uint32Array(room));
    this.#flags = longer(this.#flags, new Uint16Array(room));
    this.#ends = longer(this.#ends, new Float64Array(room));
  }
}

function longer<T extends Float64Array | Uint32Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function flagOf(flag: boolean | null): number {
  return flag === null ? UNKNOWN : Number(flag);
}

/** Whether two frames are the same in all that both files tell; time and direction aside. */
export function isSameFrame(a: FrameColumns, at: number, b: FrameColumns, bt: number): boolean {
  return areSameFlags(a.flags(at), b.flags(bt)) && areSameBytes(a.data(at), b.data(bt));
}

function areSameFlags(a: number, b: number): boolean {
  if (a === b) return true;
  for (const place of [PLACES.fd, PLACES.brs, PLACES.esi]) {
    const [one, other] = [(a >> place) & 3, (b >> place) & 3];
    if (one !== other && one !== UNKNOWN && other !== UNKNOWN) return false;
  }
  const [one, other] = [a >> PLACES.dlc, b >> PLACES.dlc];
  return one === other || one === DLC_UNKNOWN || other === DLC_UNKNOWN;
}

function areSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/**
 * The same for error frames. A format without detail bytes says only that there was one, so
 * nothing of its classes can be compared.
 */
export function isSameError(a: FrameColumns, at: number, b: FrameColumns, bt: number): boolean {
  if (!hasDetail(a, at) || !hasDetail(b, bt)) return true;
  return areSameBytes(a.data(at), b.data(bt));
}

/** Of an error frame. */
export function hasDetail(frames: FrameColumns, at: number): boolean {
  return frames.data(at).length > CLASS_BYTES;
}

/** What the files don't tell of some frames: names of flags. */
export function unknownFlags(flags: number): string[] {
  const names = (["fd", "brs", "esi"] as const).filter(
    (name) => ((flags >> PLACES[name]) & 3) === UNKNOWN,
  );
  const texts: string[] = names.map((name) =>
    name === "fd" ? "FD or classic" : name.toUpperCase(),
  );
  return flags >> PLACES.dlc === DLC_UNKNOWN ? [...texts, "DLC"] : texts;
}

/** As candump writes it: data alone, or what makes the frame another one. */
export function flagsText(flags: number): string {
  const word = (place: number, name: string) => {
    const flag = (flags >> place) & 3;
    return flag === UNKNOWN ? `${name}?` : flag === 1 ? name : "";
  };
  const dlc = flags >> PLACES.dlc;
  const words = [word(PLACES.fd, "FD"), word(PLACES.brs, "BRS"), word(PLACES.esi, "ESI")];
  if (dlc !== DLC_UNKNOWN) words.push(`DLC ${dlc}`);
  return words.filter((each) => each !== "").join(" ");
}
