/** The DBC files of a trace: some for all channels, some for one, which then come first there. */

import { type DbcFile, type DbcMessage, findMessage, messageKey } from "./dbc.ts";

export interface DbcSource {
  /** As the user named the file. */
  readonly name: string;
  /** Null: for every channel. */
  readonly channel: string | null;
  readonly file: DbcFile;
}

/** An identifier that two files for the same channels know: the first one counts. */
export interface DbcOverlap {
  readonly first: string;
  readonly second: string;
  readonly messages: number;
}

export class DbcSet {
  readonly sources: readonly DbcSource[];
  readonly #common: readonly DbcFile[];
  readonly #ofChannel = new Map<string, readonly DbcFile[]>();

  constructor(sources: readonly DbcSource[]) {
    this.sources = sources;
    this.#common = filesFor(sources, null);
    for (const { channel } of sources) {
      if (channel === null) continue;
      this.#ofChannel.set(channel, [...filesFor(sources, channel), ...this.#common]);
    }
  }

  find(channel: string, id: number, extended: boolean): DbcMessage | undefined {
    for (const file of this.#ofChannel.get(channel) ?? this.#common) {
      const message = findMessage(file, id, extended);
      if (message !== undefined) return message;
    }
    return undefined;
  }

  get messages(): DbcMessage[] {
    return this.sources.flatMap(({ file }) => [...file.messages.values()]);
  }

  get overlaps(): DbcOverlap[] {
    const { sources } = this;
    return sources.flatMap((first, at) =>
      sources.slice(at + 1).flatMap((second) => {
        if (first.channel !== second.channel) return [];
        const messages = [...second.file.messages.values()].filter(({ id, extended }) =>
          first.file.messages.has(messageKey(id, extended)),
        ).length;
        return messages === 0 ? [] : [{ first: first.name, second: second.name, messages }];
      }),
    );
  }
}

function filesFor(sources: readonly DbcSource[], channel: string | null): DbcFile[] {
  return sources.filter((source) => source.channel === channel).map(({ file }) => file);
}
