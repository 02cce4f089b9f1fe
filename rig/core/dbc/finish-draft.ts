/** Makes a DBC file of what was read: names, formats, and which signal selects which. */

import { BASE_ID_MAX, EXTENDED_ID_MAX } from "../can/frame.ts";
import { placeOf } from "./bits.ts";
import {
  type Attributes,
  type DbcFile,
  type DbcMessage,
  type DbcSignal,
  messageKey,
  type Selector,
} from "./dbc.ts";
import { numberOfDecimal, scaleOf } from "./decimal.ts";
import type { AttributeMap, DbcDraft, MessageDraft, SignalDraft } from "./draft.ts";

export function finishDraft(draft: DbcDraft): DbcFile {
  draft.resolve();
  const messages = new Map<number, DbcMessage>();
  for (const message of draft.messages.values()) {
    const finished = finishMessage(message, draft);
    if (finished === null) continue;
    const key = messageKey(finished.id, finished.extended);
    if (!messages.has(key)) messages.set(key, finished);
    else draft.skipped.add("messages whose identifier another one has", message.line);
  }
  return {
    version: draft.version,
    nodes: draft.nodes.map((name) => longNodeName(name, draft)),
    messages,
    valueTables: draft.valueTables,
    comment: draft.comment,
    attributes: attributesOf(draft.attributes, draft),
    skipped: draft.skipped.entries,
    assumed: draft.assumed.entries,
  };
}

const KEY_EXTENDED = 2 ** 31;

function finishMessage(message: MessageDraft, draft: DbcDraft): DbcMessage | null {
  const isMarked = message.key >= KEY_EXTENDED;
  const id = isMarked ? message.key - KEY_EXTENDED : message.key;
  if (id > EXTENDED_ID_MAX) {
    draft.skipped.add("messages whose identifier exceeds 29 bits", message.line);
    return null;
  }
  if (!isMarked && id > BASE_ID_MAX) {
    const what = "identifiers above 7FF that are not marked as extended: extended";
    draft.assumed.add(what, message.line);
  }
  const attributes = attributesOf(message.attributes, draft);
  return {
    id,
    extended: isMarked || id > BASE_ID_MAX,
    name: longName(attributes, "SystemMessageLongSymbol", message.name),
    shortName: message.name,
    length: message.length,
    fd: formatOf(message, attributes, draft),
    sender: longNodeName(message.sender, draft),
    otherSenders: message.otherSenders.map((name) => longNodeName(name, draft)),
    comment: message.comment,
    signals: new SignalLinker(message, draft).finish(),
    attributes,
  };
}

function longName(attributes: Attributes, attribute: string, short: string): string {
  const long = attributes.get(attribute);
  return typeof long === "string" && long !== "" ? long : short;
}

function longNodeName(name: string, draft: DbcDraft): string {
  return longName(draft.nodeAttributes.get(name) ?? new Map(), "SystemNodeLongSymbol", name);
}

/** Enumerations are written as numbers in some files, as words in others. */
function attributesOf(attributes: AttributeMap, draft: DbcDraft): Attributes {
  const named = [...attributes].map(([name, value]) => [name, wordOf(name, value, draft)] as const);
  return new Map(named);
}

function wordOf(name: string, value: string | number, draft: DbcDraft): string | number {
  const definition = draft.definitions.get(name);
  if (definition?.isEnumeration !== true || typeof value !== "number") return value;
  return definition.words[value] ?? value;
}

function formatOf(
  { length }: MessageDraft,
  attributes: Attributes,
  draft: DbcDraft,
): boolean | null {
  const name = "VFrameFormat";
  const value = attributes.get(name) ?? wordOf(name, draft.defaults.get(name) ?? "", draft);
  if (typeof value === "string" && value !== "") return value.endsWith("_FD");
  return length > 8 && length <= 64 ? true : null;
}

/** Nobody nests so deep; a chain of thousands must not exhaust the stack. */
const DEPTH_MAX = 32;

/** Signals refer to those that select them, which may stand behind them. */
class SignalLinker {
  readonly #message: MessageDraft;
  readonly #draft: DbcDraft;
  readonly #onlyMultiplexor: SignalDraft | undefined;
  readonly #finished = new Map<SignalDraft, DbcSignal | null>();
  #depth = 0;

  constructor(message: MessageDraft, draft: DbcDraft) {
    this.#message = message;
    this.#draft = draft;
    const all = [...message.signals.values()];
    const roots = all.filter((each) => each.isMultiplexor && each.multiplexedBy === null);
    this.#onlyMultiplexor = roots.length === 1 ? roots[0] : undefined;
  }

  finish(): DbcSignal[] {
    const names = new Set<string>();
    return [...this.#message.signals.values()].flatMap((signal) => {
      const finished = this.#finish(signal);
      if (finished === null) return [];
      if (names.has(finished.name)) {
        this.#draft.skipped.add("signals whose long name another one has", signal.line);
        return [];
      }
      names.add(finished.name);
      return [finished];
    });
  }

  /** Null for a signal of which nobody could say when it is there. */
  #finish(signal: SignalDraft): DbcSignal | null {
    const known = this.#finished.get(signal);
    if (known !== undefined) return known;
    // Until it is known: a signal that selects itself by way of others never gets further.
    this.#finished.set(signal, null);
    const selector = this.#selectorOf(signal);
    if (selector === undefined) {
      this.#draft.skipped.add(
        "multiplexed signals without a multiplexor of their own",
        signal.line,
      );
      return null;
    }
    this.#checkEnd(signal);
    const finished = finishSignal(signal, selector, attributesOf(signal.attributes, this.#draft));
    this.#finished.set(signal, finished);
    return finished;
  }

  /** Undefined where it can't be told. */
  #selectorOf(signal: SignalDraft): Selector | null | undefined {
    const { selector, multiplexedBy } = signal;
    if (selector === null && multiplexedBy === null) return null;
    const multiplexor =
      selector === null ? this.#onlyMultiplexor : this.#message.signals.get(selector.name);
    if (multiplexor === undefined || this.#depth >= DEPTH_MAX) return undefined;
    this.#depth++;
    const finished = this.#finish(multiplexor);
    this.#depth--;
    if (finished === null) return undefined;
    const only = multiplexedBy ?? 0;
    return { signal: finished, ranges: selector?.ranges ?? [[only, only]] };
  }

  #checkEnd(signal: SignalDraft): void {
    if (placeOf(signal).lastByte < this.#message.length) return;
    this.#draft.assumed.add("signals that reach beyond the length of their message", signal.line);
  }
}

function finishSignal(
  draft: SignalDraft,
  selector: Selector | null,
  attributes: Attributes,
): DbcSignal {
  const { start, length, isBigEndian, form, unit, receivers, comment, values } = draft;
  return {
    name: longName(attributes, "SystemSignalLongSymbol", draft.name),
    shortName: draft.name,
    start,
    length,
    isBigEndian,
    form,
    factor: numberOfDecimal(draft.factor),
    offset: numberOfDecimal(draft.offset),
    minimum: numberOfDecimal(draft.minimum),
    maximum: numberOfDecimal(draft.maximum),
    unit,
    receivers,
    comment,
    values,
    isMultiplexor: draft.isMultiplexor,
    selector,
    attributes,
    place: placeOf(draft),
    scale: scaleOf(draft.factor, draft.offset),
  };
}
