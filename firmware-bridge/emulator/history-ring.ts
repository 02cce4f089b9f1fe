/**
 * The ring in which a board keeps what its node notes until the host has it: bytes are counted
 * from the start of the firmware, and a record that finds no room is left out and counted. The
 * bytes are those of the C side (firmware/agent/history.c).
 */

/** Bytes before a record: its length, and the low 16 bits of its number. */
const HEAD = 3;
const RECORD_MAX = 255;

export class HistoryRing {
  readonly #bytes: Uint8Array;
  #first = 0;
  #next = 0;
  #records = 0;
  #lost = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  get first(): number {
    return this.#first;
  }

  get next(): number {
    return this.#next;
  }

  get lost(): number {
    return this.#lost;
  }

  add(body: Uint8Array): void {
    const number = this.#records++;
    const room = this.#bytes.length - (this.#next - this.#first);
    if (body.length > RECORD_MAX || body.length + HEAD > room) {
      this.#lost++;
      return;
    }
    for (const byte of [body.length, number & 0xff, (number >> 8) & 0xff, ...body]) {
      this.#bytes[this.#next++ % this.#bytes.length] = byte;
    }
  }

  holds(place: number): boolean {
    return place >= this.#first && place <= this.#next;
  }

  slice(from: number, to: number): Uint8Array {
    return Uint8Array.from({ length: to - from }, (_, at) => this.#at(from + at));
  }

  /** Gives the room before the place free; false where no record begins there. */
  free(place: number): boolean {
    let at = this.#first;
    while (at < place) at += HEAD + this.#at(at);
    if (at !== place || !this.holds(place)) return false;
    this.#first = place;
    return true;
  }

  #at(place: number): number {
    return this.#bytes[place % this.#bytes.length] ?? 0;
  }
}
