/** What a DBC file says: messages, their signals, and what the values of these mean. */

import type { TallyEntry } from "../trace/tally.ts";
import type { BitPlace, NumberForm, RawValue } from "./bits.ts";
import type { Scale } from "./decimal.ts";

/** Texts by raw value. */
export type ValueTable = ReadonlyMap<RawValue, string>;

/** Values by name of the attribute; enumerations with their word. */
export type Attributes = ReadonlyMap<string, string | number>;

/** A multiplexed signal is there when another one has one of these raw values. */
export interface Selector {
  readonly signal: DbcSignal;
  readonly ranges: readonly (readonly [least: number, greatest: number])[];
}

export interface DbcSignal {
  /** The long one, where the file has it as an attribute. */
  readonly name: string;
  /** As the messages of the file call it: at most 32 letters in Vector's files. */
  readonly shortName: string;
  /** As the file counts: byte times eight plus bit; the most significant bit if big-endian. */
  readonly start: number;
  /** 1 to 64 bits. */
  readonly length: number;
  readonly isBigEndian: boolean;
  readonly form: NumberForm;
  readonly factor: number;
  readonly offset: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly unit: string;
  readonly receivers: readonly string[];
  readonly comment: string;
  readonly values: ValueTable;
  readonly isMultiplexor: boolean;
  /** Null where every frame of the message has the signal. */
  readonly selector: Selector | null;
  readonly attributes: Attributes;
  readonly place: BitPlace;
  readonly scale: Scale;
}

export interface DbcMessage {
  readonly id: number;
  readonly extended: boolean;
  readonly name: string;
  readonly shortName: string;
  /** Bytes. */
  readonly length: number;
  /** By the attribute VFrameFormat or by its length; null where the file doesn't say. */
  readonly fd: boolean | null;
  /** Empty where the file names none. */
  readonly sender: string;
  readonly otherSenders: readonly string[];
  readonly comment: string;
  /** In the order of the file. */
  readonly signals: readonly DbcSignal[];
  readonly attributes: Attributes;
}

export interface DbcFile {
  readonly version: string;
  readonly nodes: readonly string[];
  /** By identifier, see `messageKey`. */
  readonly messages: ReadonlyMap<number, DbcMessage>;
  readonly valueTables: ReadonlyMap<string, ValueTable>;
  readonly comment: string;
  /** Of the network as a whole. */
  readonly attributes: Attributes;
  /** What was left out, and why; `firstAt` is a line. */
  readonly skipped: readonly TallyEntry[];
  /** What was read other than the file says, because it contradicts itself. */
  readonly assumed: readonly TallyEntry[];
}

/** As the files number messages: bit 31 marks an identifier of 29 bits. */
export function messageKey(id: number, extended: boolean): number {
  return extended ? id + 2 ** 31 : id;
}

export function findMessage(dbc: DbcFile, id: number, extended: boolean): DbcMessage | undefined {
  return dbc.messages.get(messageKey(id, extended));
}
