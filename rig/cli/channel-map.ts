/** `--channel-map can0=vcan1,2=can0`: channels of a trace under other names. */

import { RigError } from "../core/verdict/rig-error.ts";

export class ChannelMap {
  readonly #names: ReadonlyMap<string, string>;
  readonly #seen = new Set<string>();

  /** Throws `usage.option` for what is no such list. */
  constructor(text: string | undefined) {
    const pairs = text === undefined ? [] : text.split(",").map((word) => word.split("="));
    const names = new Map<string, string>();
    for (const [from = "", to = "", ...more] of pairs) {
      if (from === "" || to === "" || more.length > 0 || /\s/.test(to) || names.has(from)) {
        throw new RigError(
          "usage.option",
          `--channel-map is "${text}": expected each channel once: can0=vcan1,can1=vcan2`,
        );
      }
      names.set(from, to);
    }
    this.#names = names;
  }

  of(channel: string): string {
    const name = this.#names.get(channel);
    if (name === undefined) return channel;
    this.#seen.add(channel);
    return name;
  }

  /** Channels that are mapped and were never asked for. */
  get unused(): string[] {
    return [...this.#names.keys()].filter((name) => !this.#seen.has(name));
  }
}
