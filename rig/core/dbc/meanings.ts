/** What a DBC file says about its messages and signals: texts of values, comments, attributes. */

import type { RawValue } from "./bits.ts";
import type { Decimal } from "./decimal.ts";
import { numberOfDecimal } from "./decimal.ts";
import type { AttributeMap, DbcDraft } from "./draft.ts";
import { messageKeyOf } from "./messages.ts";
import type { Scanner } from "./scanner.ts";

/** `VAL_TABLE_ NAME 1 "On" 0 "Off" ;`. */
export function readValueTable(scanner: Scanner, draft: DbcDraft): void {
  scanner.advance();
  const name = scanner.word("the name of a value table");
  draft.valueTables.set(name, readValues(scanner));
}

/** `VAL_ 100 NAME 1 "On" 0 "Off" ;`, or the name of a table instead of the texts. */
export function readSignalValues(scanner: Scanner, draft: DbcDraft): void {
  const from = { what: "texts of values", line: scanner.line };
  scanner.advance();
  if (scanner.kind === "word") {
    scanner.advance();
    readValues(scanner);
    draft.skipped.add("texts of environment variables", from.line);
    return;
  }
  const key = messageKeyOf(scanner);
  const name = scanner.word("the name of a signal");
  const table = readTableName(scanner);
  const values = readValues(scanner);
  draft.withSignal({ key, name }, from, (signal) => {
    const known = table === null ? values : draft.valueTables.get(table);
    if (known === undefined) draft.skipped.add("texts by unknown value tables", from.line);
    else signal.values = known;
  });
}

function readTableName(scanner: Scanner): string | null {
  return scanner.kind === "word" ? scanner.word("the name of a value table") : null;
}

/** To the end of the statement. */
function readValues(scanner: Scanner): Map<RawValue, string> {
  const values = new Map<RawValue, string>();
  while (!scanner.isMark(";")) {
    const value = rawValue(scanner.decimal("a value"));
    values.set(value, scanner.quoted("the text of a value"));
  }
  scanner.advance();
  return values;
}

function rawValue(decimal: Decimal): RawValue {
  const value = numberOfDecimal(decimal);
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value;
  const { digits, exponent } = decimal;
  return exponent < 0 ? value : digits * 10n ** BigInt(exponent);
}

/** `CM_ SG_ 100 NAME "text";`, with BO_, BU_ or EV_ instead, or nothing for the network. */
export function readComment(scanner: Scanner, draft: DbcDraft): void {
  const from = { what: "comments", line: scanner.line };
  scanner.advance();
  const owner = readOwner(scanner);
  const text = scanner.quoted("a comment");
  scanner.mark(";", "after a comment");
  switch (owner.kind) {
    case "signal":
      draft.withSignal(owner, from, (signal) => {
        signal.comment = text;
      });
      return;
    case "message":
      draft.withMessage(owner.key, from, (message) => {
        message.comment = text;
      });
      return;
    case "network":
      draft.comment = text;
      return;
    default:
      draft.skipped.add("comments of nodes and environment variables", from.line);
  }
}

type Owner =
  | { readonly kind: "network" }
  | { readonly kind: "node" | "variable"; readonly name: string }
  | { readonly kind: "message"; readonly key: number }
  | { readonly kind: "signal"; readonly key: number; readonly name: string };

function readOwner(scanner: Scanner): Owner {
  if (scanner.kind !== "word") return { kind: "network" };
  const kind = scanner.word("an owner");
  switch (kind) {
    case "BU_":
      return { kind: "node", name: scanner.word("a node") };
    case "EV_":
      return { kind: "variable", name: scanner.word("an environment variable") };
    case "BO_":
      return { kind: "message", key: messageKeyOf(scanner) };
    case "SG_": {
      const key = messageKeyOf(scanner);
      return { kind: "signal", key, name: scanner.word("the name of a signal") };
    }
    default:
      return scanner.refuse("BU_, BO_, SG_ or EV_ before this word, or a text in quotes,");
  }
}

const KINDS_OF_OWNER = ["BU_", "BO_", "SG_", "EV_"];

/** `BA_DEF_ BO_ "NAME" ENUM "a","b";`: of other types only the name matters. */
export function readDefinition(scanner: Scanner, draft: DbcDraft): void {
  scanner.advance();
  if (scanner.kind === "word" && KINDS_OF_OWNER.includes(scanner.text)) scanner.advance();
  const name = scanner.quoted("the name of an attribute");
  const isEnumeration = scanner.word("the type of an attribute") === "ENUM";
  const words: string[] = [];
  while (!scanner.isMark(";") && scanner.kind !== "end") {
    if (isEnumeration && scanner.kind === "text") words.push(scanner.text);
    scanner.advance();
  }
  scanner.mark(";", "after the definition of an attribute");
  draft.definitions.set(name, { isEnumeration, words });
}

/** `BA_DEF_DEF_ "NAME" value;`. */
export function readDefault(scanner: Scanner, draft: DbcDraft): void {
  scanner.advance();
  const name = scanner.quoted("the name of an attribute");
  draft.defaults.set(name, readAttributeValue(scanner));
}

/** `BA_ "NAME" SG_ 100 SIGNAL value;`, with BO_, BU_ or EV_ instead, or nothing. */
export function readAttribute(scanner: Scanner, draft: DbcDraft): void {
  const from = { what: "attributes", line: scanner.line };
  scanner.advance();
  const name = scanner.quoted("the name of an attribute");
  const owner = readOwner(scanner);
  const value = readAttributeValue(scanner);
  const setIn = (attributes: AttributeMap) => attributes.set(name, value);
  switch (owner.kind) {
    case "signal":
      draft.withSignal(owner, from, ({ attributes }) => setIn(attributes));
      return;
    case "message":
      draft.withMessage(owner.key, from, ({ attributes }) => setIn(attributes));
      return;
    case "network":
      setIn(draft.attributes);
      return;
    case "node": {
      const attributes = draft.nodeAttributes.get(owner.name) ?? new Map();
      draft.nodeAttributes.set(owner.name, attributes);
      setIn(attributes);
      return;
    }
    default:
      draft.skipped.add("attributes of environment variables", from.line);
  }
}

function readAttributeValue(scanner: Scanner): string | number {
  const isText = scanner.kind === "text";
  const value = isText
    ? scanner.quoted("a value")
    : numberOfDecimal(scanner.decimal("the value of an attribute"));
  scanner.mark(";", "after the value of an attribute");
  return value;
}
