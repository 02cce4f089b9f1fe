/** Histories of registers that have one type of cycle each, beside ones that have none. */

import { aRegisterHistory, type RegisterBuilder, r, w } from "./histories.ts";

/** By type of cycle: a model that forbids it, a history with it, and one that is like it. */
export const CYCLES: Readonly<Record<string, readonly [string, RegisterBuilder, RegisterBuilder]>> =
  {
    G1c: [
      "read-committed",
      aRegisterHistory().together([w(1, 1), r(2, 1)], [w(2, 1), r(1, 1)]),
      aRegisterHistory().together([w(1, 1), r(2, 1)], [w(2, 1), r(1)]),
    ],
    "G-single-item": [
      "snapshot-isolation",
      aRegisterHistory().together([w(1, 1), w(2, 1)], [r(1), r(2, 1)]),
      aRegisterHistory().together([w(1, 1), w(2, 1)], [r(1, 1), r(2, 1)]),
    ],
    "G-nonadjacent-item": [
      "snapshot-isolation",
      aRegisterHistory().together([w(1, 1)], [w(2, 1)], [r(1, 1), r(2)], [r(2, 1), r(1)]),
      aRegisterHistory().together([w(1, 1)], [w(2, 1)], [r(1, 1), r(2)], [r(2, 1), r(1, 1)]),
    ],
    "G2-item": [
      "serializable",
      aRegisterHistory().together([r(1), w(2, 1)], [r(2), w(1, 1)]),
      aRegisterHistory().together([r(1), w(2, 1)], [r(2, 1), w(1, 1)]),
    ],
    "G1c-process": [
      "strong-session-serializable",
      aRegisterHistory().run(0, r(1, 1)).run(0, w(1, 1)),
      aRegisterHistory().run(0, r(1, 1)).run(1, w(1, 1)),
    ],
    "G-single-item-process": [
      "strong-session-serializable",
      aRegisterHistory().run(0, w(1, 1)).run(0, r(1)),
      aRegisterHistory().run(0, w(1, 1)).run(1, r(1)),
    ],
    "G2-item-process": [
      "strong-session-serializable",
      aRegisterHistory().invoke(1, r(1), w(2, 1)).run(0, w(1, 1)).run(0, r(2)).ok(1, r(1), w(2, 1)),
      aRegisterHistory().invoke(1, r(1), w(2, 1)).run(0, w(1, 1)).run(2, r(2)).ok(1, r(1), w(2, 1)),
    ],
    "G1c-realtime": [
      "strict-serializable",
      aRegisterHistory().run(0, r(1, 1)).run(1, w(1, 1)),
      aRegisterHistory().together([r(1, 1)], [w(1, 1)]),
    ],
    "G-single-item-realtime": [
      "strict-serializable",
      aRegisterHistory().run(0, w(1, 1)).run(1, r(1)),
      aRegisterHistory().together([w(1, 1)], [r(1)]),
    ],
    "G2-item-realtime": [
      "strict-serializable",
      aRegisterHistory().invoke(1, r(1), w(2, 1)).run(0, w(1, 1)).run(2, r(2)).ok(1, r(1), w(2, 1)),
      aRegisterHistory().together([w(1, 1)], [r(1), w(2, 1)], [r(2)]),
    ],
    "G-nonadjacent-item-realtime": [
      "strict-serializable",
      aRegisterHistory()
        .invoke(0, w(2, 1))
        .invoke(1, r(2), r(1))
        .run(2, w(1, 1))
        .run(3, r(2))
        .ok(0, w(2, 1))
        .ok(1, r(2, 1), r(1)),
      aRegisterHistory()
        .invoke(0, w(2, 1))
        .invoke(1, r(2), r(1))
        .run(2, w(1, 1))
        .run(3, r(2))
        .ok(0, w(2, 1))
        .ok(1, r(2, 1), r(1, 1)),
    ],
  };
