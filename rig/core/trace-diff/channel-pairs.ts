/** Which channel of one trace is which of the other: formats name them differently. */

import { compareChannels } from "./trace-content.ts";

export interface ChannelPair {
  /** Null: the other trace has no such channel. */
  readonly a: string | null;
  readonly b: string | null;
}

/** Whether a trace names no channels, so that those of the other can't be told apart in it. */
export function areComparable(a: readonly string[], b: readonly string[]): boolean {
  const isNameless = [a, b].some((channels) => channels.length === 1 && channels[0] === "");
  return !isNameless || a.length === b.length;
}

/**
 * Channels as the caller says, then those of the same name, then the rest in their order, if there
 * are as many: can0 and can1 of a log are channels 1 and 2 of an ASC file.
 */
export function pairChannels(
  a: readonly string[],
  b: readonly string[],
  given: ReadonlyMap<string, string>,
): ChannelPair[] {
  const free = new Set(b);
  const pairs: ChannelPair[] = [];
  const rest: string[] = [];
  for (const channel of a) {
    const named = given.get(channel);
    if (named !== undefined && free.delete(named)) pairs.push({ a: channel, b: named });
    else rest.push(channel);
  }
  const unnamed = rest.filter((channel) => {
    const isSame = !given.has(channel) && free.delete(channel);
    if (isSame) pairs.push({ a: channel, b: channel });
    return !isSame;
  });
  const left = [...free];
  const isByOrder = unnamed.length === left.length && !unnamed.some((each) => given.has(each));
  if (isByOrder) {
    for (const [at, channel] of unnamed.entries()) pairs.push({ a: channel, b: left[at] ?? null });
  } else {
    pairs.push(...unnamed.map((channel) => ({ a: channel, b: null })));
    pairs.push(...left.map((channel) => ({ a: null, b: channel })));
  }
  return pairs.sort((one, other) =>
    compareChannels(one.a ?? one.b ?? "", other.a ?? other.b ?? ""),
  );
}
