/**
 * Reads one operation, a map, from tokens of JSON or EDN into the columns of a table. Fields may
 * come in any order; those that are not known are read over. What is wrong with the value or the
 * type of an operation counts only for clients: the nemesis may carry anything.
 */

import { nameOf } from "./general-operation.ts";
import {
  APPEND,
  FAIL,
  INFO,
  INVOKE,
  malformed,
  OK,
  READ_NIL,
  READ_VALUE,
  WRITE,
} from "./history-table.ts";
import { QuickReader, UNUSUAL } from "./quick-reader.ts";
import type { HistoryTableBuilder, RowFields } from "./table-builder.ts";
import {
  CLOSE,
  canonicalValue,
  INTEGER,
  KEYWORD,
  NIL,
  NUMBER,
  OPEN_LIST,
  OPEN_MAP,
  STRING,
  skipValue,
  TAG,
  type Tokens,
} from "./tokens.ts";

const NO_TYPE = -1;
const NEW_LINE = 0x0a;

interface OperationFields extends RowFields {
  isOther: boolean;
  problem: string;
  problemLine: number;
}

export class OperationReader {
  private readonly builder: HistoryTableBuilder;
  private quick: QuickReader | undefined;
  private readonly fields: OperationFields = {
    type: NO_TYPE,
    index: null,
    process: null,
    isNameless: true,
    // No integer, so that a time beyond 31 bits changes nothing for compiled code.
    time: Number.NaN,
    line: 0,
    node: null,
    isOther: false,
    problem: "",
    problemLine: 0,
  };

  constructor(builder: HistoryTableBuilder) {
    this.builder = builder;
  }

  /** `first` is the first token of the operation, which has been taken. */
  read(tokens: Tokens, first: number): void {
    this.builder.mops.begin();
    let kind = first;
    while (kind === TAG) kind = tokens.next();
    const { fields } = this;
    fields.line = tokens.line;
    if (kind !== OPEN_MAP) {
      throw malformed(tokens.line, "something that is no operation; expected a map");
    }
    if (this.readQuickly(tokens)) return;
    fields.type = NO_TYPE;
    fields.index = null;
    fields.process = null;
    fields.isNameless = true;
    fields.time = -1;
    fields.node = null;
    fields.isOther = false;
    fields.problem = "";
    for (;;) {
      const key = tokens.next();
      if (key === CLOSE) break;
      if (key === KEYWORD || key === STRING) {
        this.field(tokens);
      } else {
        skipValue(tokens, key);
        skipValue(tokens, tokens.next());
      }
    }
    if (fields.process === null) this.builder.mops.rollBack();
    else this.checkClient();
    this.builder.addRow(fields);
  }

  /** Reads the operation and those after it, as long as they have the usual form. */
  private readQuickly(tokens: Tokens): boolean {
    const { builder, fields } = this;
    const { bytes, lastClosing } = tokens;
    this.quick ??= new QuickReader(builder.mops, tokens.writing);
    const isInList = tokens.depth > 1;
    let start = tokens.position;
    let stop = UNUSUAL;
    let line = tokens.line;
    while (start !== UNUSUAL && start <= lastClosing) {
      if (stop !== UNUSUAL && bytes[start - 2] === NEW_LINE) fields.line++;
      builder.mops.begin();
      const closing = this.quick.read(bytes, start, fields);
      if (closing === UNUSUAL) {
        builder.mops.rollBack();
        break;
      }
      builder.addRow(fields);
      stop = closing + 1;
      line = fields.line;
      start = this.quick.next(stop, isInList);
    }
    if (stop === UNUSUAL) return false;
    tokens.passMap(stop, line);
    return true;
  }

  private checkClient(): void {
    const { fields } = this;
    const which = fields.index === null ? "" : `operation ${fields.index}: `;
    if (fields.problem !== "") throw malformed(fields.problemLine, which + fields.problem);
    if (fields.type !== NO_TYPE) return;
    throw malformed(fields.line, `${which}no type; expected invoke, ok, fail or info`);
  }

  private field(tokens: Tokens): void {
    const { fields } = this;
    if (tokens.is("value")) {
      this.value(tokens, tokens.next());
    } else if (tokens.is("index")) {
      const kind = tokens.next();
      if (kind === NIL) return;
      fields.index = safeInteger(tokens, kind, "index");
    } else if (tokens.is("type")) {
      this.type(tokens, tokens.next());
    } else if (tokens.is("process")) {
      const kind = tokens.next();
      if (kind === INTEGER) {
        fields.process = safeInteger(tokens, kind, "process");
      } else {
        fields.isOther = true;
        fields.process = null;
        fields.isNameless = isNumeric(tokens, kind);
        skipValue(tokens, kind);
      }
    } else if (tokens.is("time")) {
      const kind = tokens.next();
      if (kind === INTEGER && !Number.isNaN(tokens.integer)) fields.time = tokens.integer;
      else if (kind === INTEGER || kind === NUMBER) fields.time = Number.parseFloat(tokens.text());
      else skipValue(tokens, kind);
    } else if (tokens.is("node")) {
      const kind = tokens.next();
      fields.node = kind === NIL ? null : nameOf(canonicalValue(tokens, kind));
    } else {
      skipValue(tokens, tokens.next());
    }
  }

