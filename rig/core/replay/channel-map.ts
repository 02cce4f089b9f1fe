/**
 * Which channel of a trace goes onto which bus. Nothing is guessed where two channels could mean
 * the same bus: what has none is left out and said.
 */

import { RigError } from "../verdict/rig-error.ts";

/** `can0`, or `1=can0` for the channel that the trace calls 1; `*=can0` for all of them. */
export interface BusChoice {
  readonly channel: string | null;
  readonly bus: string;
}

const ALL = "*";

/** Throws `usage.option` for what is no such text. */
export function parseBusChoice(text: string): BusChoice {
  const parts = text.split("=");
  const bus = parts.at(-1) as string;
  const channel = parts.length === 2 ? (parts[0] as string) : null;
  if (parts.length <= 2 && bus !== "" && channel !== "") return { channel, bus };
  const expected = "expected an interface such as can0, or CHANNEL=INTERFACE";
  throw new RigError("usage.option", `--bus is "${text}": ${expected}`);
}

/**
 * The bus of each channel, null where it has none: by its own name first, then by a bus of the same
 * name, then the buses that are left in the order of the channels.
 */
export function busesOfChannels(
  channels: readonly string[],
  choices: readonly BusChoice[],
): (string | null)[] {
  const chosen = (channel: string) => choices.find((choice) => choice.channel === channel)?.bus;
  const named = choices.filter(({ channel }) => channel === null).map(({ bus }) => bus);
  const found = channels.map(
    (channel) => chosen(channel) ?? (named.includes(channel) ? channel : null),
  );
  const left = named.filter((bus) => !found.includes(bus));
  const rest = chosen(ALL) ?? null;
  return found.map((bus) => bus ?? left.shift() ?? rest);
}

/** The interfaces that are named, each once. */
export function busesNamed(choices: readonly BusChoice[]): string[] {
  return [...new Set(choices.map(({ bus }) => bus))];
}
