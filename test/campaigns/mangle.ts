/**
 * Spoils files on their way: bytes flipped, lines cut, swapped and doubled, words put in, types of
 * values changed, brackets opened without end. The same random numbers spoil a file alike.
 */

import type { Random } from "../../rig/core/random/random.ts";

type Damage = (bytes: Buffer, random: Random) => Buffer;

const WORDS = [
  ...["null", "nil", "-1", "1e999", '"w"', ":append", "[]", "{}", '"', "\\", ",", ";", "#_", "#x "],
  ...["99999999999999999999", "-0", "0x1f", "\u0000", "\ufeff", "\ud800", "##NaN", "1/0", "\r"],
];

/** What a value of one type becomes in another. */
const RETYPED: readonly (readonly [RegExp, string])[] = [
  [/\d+/, '"7"'],
  [/\d+/, "7.5"],
  [/\d+/, "nil"],
  [/\d+/, "[7]"],
  [/"[a-z]+"/, "7"],
  [/"[a-z]+"/, "null"],
  [/:[a-z]+/, "7"],
  [/\[[^[\]]*\]/, "7"],
  [/\[[^[\]]*\]/, "{}"],
  [/null|nil/, "[]"],
  [/"?\b(invoke|ok|fail|info)\b/, "nemesis"],
];

function inLines(change: (lines: string[], random: Random) => string[]): Damage {
  return (bytes, random) => {
    const lines = bytes.toString("latin1").split("\n");
    return Buffer.from(change(lines, random).join("\n"), "latin1");
  };
}

const flipBytes: Damage = (bytes, random) => {
  const spoilt = Buffer.from(bytes);
  for (let left = random.between(1, 8); left > 0 && spoilt.length > 0; left--) {
    const at = random.below(spoilt.length);
    spoilt[at] = random.chance(1, 2)
      ? random.below(256)
      : (spoilt[at] ?? 0) ^ (1 << random.below(8));
  }
  return spoilt;
};

const cut: Damage = (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1));

const insertWord: Damage = (bytes, random) => {
  const at = random.below(bytes.length + 1);
  const word = Buffer.from(WORDS[random.below(WORDS.length)] as string);
  const times = random.chance(1, 8) ? 20_000 : 1;
  const words = Buffer.concat(Array.from({ length: times }, () => word));
  return Buffer.concat([bytes.subarray(0, at), words, bytes.subarray(at)]);
};

const openBrackets: Damage = (bytes, random) => {
  const at = random.below(bytes.length + 1);
  const bracket = "[{("[random.below(3)] as string;
  const opened = Buffer.from(bracket.repeat(random.between(1, 100_000)));
  return Buffer.concat([bytes.subarray(0, at), opened, bytes.subarray(at)]);
};

const dropLine = inLines((lines, random) => {
  lines.splice(random.below(lines.length), 1);
  return lines;
});

const cutLine = inLines((lines, random) => {
  const at = random.below(lines.length);
  const line = lines[at] as string;
  lines[at] = line.slice(0, random.below(line.length + 1));
  return lines;
});

const swapLines = inLines((lines, random) => {
  const [first, second] = [random.below(lines.length), random.below(lines.length)];
  [lines[first], lines[second]] = [lines[second] as string, lines[first] as string];
  return lines;
});

const doubleLine = inLines((lines, random) => {
  lines.splice(random.below(lines.length), 0, lines[random.below(lines.length)] as string);
  return lines;
});

const changeType = inLines((lines, random) => {
  const [pattern, word] = RETYPED[random.below(RETYPED.length)] as readonly [RegExp, string];
  const at = random.below(lines.length);
  const line = lines[at] as string;
  const from = random.below(line.length + 1);
  lines[at] = line.slice(0, from) + line.slice(from).replace(pattern, word);
  return lines;
});

const DAMAGES: readonly Damage[] = [
  ...[flipBytes, cut, insertWord, openBrackets, dropLine, cutLine, swapLines, doubleLine],
  ...[changeType, changeType],
];

/** One to four damages, one upon the other. */
export function mangled(bytes: Buffer, random: Random): Buffer {
  let spoilt = bytes;
  for (let left = random.chance(1, 2) ? 1 : random.between(2, 4); left > 0; left--) {
    spoilt = (DAMAGES[random.below(DAMAGES.length)] as Damage)(spoilt, random);
  }
  return spoilt;
}

/** Damage to a packed file: only its bytes and its end can be spoilt. */
export function mangledPacked(bytes: Buffer, random: Random): Buffer {
  return (random.chance(1, 2) ? flipBytes : cut)(bytes, random);
}
