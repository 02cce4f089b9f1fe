/**
 * A DBC file while it is read. Sections may come in any order, so what refers to messages and
 * signals is kept until all of them are known.
 */

import { Tally } from "../trace/tally.ts";
import type { NumberForm, RawValue } from "./bits.ts";
import type { Selector } from "./dbc.ts";
import type { Decimal } from "./decimal.ts";

export type AttributeMap = Map<string, string | number>;

export interface SignalDraft {
  readonly line: number;
  readonly name: string;
  readonly start: number;
  readonly length: number;
  readonly isBigEndian: boolean;
  readonly factor: Decimal;
  readonly offset: Decimal;
  readonly minimum: Decimal;
  readonly maximum: Decimal;
  readonly unit: string;
  readonly receivers: readonly string[];
  readonly isMultiplexor: boolean;
  /** What the message's multiplexor has when the signal is there; null where it always is. */
  readonly multiplexedBy: number | null;
  readonly attributes: AttributeMap;
  form: NumberForm;
  comment: string;
  values: ReadonlyMap<RawValue, string>;
  /** By extended multiplexing: the name of the other signal. */
  selector: { readonly name: string; readonly ranges: Selector["ranges"] } | null;
}

export interface MessageDraft {
  readonly line: number;
  /** With bit 31 for identifiers of 29 bits. */
  readonly key: number;
  readonly name: string;
  readonly length: number;
  readonly sender: string;
  readonly signals: Map<string, SignalDraft>;
  readonly attributes: AttributeMap;
  otherSenders: readonly string[];
  comment: string;
}

export interface AttributeDefinition {
  /** Words of an enumeration. */
  readonly words: readonly string[];
  readonly isEnumeration: boolean;
}

export class DbcDraft {
  readonly nodes: string[] = [];
  readonly messages = new Map<number, MessageDraft>();
  readonly valueTables = new Map<string, ReadonlyMap<RawValue, string>>();
  readonly attributes: AttributeMap = new Map();
  /** By name. */
  readonly definitions = new Map<string, AttributeDefinition>();
  readonly defaults: AttributeMap = new Map();
  /** Attributes of nodes, in particular their long names. */
  readonly nodeAttributes = new Map<string, AttributeMap>();
  readonly skipped = new Tally();
  readonly assumed = new Tally();
  version = "";
  comment = "";
  readonly #references: (() => void)[] = [];

  /** Done once everything is read. */
  later(reference: () => void): void {
    this.#references.push(reference);
  }

  resolve(): void {
    for (const reference of this.#references) reference();
  }

  /** Hands over the message; where there is none, counts `what` as left out. */
  withMessage(key: number, from: Origin, use: (message: MessageDraft) => void): void {
    this.later(() => {
      const message = this.messages.get(key);
      if (message !== undefined) use(message);
      else if (!isPseudoMessage(key)) {
        this.skipped.add(`${from.what} of messages that the file doesn't have`, from.line);
      }
    });
  }

  withSignal(place: SignalPlace, from: Origin, use: (signal: SignalDraft) => void): void {
    this.withMessage(place.key, from, ({ signals }) => {
      const signal = signals.get(place.name);
      if (signal !== undefined) use(signal);
      else this.skipped.add(`${from.what} of signals that the file doesn't have`, from.line);
    });
  }
}

/** Where something stands and what it is, in the plural. */
export interface Origin {
  readonly what: string;
  readonly line: number;
}

export interface SignalPlace {
  readonly key: number;
  readonly name: string;
}

/** Vector's editor keeps signals that no message has in this one, which is never on a bus. */
const PSEUDO_KEY = 0xc000_0000;

export function isPseudoMessage(key: number): boolean {
  return key === PSEUDO_KEY;
}