  private type(tokens: Tokens, kind: number): void {
    const { fields } = this;
    fields.type = NO_TYPE;
    if (kind === KEYWORD || kind === STRING) {
      if (tokens.is("invoke")) fields.type = INVOKE;
      else if (tokens.is("ok")) fields.type = OK;
      else if (tokens.is("fail")) fields.type = FAIL;
      else if (tokens.is("info")) fields.type = INFO;
      if (fields.type !== NO_TYPE) return;
    }
    this.problem(tokens, `type ${canonicalValue(tokens, kind)}; expected invoke, ok, fail or info`);
  }

  private value(tokens: Tokens, first: number): void {
    if (this.fields.isOther || first === NIL) {
      skipValue(tokens, first);
      return;
    }
    if (first !== OPEN_LIST) {
      skipValue(tokens, first);
      this.problem(tokens, "a value that is no list; expected micro-operations");
      return;
    }
    const depth = tokens.depth;
    for (;;) {
      const kind = tokens.next();
      if (kind === CLOSE) return;
      if (kind !== OPEN_LIST) {
        skipValue(tokens, kind);
        this.problem(tokens, "a value with items that are no lists; expected micro-operations");
      } else if (!this.mop(tokens)) {
        while (tokens.depth > depth) tokens.next();
      }
    }
  }

  /** Whether the micro-operation, whose bracket is open, was read to its end. */
  private mop(tokens: Tokens): boolean {
    const name = tokens.next();
    if (name !== KEYWORD && name !== STRING) {
      if (name === CLOSE) this.problem(tokens, "an empty micro-operation");
      else this.problem(tokens, "a micro-operation without a name; expected append, r or w");
      return name === CLOSE;
    }
    const isRead = tokens.is("r");
    const isAppend = !isRead && tokens.is("append");
    if (!isRead && !isAppend && !tokens.is("w")) {
      this.problem(
        tokens,
        `micro-operation ${JSON.stringify(tokens.text())}; expected append, r or w`,
      );
      return false;
    }
    const keyKind = tokens.next();
    if (keyKind === CLOSE) {
      this.problem(tokens, "a micro-operation without a key");
      return true;
    }
    const numbers = this.builder.mops.keyNumbers;
    const key =
      keyKind === INTEGER && !Number.isNaN(tokens.integer)
        ? numbers.ofInteger(tokens.integer)
        : numbers.ofText(canonicalValue(tokens, keyKind));
    const kind = tokens.next();
    if (isRead) this.readMop(tokens, key, kind);
    else this.writeMop(tokens, key, kind, isAppend ? APPEND : WRITE);
    if (kind === CLOSE) return true;
    for (let extra = tokens.next(); extra !== CLOSE; extra = tokens.next()) {
      skipValue(tokens, extra);
    }
    return true;
  }

  private writeMop(tokens: Tokens, key: number, first: number, mopKind: number): void {
    const { mops } = this.builder;
    mops.add(mopKind, key, this.element(tokens, key, first));
  }

  private readMop(tokens: Tokens, key: number, first: number): void {
    const { mops } = this.builder;
    if (first === NIL || first === CLOSE) {
      mops.add(READ_NIL, key, 0);
      return;
    }
    if (first !== OPEN_LIST) {
      mops.add(READ_VALUE, key, this.element(tokens, key, first));
      return;
    }
    mops.beginList(key);
    for (;;) {
      const small = tokens.smallInteger();
      if (small >= 0) {
        mops.listInteger(small);
        continue;
      }
      const kind = tokens.next();
      if (kind === CLOSE) break;
      mops.listElement(this.element(tokens, key, kind));
    }
    mops.endList();
  }

  private element(tokens: Tokens, key: number, kind: number): number {
    const numbers = this.builder.mops.elementNumbers;
    if (kind === INTEGER && !Number.isNaN(tokens.integer)) {
      return numbers.ofInteger(key, tokens.integer);
    }
    return numbers.ofText(key, kind === CLOSE ? "nil" : canonicalValue(tokens, kind));
  }

  private problem(tokens: Tokens, text: string): void {
    const { fields } = this;
    if (fields.problem !== "") return;
    fields.problem = text;
    fields.problemLine = tokens.line;
  }
}

/** nil, a fraction, or digits between quotes: no name, such as the nemesis has. */
function isNumeric(tokens: Tokens, kind: number): boolean {
  return kind === NIL || kind === NUMBER || (kind === STRING && /^\d+$/.test(tokens.text()));
}

function safeInteger(tokens: Tokens, kind: number, name: string): number {
  if (kind === INTEGER && !Number.isNaN(tokens.integer)) return tokens.integer;
  const line = tokens.line;
  const found = canonicalValue(tokens, kind);
  throw malformed(line, `${name} ${found}; expected an integer up to 2^53`);
}
