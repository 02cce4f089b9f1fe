/**
 * Histories for the tests of the checkers: written by hand, one operation a line, or made by
 * clients of a correct object whose operations overlap and take effect one by one.
 */

import type { GeneralOperation, Value } from "../../../rig/core/history/general-operation.ts";
import { readOperations } from "../../../rig/core/history/read-operations.ts";
import type { Random } from "../../../rig/core/random/random.ts";

export function fromText(text: string): readonly GeneralOperation[] {
  return readOperations(new TextEncoder().encode(text));
}

/** Lines such as `0 invoke write 1`: process, type, function, value in EDN. */
export function history(text: string): readonly GeneralOperation[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const maps = lines.map((line, index) => {
    const [, process, type, f, value] = /^\s*(\S+) (\S+) (\S+) ?(.*)$/.exec(line) ?? [];
    const time = index * 1_000_000;
    return `{:process ${process} :type :${type} :f :${f} :value ${value || "nil"} :time ${time}}`;
  });
  return fromText(maps.join("\n"));
}

export function list(...items: readonly Value[]): Value {
  return { kind: "list", items };
}

export function itemsOf(value: Value | undefined): readonly Value[] {
  return typeof value === "object" && value?.kind === "list" ? value.items : [];
}

export interface Request {
  readonly f: string;
  readonly value: Value;
}

/** What a correct object answers: a value, or a refusal without effect. */
export type Answer = { readonly value: Value } | "refused";

export interface CorrectObject {
  request(random: Random): Request;
  apply(request: Request): Answer;
}

interface Client {
  process: number;
  request: Request | null;
  answer: Answer | null;
}

export interface Work {
  readonly clients: number;
  readonly requests: number;
  /** How many of 100 requests get no answer; half of these take no effect. */
  readonly lost?: number;
}

/** Each turn one client goes one step on: it asks, its request takes effect, or it is answered. */
export function workOn(
  object: CorrectObject,
  random: Random,
  { clients, requests, lost = 0 }: Work,
): GeneralOperation[] {
  const all = Array.from(
    { length: clients },
    (_, process): Client => ({
      process,
      request: null,
      answer: null,
    }),
  );
  const operations: GeneralOperation[] = [];
  const add = (client: Client, type: GeneralOperation["type"], value: Value) => {
    const index = operations.length;
    const { process } = client;
    const f = client.request?.f ?? "";
    operations.push({ index, type, f, process, time: index * 1000, value, line: 0 });
  };
  let asked = 0;
  while (asked < requests || all.some((client) => client.request !== null)) {
    const client = all[random.below(clients)] as Client;
    if (client.request === null) {
      if (asked === requests) continue;
      asked++;
      client.request = object.request(random);
      add(client, "invoke", client.request.value);
    } else if (random.chance(lost, 200)) {
      add(client, "info", client.request.value);
      client.process += clients;
      client.request = null;
      client.answer = null;
    } else if (client.answer === null) {
      client.answer = object.apply(client.request);
    } else {
      if (client.answer === "refused") add(client, "fail", client.request.value);
      else add(client, "ok", client.answer.value);
      client.request = null;
      client.answer = null;
    }
  }
  return operations;
}

/** Values from 0 to `values - 1`; compare-and-set too if wanted. */
export function correctRegister(values: number, hasCas: boolean): CorrectObject {
  let state: Value = null;
  return {
    request(random) {
      const kind = random.below(hasCas ? 3 : 2);
      if (kind === 0) return { f: "read", value: null };
      if (kind === 1) return { f: "write", value: random.below(values) };
      return { f: "cas", value: list(random.below(values), random.below(values)) };
    },
    apply({ f, value }) {
      if (f === "read") return { value: state };
      if (f === "write") {
        state = value;
      } else {
        const [from, to = null] = itemsOf(value);
        if (from !== state) return "refused";
        state = to;
      }
      return { value };
    },
  };
}

/** A lock that refuses what can't be had now. */
export function correctMutex(): CorrectObject {
  let isHeld = false;
  return {
    request: (random) => ({ f: random.chance(1, 2) ? "acquire" : "release", value: null }),
    apply({ f }) {
      const wanted = f === "acquire";
      if (isHeld === wanted) return "refused";
      isHeld = wanted;
      return { value: null };
    },
  };
}

export function correctCounter(): CorrectObject {
  let sum = 0;
  return {
    request(random) {
      if (random.chance(1, 3)) return { f: "read", value: null };
      return { f: "add", value: random.between(-3, 9) };
    },
    apply({ f, value }) {
      if (f === "read") return { value: sum };
      sum += value as number;
      return { value };
    },
  };
}

/** Adds 0, 1, 2 and so on; `readable` says whether it is read along the way. */
export function correctSet(readable: boolean): CorrectObject {
  const elements: number[] = [];
  let added = 0;
  return {
    request(random) {
      if (readable && random.chance(1, 3)) return { f: "read", value: null };
      return { f: "add", value: added++ };
    },
    apply({ f, value }) {
      if (f === "read") return { value: list(...elements) };
      elements.push(value as number);
      return { value };
    },
  };
}

export function correctBank(accounts: number, total: number): CorrectObject {
  const balances = Array.from({ length: accounts }, (_, i) => (i === 0 ? total : 0));
  return {
    request(random) {
      if (random.chance(1, 2)) return { f: "read", value: null };
      const amount = random.between(1, 5);
      return { f: "transfer", value: list(random.below(accounts), random.below(accounts), amount) };
    },
    apply({ f, value }) {
      if (f === "read") {
        return { value: { kind: "map", entries: balances.map((balance, i) => [i, balance]) } };
      }
      const [from, to, amount] = itemsOf(value) as [number, number, number];
      const balance = balances[from] as number;
      if (balance < amount) return "refused";
      balances[from] = balance - amount;
      balances[to] = (balances[to] as number) + amount;
      return { value };
    },
  };
}

/** Keys are written once each, in groups of three. */
export function correctGroups(groups: number): CorrectObject {
  const written = new Set<number>();
  let next = 0;
  const groupRead = (group: number) => {
    const keys = [0, 1, 2].map((i) => 3 * group + i);
    return list(...keys.map((key) => list(":r", key, written.has(key) ? 1 : null)));
  };
  return {
    request(random) {
      const isWrite = next < 3 * groups && random.chance(1, 4);
      if (isWrite) return { f: "write", value: list(list(":w", next++, 1)) };
      return { f: "read", value: groupRead(random.below(groups)) };
    },
    apply({ f, value }) {
      const key = itemsOf(itemsOf(value)[0])[1] as number;
      if (f === "read") return { value: groupRead(Math.floor(key / 3)) };
      written.add(key);
      return { value };
    },
  };
}
