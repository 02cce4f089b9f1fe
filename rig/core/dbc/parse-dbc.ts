/**
 * Reads DBC files: Vector's database of the messages and signals of a network. What decides how
 * frames are read must be right, or the file is refused with the line. Comments, attributes and
 * texts that can't be read, and sections that nothing here needs, are left out and counted.
 */

import { RigError } from "../verdict/rig-error.ts";
import type { DbcFile } from "./dbc.ts";
import { DbcDraft } from "./draft.ts";
import { finishDraft } from "./finish-draft.ts";
import {
  readAttribute,
  readComment,
  readDefault,
  readDefinition,
  readSignalValues,
  readValueTable,
} from "./meanings.ts";
import { readFloatType, readMessage, readMultiplexing, readSenders } from "./messages.ts";
import { Scanner } from "./scanner.ts";

type SectionReader = (scanner: Scanner, draft: DbcDraft) => void;

/** What decides how frames are read. */
const LAYOUT: Readonly<Record<string, SectionReader>> = {
  VERSION: readVersion,
  NS_: readSymbols,
  BS_: readBitTiming,
  BU_: readNodes,
  BO_: readMessage,
  SIG_VALTYPE_: readFloatType,
  SG_MUL_VAL_: readMultiplexing,
};

/** What says more about it. */
const MEANINGS: Readonly<Record<string, SectionReader>> = {
  BO_TX_BU_: readSenders,
  VAL_TABLE_: readValueTable,
  VAL_: readSignalValues,
  CM_: readComment,
  BA_DEF_: readDefinition,
  BA_DEF_DEF_: readDefault,
  BA_: readAttribute,
};

/** Known, and of no use for frames. */
const UNUSED =
  "EV_ ENVVAR_DATA_ EV_DATA_ SGTYPE_ SGTYPE_VAL_ SIG_TYPE_REF_ SIGTYPE_VALTYPE_ BA_DEF_SGTYPE_ " +
  "BA_SGTYPE_ SIG_GROUP_ CAT_DEF_ CAT_ FILTER NS_DESC_ BA_DEF_REL_ BA_REL_ BA_DEF_DEF_REL_ " +
  "BA_DEF_DEF_REL BU_SG_REL_ BU_EV_REL_ BU_BO_REL_ SG_";

const KEYWORDS: ReadonlySet<string> = new Set([
  ...Object.keys(LAYOUT),
  ...Object.keys(MEANINGS),
  ...UNUSED.split(" "),
]);

/** Throws `input.malformed` with the line, what stands there, and what was expected. */
export function parseDbc(text: string): DbcFile {
  const scanner = new Scanner(text);
  const draft = new DbcDraft();
  let sections = 0;
  while (scanner.kind !== "end") {
    const isKnown = scanner.kind === "word" && KEYWORDS.has(scanner.text);
    if (isKnown) sections++;
    // An odd word is left out once the file has shown to be one of this kind.
    if (!isKnown && (sections === 0 || scanner.kind !== "word")) {
      if (!scanner.skipMark(";")) scanner.refuse("a section of a DBC file (BO_, VAL_, CM_ ...)");
      continue;
    }
    readSection(scanner, draft);
  }
  if (sections === 0) throw new RigError("input.malformed", "no section of a DBC file is in it");
  return finishDraft(draft);
}

function readSection(scanner: Scanner, draft: DbcDraft): void {
  const { text: keyword, line } = scanner;
  if (keyword === "SG_") scanner.refuse("a section (this signal has no message)");
  const layout = ownOf(LAYOUT, keyword);
  if (layout !== null) {
    layout(scanner, draft);
    return;
  }
  const meaning = ownOf(MEANINGS, keyword);
  if (meaning === null) {
    const isOdd = !KEYWORDS.has(keyword);
    draft.skipped.add(isOdd ? "sections of unknown kinds" : `sections ${keyword}`, line);
    scanner.advance();
    skipSection(scanner);
    return;
  }
  try {
    meaning(scanner, draft);
  } catch (error) {
    if (!(error instanceof RigError) || scanner.kind === "end") throw error;
    draft.skipped.add(`sections ${keyword} that can't be read`, line);
    skipSection(scanner);
  }
}

function ownOf(table: Readonly<Record<string, SectionReader>>, key: string): SectionReader | null {
  return Object.hasOwn(table, key) ? (table[key] ?? null) : null;
}

/** To behind the next semicolon, or to a line that begins with the next section. */
function skipSection(scanner: Scanner): void {
  while (scanner.kind !== "end" && !scanner.skipMark(";")) {
    if (scanner.isFirstOfLine && scanner.kind === "word" && KEYWORDS.has(scanner.text)) return;
    scanner.advance();
  }
}

function readVersion(scanner: Scanner, draft: DbcDraft): void {
  scanner.advance();
  draft.version = scanner.quoted("a version");
  scanner.skipMark(";");
}

/** `NS_ :` and the words that the file may use: each stands alone on its line. */
function readSymbols(scanner: Scanner): void {
  scanner.advance();
  scanner.skipMark(":");
  while (scanner.kind === "word" && (!scanner.isFirstOfLine || scanner.isLastOfLine)) {
    scanner.advance();
  }
}

/** `BS_:` and, in old files, a bit rate and registers. */
function readBitTiming(scanner: Scanner): void {
  scanner.advance();
  scanner.mark(":", "after BS_");
  while (!scanner.isFirstOfLine && scanner.kind !== "end") scanner.advance();
}

/** `BU_: A B C`. */
function readNodes(scanner: Scanner, draft: DbcDraft): void {
  scanner.advance();
  scanner.mark(":", "after BU_");
  const isSection = () => scanner.isFirstOfLine && KEYWORDS.has(scanner.text);
  while ((scanner.kind === "word" || scanner.kind === "number") && !isSection()) {
    draft.nodes.push(scanner.word("a node"));
    scanner.skipMark(",");
  }
  scanner.skipMark(";");
}
