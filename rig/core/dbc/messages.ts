/** Messages and signals of a DBC file, and what says more on their layout. */

import { refuseLine } from "../trace/trace-reader.ts";
import type { Selector } from "./dbc.ts";
import { type DbcDraft, isPseudoMessage, type MessageDraft, type SignalDraft } from "./draft.ts";
import type { Scanner } from "./scanner.ts";

const KEY_MAX = 0xffff_ffff;
/** J1939 has messages of 1785 bytes, in several frames. */
const LENGTH_MAX = 65_535;
const START_MAX = 8 * LENGTH_MAX + 7;
const LONGEST_SIGNAL = 64;
const MULTIPLEXED = /^m(\d{1,10})(M?)$/;

/** `BO_ 100 NAME: 8 SENDER`, and its signals. */
export function readMessage(scanner: Scanner, draft: DbcDraft): void {
  const { line } = scanner;
  scanner.advance();
  const key = messageKeyOf(scanner);
  const name = scanner.word("the name of a message");
  scanner.mark(":", "after the name of a message");
  const length = scanner.whole("the length of a message in bytes", LENGTH_MAX);
  const hasSender = scanner.kind === "word" && !scanner.isFirstOfLine;
  const sender = hasSender ? nodeName(scanner.word("a node")) : "";
  const message: MessageDraft = {
    line,
    key,
    name,
    length,
    sender,
    signals: new Map(),
    attributes: new Map(),
    otherSenders: [],
    comment: "",
  };
  while (scanner.isWord("SG_")) readSignal(scanner, message, draft);
  if (isPseudoMessage(key)) return;
  if (draft.messages.has(key)) {
    draft.skipped.add("messages whose identifier another one has: the first counts", line);
  } else draft.messages.set(key, message);
}

/** An identifier with bit 31 for 29 bits. */
export function messageKeyOf(scanner: Scanner): number {
  return scanner.whole("the identifier of a message", KEY_MAX);
}

/** Vector's editor writes a name for nobody. */
function nodeName(name: string): string {
  return name === "Vector__XXX" ? "" : name;
}

/** `SG_ NAME M : 0|8@1+ (1,0) [0|255] "unit" RECEIVER,RECEIVER`. */
function readSignal(scanner: Scanner, message: MessageDraft, draft: DbcDraft): void {
  const { line } = scanner;
  scanner.advance();
  const name = scanner.word("the name of a signal");
  const role = readRole(scanner);
  scanner.mark(":", `after the name of signal ${name}`);
  const start = scanner.whole("a start bit", START_MAX);
  scanner.mark("|", "after the start bit");
  const length = scanner.whole("a length in bits", LENGTH_MAX);
  scanner.mark("@", "after the length");
  const isBigEndian = scanner.whole("a byte order (0 big-endian, 1 little-endian)", 1) === 0;
  const isSigned = scanner.skipMark("-");
  if (!isSigned) scanner.mark("+", "(unsigned) or - (signed)");
  const signal: SignalDraft = {
    line,
    name,
    start,
    length,
    isBigEndian,
    ...role,
    ...readPhysical(scanner),
    receivers: readReceivers(scanner),
    attributes: new Map(),
    form: isSigned ? "signed" : "unsigned",
    comment: "",
    values: new Map(),
    selector: null,
  };
  if (length < 1 || length > LONGEST_SIGNAL) {
    draft.skipped.add("signals whose length is not 1 to 64 bits", line);
  } else if (message.signals.has(name)) {
    draft.skipped.add("signals whose name another one of the message has: the first counts", line);
  } else message.signals.set(name, signal);
}

/** `M`: multiplexor; `m3`: there when that one has 3; `m3M`: both. */
function readRole(scanner: Scanner): Pick<SignalDraft, "isMultiplexor" | "multiplexedBy"> {
  if (scanner.isMark(":")) return { isMultiplexor: false, multiplexedBy: null };
  if (scanner.isWord("M")) {
    scanner.advance();
    return { isMultiplexor: true, multiplexedBy: null };
  }
  const match = scanner.kind === "word" ? MULTIPLEXED.exec(scanner.text) : null;
  if (match === null) scanner.refuse('":" or a role in multiplexing (M, m3, m3M)');
  scanner.advance();
  return { isMultiplexor: match[2] === "M", multiplexedBy: Number(match[1]) };
}

