/**
 * A small reader of DBC files for tests, written from the format's description alone: messages
 * with their signals, and values extracted bit by bit.
 */

export interface DbcSignal {
  readonly name: string;
  /** Value of the multiplexor for which the signal is there; null when it always is. */
  readonly multiplexed: number | null;
  readonly isMultiplexor: boolean;
  readonly start: number;
  readonly length: number;
  readonly isBigEndian: boolean;
}

export interface DbcMessage {
  readonly id: number;
  readonly name: string;
  readonly length: number;
  readonly sender: string;
  readonly signals: readonly DbcSignal[];
}

export function readDbc(text: string): Map<number, DbcMessage> {
  const messages = new Map<number, DbcMessage & { signals: DbcSignal[] }>();
  let last: (DbcMessage & { signals: DbcSignal[] }) | null = null;
  for (const line of text.split("\n")) {
    const message = /^BO_ (\d+) (\w+): (\d+) (\w+)$/.exec(line);
    if (message !== null) {
      const [, id, name = "", length, sender = ""] = message;
      last = { id: Number(id), name, length: Number(length), sender, signals: [] };
      messages.set(last.id, last);
      continue;
    }
    const signal = /^ SG_ (\w+)( M| m\d+)? : (\d+)\|(\d+)@([01])\+ /.exec(line);
    if (signal === null || last === null) continue;
    const [, name = "", multiplexing = "", start, length, order] = signal;
    last.signals.push({
      name,
      isMultiplexor: multiplexing === " M",
      multiplexed: multiplexing.startsWith(" m") ? Number(multiplexing.slice(2)) : null,
      start: Number(start),
      length: Number(length),
      isBigEndian: order === "0",
    });
  }
  return messages;
}

/** Values of the signals that the frame has, by name. */
export function decodeSignals(message: DbcMessage, data: Uint8Array): Record<string, number> {
  const multiplexor = message.signals.find((signal) => signal.isMultiplexor);
  const chosen = multiplexor === undefined ? null : extract(multiplexor, data);
  const values: Record<string, number> = {};
  for (const signal of message.signals) {
    if (signal.multiplexed !== null && signal.multiplexed !== chosen) continue;
    values[signal.name] = extract(signal, data);
  }
  return values;
}

/** Bit by bit, so that nothing is shared with the code under test. */
function extract({ start, length, isBigEndian }: DbcSignal, data: Uint8Array): number {
  let value = 0;
  for (let index = 0; index < length; index++) {
    // Big-endian signals start at their most significant bit and go down, then to the next byte.
    const position = isBigEndian ? start - (start % 8) + 7 - (start % 8) + index : start + index;
    const byte = data[Math.floor(position / 8)];
    if (byte === undefined) throw new RangeError(`bit ${position} is beyond the frame`);
    const inByte = isBigEndian ? 7 - (position % 8) : position % 8;
    const bit = (byte >> inByte) & 1;
    value += bit * 2 ** (isBigEndian ? length - 1 - index : index);
  }
  return value;
}
