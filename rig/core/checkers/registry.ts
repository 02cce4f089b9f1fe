/**
 * All models that histories can be checked against, by name, with the options of each: enough for
 * a command line to offer them without knowing any. A checker takes what it needs of the options
 * and leaves the rest.
 */

import type { GeneralOperation } from "../history/general-operation.ts";
import { type BankOptions, checkBank } from "./bank.ts";
import { checkCounter } from "./counter.ts";
import {
  checkLinearizable,
  DEFAULT_SEARCH_STEPS,
  type LinearizableOptions,
} from "./linearizable/check-linearizable.ts";
import { NIL_READS, type ObjectName } from "./linearizable/object-model.ts";
import { checkLongFork, type LongForkOptions } from "./long-fork.ts";
import type { ModelResult } from "./result.ts";
import { checkSet } from "./set.ts";
import { checkSetFull, type SetFullOptions } from "./set-full.ts";

export type ModelName =
  | "bank"
  | "counter"
  | "set"
  | "set-full"
  | "long-fork"
  | "cas-register"
  | "register"
  | "mutex";

export interface ModelOptions
  extends BankOptions,
    SetFullOptions,
    LongForkOptions,
    LinearizableOptions {}

export interface ModelOption {
  /** Field of `ModelOptions`. */
  readonly name: keyof ModelOptions;
  /** Name on a command line, without dashes; elle-cli's where it has the option. */
  readonly flag: string;
  /** `texts` is a list of texts, separated by commas on a command line. */
  readonly kind: "number" | "count" | "boolean" | "texts" | "choice";
  readonly choices?: readonly string[];
  readonly description: string;
}

export interface Checker {
  readonly model: ModelName;
  /** What the operations are, and what is checked. */
  readonly description: string;
  readonly options: readonly ModelOption[];
  check(operations: readonly GeneralOperation[], options?: ModelOptions): ModelResult;
}

const BANK_OPTIONS: readonly ModelOption[] = [
  {
    name: "accounts",
    flag: "accounts",
    kind: "texts",
    description: "Names of all accounts; those of the first read unless given",
  },
  {
    name: "totalAmount",
    flag: "total-amount",
    kind: "number",
    description: "What all balances sum up to; the total of the first read unless given",
  },
  {
    name: "allowNegative",
    flag: "allow-negative-balances",
    kind: "boolean",
    description: "Balances may be below zero",
  },
];

const LINEARIZABLE_OPTIONS: readonly ModelOption[] = [
  {
    name: "searchSteps",
    flag: "search-steps",
    kind: "count",
    description: `Steps after which the search gives up; ${DEFAULT_SEARCH_STEPS} unless given`,
  },
  {
    name: "isKeyed",
    flag: "keyed",
    kind: "boolean",
    description: "Values are [key value], one object for each key; found out unless given",
  },
];

const REGISTER_OPTIONS: readonly ModelOption[] = [
  ...LINEARIZABLE_OPTIONS,
  {
    name: "nilReads",
    flag: "nil-reads",
    kind: "choice",
    choices: NIL_READS,
    description: "What a read of nil says: nothing was written yet (initial), or nothing (any)",
  },
];

export const CHECKERS: Readonly<Record<ModelName, Checker>> = {
  bank: {
    model: "bank",
    description: "read {account balance ...}: all reads see one total and no negative balance",
    options: BANK_OPTIONS,
    check: checkBank,
  },
  counter: {
    model: "counter",
    description: "add n, read: reads lie between what was surely and what was possibly added",
    options: [],
    check: checkCounter,
  },
  set: {
    model: "set",
    description: "add x, read [x ...]: the last read holds all that was acknowledged",
    options: [],
    check: checkSet,
  },
  "set-full": {
    model: "set-full",
    description: "add x, read [x ...]: no element that was there is missing from later reads",
    options: [
      {
        name: "linearizable",
        flag: "linearizable",
        kind: "boolean",
        description: "A read that misses a known element is an error even if later ones see it",
      },
    ],
    check: checkSetFull,
  },
  "long-fork": {
    model: "long-fork",
    description: "[:w k v] and reads of groups of keys: reads agree on the order of writes",
    options: [
      {
        name: "groupSize",
        flag: "group-size",
        kind: "count",
        description: "How many keys each read reads; needed for a verdict",
      },
    ],
    check: checkLongFork,
  },
  "cas-register": linearizable("cas-register", "read, write v, cas [old new]"),
  register: linearizable("register", "read, write v"),
  mutex: linearizable("mutex", "acquire, release"),
};

function linearizable(model: ObjectName, operations: string): Checker {
  return {
    model,
    description: `${operations}: each takes effect at one moment while it is open`,
    options: model === "mutex" ? LINEARIZABLE_OPTIONS : REGISTER_OPTIONS,
    check: (history, options) => checkLinearizable(history, model, options),
  };
}