type Physical = Pick<SignalDraft, "factor" | "offset" | "minimum" | "maximum" | "unit">;

function readPhysical(scanner: Scanner): Physical {
  scanner.mark("(", "before the factor");
  const factor = scanner.decimal("a factor");
  scanner.mark(",", "after the factor");
  const offset = scanner.decimal("an offset");
  scanner.mark(")", "after the offset");
  scanner.mark("[", "before the minimum");
  const minimum = scanner.decimal("a minimum");
  scanner.mark("|", "after the minimum");
  const maximum = scanner.decimal("a maximum");
  scanner.mark("]", "after the maximum");
  return { factor, offset, minimum, maximum, unit: scanner.quoted("a unit") };
}

/** Names on one line, with commas or blanks between them; a comma at its end goes on. */
function readReceivers(scanner: Scanner): string[] {
  const names: string[] = [];
  let isOpen = !scanner.isFirstOfLine;
  while (isOpen && (scanner.kind === "word" || scanner.kind === "number")) {
    const name = nodeName(scanner.word("a node"));
    if (name !== "") names.push(name);
    isOpen = scanner.skipMark(",") || !scanner.isFirstOfLine;
  }
  return names;
}

/** `BO_TX_BU_ 100 : A,B;`: nodes that send it besides. */
export function readSenders(scanner: Scanner, draft: DbcDraft): void {
  const from = { what: "senders", line: scanner.line };
  scanner.advance();
  const key = messageKeyOf(scanner);
  scanner.skipMark(":");
  const names: string[] = [];
  while (!scanner.isMark(";")) {
    names.push(scanner.word("a node"));
    scanner.skipMark(",");
  }
  scanner.advance();
  draft.withMessage(key, from, (message) => {
    message.otherSenders = names.filter((name) => nodeName(name) !== "");
  });
}

const FLOATS = [
  { form: "single", length: 32 },
  { form: "double", length: 64 },
] as const;

/** `SIG_VALTYPE_ 100 NAME : 1;`: 0 whole numbers, 1 and 2 IEEE 754. */
export function readFloatType(scanner: Scanner, draft: DbcDraft): void {
  const from = { what: "number types", line: scanner.line };
  scanner.advance();
  const key = messageKeyOf(scanner);
  const name = scanner.word("the name of a signal");
  scanner.skipMark(":");
  const type = scanner.whole("a number type (0 whole, 1 single, 2 double)", 2);
  scanner.mark(";", "after the number type");
  const float = FLOATS[type - 1];
  if (float === undefined) return;
  draft.withMessage(key, from, ({ signals }) => {
    const signal = signals.get(name);
    if (signal?.length === float.length) signal.form = float.form;
    else if (signal !== undefined) {
      // Whatever its bits mean, they are no number that we could read.
      signals.delete(name);
      draft.skipped.add(
        `signals of type ${float.form} that don't have ${float.length} bits`,
        from.line,
      );
    }
  });
}

/** `SG_MUL_VAL_ 100 NAME MULTIPLEXOR 0-3, 7-7;` (extended multiplexing). */
export function readMultiplexing(scanner: Scanner, draft: DbcDraft): void {
  const from = { what: "ranges of multiplexing", line: scanner.line };
  scanner.advance();
  const key = messageKeyOf(scanner);
  const name = scanner.word("the name of a signal");
  const multiplexor = scanner.word("the name of a multiplexor");
  const ranges: Selector["ranges"][number][] = [];
  while (!scanner.isMark(";")) {
    ranges.push(readRange(scanner));
    scanner.skipMark(",");
  }
  scanner.advance();
  if (ranges.length === 0) refuseLine(from.line, `no range of values for signal ${name}`);
  draft.withSignal({ key, name }, from, (signal) => {
    signal.selector = { name: multiplexor, ranges };
  });
}

function readRange(scanner: Scanner): readonly [number, number] {
  const least = scanner.whole("the least value of a range", Number.MAX_SAFE_INTEGER);
  scanner.mark("-", "in a range");
  return [least, scanner.whole("the greatest value of a range", Number.MAX_SAFE_INTEGER)];
}
