/**
 * Writes history files to measure the checker with: clients that overlap in time, on a store that
 * does each transaction at one moment between invocation and answer, so that the history is strict
 * serializable. On request one read, in the middle, misses the last write that it should have seen.
 */

import { closeSync, openSync, writeSync } from "node:fs";
import { Random } from "../../rig/core/random/random.ts";

export interface HistoryFile {
  readonly path: string;
  readonly transactions: number;
  readonly model: "list-append" | "rw-register";
  readonly form: "json" | "edn";
  /** Keys in use at a time: few make clients meet. A key is given up after so many writes. */
  readonly keys: number;
  readonly writesPerKey: number;
  readonly isAnomalous: boolean;
}

const CLIENTS = 15;
const FLUSH_AT = 1 << 20;

interface Mop {
  readonly isRead: boolean;
  readonly key: number;
  readonly value: number;
}

interface Client {
  state: "idle" | "asked" | "done";
  mops: readonly Mop[];
  answer: string;
}

export function writeHistoryFile(file: HistoryFile): void {
  const descriptor = openSync(file.path, "w");
  let text = "";
  new HistoryWriter(file, (line) => {
    text += line;
    if (text.length < FLUSH_AT) return;
    writeSync(descriptor, text);
    text = "";
  }).run();
  writeSync(descriptor, text);
  closeSync(descriptor);
}

class HistoryWriter {
  private readonly file: HistoryFile;
  private readonly write: (text: string) => void;
  private readonly random = Random.of(1, "history-file");
  private readonly keys: number[];
  private readonly values = new Map<number, number[]>();
  private readonly written = new Map<number, number>();
  private index = 0;
  private timeNs = 0;
  private isAnomalyDue: boolean;

  constructor(file: HistoryFile, write: (text: string) => void) {
    this.file = file;
    this.write = write;
    this.keys = Array.from({ length: file.keys }, (_, key) => key);
    this.isAnomalyDue = file.isAnomalous;
  }

  run(): void {
    const clients = Array.from({ length: CLIENTS }, (): Client => {
      return { state: "idle", mops: [], answer: "" };
    });
    const { transactions, form } = this.file;
    let asked = 0;
    let done = 0;
    while (done < transactions) {
      const number = this.random.below(CLIENTS);
      const client = clients[number] as Client;
      if (client.state === "idle") {
        if (asked++ >= transactions) continue;
        client.mops = this.transaction();
        this.operation("invoke", number, this.invocation(client.mops));
        client.state = "asked";
      } else if (client.state === "asked") {
        client.answer = this.carryOut(client.mops, done * 2 > transactions);
        client.state = "done";
      } else {
        this.operation("ok", number, client.answer);
        client.state = "idle";
        done++;
      }
    }
    if (form === "json") this.write("\n]\n");
  }

  private transaction(): Mop[] {
    return Array.from({ length: this.random.between(1, 4) }, () => {
      const place = this.random.below(this.keys.length);
      let key = this.keys[place] as number;
      if (this.random.chance(1, 2)) return { isRead: true, key, value: 0 };
      if ((this.written.get(key) ?? 0) >= this.file.writesPerKey) {
        this.written.delete(key);
        key = this.keys.reduce((most, other) => Math.max(most, other)) + 1;
        this.keys[place] = key;
      }
      const value = (this.written.get(key) ?? 0) + 1;
      this.written.set(key, value);
      return { isRead: false, key, value };
    });
  }

  private invocation(mops: readonly Mop[]): string {
    const nil = this.file.form === "json" ? "null" : "nil";
    return this.mops(
      mops,
      mops.map(() => nil),
    );
  }

  /** Does the transaction now, and gives what it answers. */
  private carryOut(mops: readonly Mop[], mayBeAnomalous: boolean): string {
    const seen = mops.map(({ isRead, key, value }) => {
      const list = this.values.get(key) ?? [];
      if (!isRead) {
        list.push(value);
        this.values.set(key, list);
        return "";
      }
      const isStale = mayBeAnomalous && this.isAnomalyDue && list.length > 10;
      if (isStale) this.isAnomalyDue = false;
      return this.shown(isStale ? list.slice(0, -8) : list);
    });
    return this.mops(mops, seen);
  }

  private shown(list: readonly number[]): string {
    const isJson = this.file.form === "json";
    if (this.file.model === "list-append") return `[${list.join(isJson ? "," : " ")}]`;
    return String(list.at(-1) ?? (isJson ? "null" : "nil"));
  }

  private mops(mops: readonly Mop[], seen: readonly string[]): string {
    const isJson = this.file.form === "json";
    const between = isJson ? "," : " ";
    const verb = this.file.model === "list-append" ? "append" : "w";
    const texts = mops.map(({ isRead, key, value }, at) => {
      const name = isRead ? "r" : verb;
      const shown = isJson ? `"${name}"` : `:${name}`;
      return `[${[shown, key, isRead ? seen[at] : value].join(between)}]`;
    });
    return `[${texts.join(between)}]`;
  }

  private operation(type: string, process: number, value: string): void {
    const { index } = this;
    this.index++;
    this.timeNs += this.random.between(1_000, 200_000);
    const time = this.timeNs;
    if (this.file.form === "json") {
      this.write(
        `${index === 0 ? "[" : ",\n"}{"index":${index},"type":"${type}","f":"txn",` +
          `"process":${process},"time":${time},"value":${value}}`,
      );
    } else {
      this.write(
        `{:index ${index}, :type :${type}, :f :txn, :process ${process}, :time ${time}, ` +
          `:value ${value}}\n`,
      );
    }
  }
}
