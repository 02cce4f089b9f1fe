/** `--dbc FILE` for all channels, `--dbc can0=FILE` for one. */

import { readDbcFile } from "../../adapters/store/dbc-file.ts";
import { DbcSet, type DbcSource } from "../../core/dbc/index.ts";
import { readingNotes } from "../trace-input.ts";

/** Throws as `readDbcFile` does. */
export async function readDbcs(words: readonly string[], encoding?: string): Promise<DbcSet> {
  const sources: DbcSource[] = [];
  for (const word of words) {
    const { channel, path } = placeOf(word);
    sources.push({ name: path, channel, file: await readDbcFile(path, encoding) });
  }
  return new DbcSet(sources);
}

/** A path with = in it needs a slash before that: ./a=b.dbc. */
function placeOf(word: string): { channel: string | null; path: string } {
  const match = /^([^=/\\]+)=(.+)$/s.exec(word);
  return match === null
    ? { channel: null, path: word }
    : { channel: match[1] as string, path: match[2] as string };
}

/** What was left out of the files, and where two of them know the same message. */
export function dbcNotes(dbcs: DbcSet): string[] {
  return [
    ...dbcs.sources.flatMap(({ name, file }) => readingNotes(name, file)),
    ...dbcs.overlaps.map(
      ({ first, second, messages }) =>
        `${second}: ${messages} of its messages are in ${first} too, which comes first`,
    ),
  ];
}
