/**
 * How text for a terminal is painted. The command line chooses: plain for pipes and `NO_COLOR`,
 * colour for terminals, and ASCII where the terminal can't show more.
 */

export type Tone = "good" | "bad" | "warn" | "strong" | "faint" | "label";

export interface Style {
  /** Whether block and line characters may be used. */
  readonly unicode: boolean;
  readonly paint: (tone: Tone, text: string) => string;
}

export const PLAIN_STYLE: Style = { unicode: true, paint: (_tone, text) => text };

const ESCAPE = "\u001b[";
const SEQUENCES: Readonly<Record<Tone, string>> = {
  good: "32",
  bad: "1;31",
  warn: "33",
  strong: "1",
  faint: "2",
  label: "36",
};

/** The sixteen basic colours only: terminals fit them to their own background. */
export const COLOUR_STYLE: Style = {
  unicode: true,
  paint: (tone, text) => (text === "" ? "" : `${ESCAPE}${SEQUENCES[tone]}m${text}${ESCAPE}0m`),
};

const ASCII: Readonly<Record<string, string>> = { µ: "u", "…": "~", "·": "-" };

/** The text with the few characters beyond ASCII that sentences use replaced, if need be. */
export function inCharactersOf(style: Style, text: string): string {
  return style.unicode ? text : text.replace(/[µ…·]/g, (character) => ASCII[character] ?? "?");
}
