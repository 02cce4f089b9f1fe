/**
 * Consistency models and anomalies as data: which model implies which, what each forbids by
 * itself, which anomaly implies which. After Adya's and Cerone's work, in the names Elle uses; a
 * model also forbids what all weaker ones forbid. See `lattice.ts` for the questions to it.
 */

/** Canonical names with the names they are shown by; the others are shown as they are. */
export const FRIENDLY_NAMES: Readonly<Record<string, string>> = {
  "PL-1": "read-uncommitted",
  "PL-2": "read-committed",
  "PL-CS": "cursor-stability",
  "PL-2L": "monotonic-view",
  "PL-MSR": "monotonic-snapshot-read",
  "PL-2+": "consistent-view",
  "PL-FCV": "forward-consistent-view",
  "PL-3U": "update-serializable",
  "PL-2.99": "repeatable-read",
  "PL-3": "serializable",
  "PL-SI": "snapshot-isolation",
  "PL-SS": "strong-serializable",
  "strong-session-PL-1": "strong-session-read-uncommitted",
  "strong-session-PL-2": "strong-session-read-committed",
  "strong-PL-1": "strong-read-uncommitted",
  "strong-PL-2": "strong-read-committed",
};

/** Further names that are accepted. */
export const MORE_ALIASES: Readonly<Record<string, string>> = {
  "strict-serializable": "PL-SS",
  "conflict-serializable": "PL-3",
};

/** Each model with the next weaker ones. */
export const WEAKER_MODELS: Readonly<Record<string, readonly string[]>> = {
  "PL-SS": [
    "PL-3",
    "PL-SI",
    "linearizable",
    "session-serializable",
    "strong-session-serializable",
    "strong-snapshot-isolation",
  ],
  "strong-snapshot-isolation": ["strong-PL-2", "strong-session-snapshot-isolation"],
  "strong-session-serializable": ["PL-3", "strong-session-snapshot-isolation"],
  "strong-session-snapshot-isolation": ["PL-SI", "strong-session-PL-2"],
  "strong-PL-2": ["strong-PL-1", "strong-session-PL-2"],
  "strong-PL-1": ["strong-session-PL-1"],
  "strong-session-PL-2": ["PL-2", "strong-session-PL-1"],
  "strong-session-PL-1": ["PL-1"],
  "PL-3": ["PL-2.99", "PL-3U", "PL-SI", "view-serializable"],
  "PL-3U": ["PL-FCV"],
  "PL-SI": ["PL-FCV", "PL-MSR", "monotonic-atomic-view", "parallel-snapshot-isolation", "prefix"],
  "PL-FCV": ["PL-2+"],
  "PL-2+": ["PL-2L", "PL-CS"],
  "PL-2.99": ["PL-CS", "monotonic-atomic-view"],
  "PL-CS": ["PL-2"],
  "PL-2L": ["PL-2"],
  "PL-MSR": ["PL-2"],
  "PL-2": ["PL-1"],
  "PL-1": [],
  "monotonic-atomic-view": ["PL-2"],
  "read-atomic": ["monotonic-atomic-view"],
  "update-atomic": ["read-atomic"],
  "causal-cerone": ["read-atomic"],
  prefix: ["causal-cerone"],
  "parallel-snapshot-isolation": ["causal-cerone", "update-atomic"],
  "session-serializable": ["1SR"],
  linearizable: ["sequential"],
  sequential: ["causal"],
  causal: ["PRAM", "writes-follow-reads"],
  PRAM: ["monotonic-reads", "monotonic-writes", "read-your-writes"],
  "1SR": [],
  "view-serializable": [],
  "writes-follow-reads": [],
  "monotonic-reads": [],
  "monotonic-writes": [],
  "read-your-writes": [],
};

/** The models whose impossibility can be shown by the mere existence of a cycle. */
export const CYCLE_MODELS = [
  "PL-1",
  "PL-2",
  "PL-SI",
  "PL-2.99",
  "PL-3",
  "strong-session-PL-1",
  "strong-session-PL-2",
  "strong-session-snapshot-isolation",
  "strong-session-serializable",
  "strong-PL-1",
  "strong-PL-2",
  "strong-snapshot-isolation",
  "PL-SS",
] as const;

export type CycleModel = (typeof CYCLE_MODELS)[number];

/** Type of the anomaly "there is a cycle that this model forbids". */
export function cycleExistsType(model: string): string {
  return `${model}-cycle-exists`;
}

/** What each model forbids by itself; `garbage-read` is ours, the other names are Elle's. */
export const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  "PL-1": ["G0", "duplicate-elements", "cyclic-versions", "garbage-read"],
  "PL-2": ["G1"],
  "PL-CS": ["G1", "G-cursor", "lost-update"],
  "PL-2L": ["G1", "G-monotonic"],
  "PL-MSR": ["G1", "G-MSR"],
  "PL-2+": ["G1", "G-single"],
  "PL-FCV": ["G1", "G-SIb"],
  "PL-3U": ["G1", "G-update"],
  "PL-2.99": ["G1", "G2-item", "lost-update"],
  "PL-3": ["G1", "G2", "predicate-read-miss", "internal"],
  "PL-SI": ["internal", "G1", "G-SI", "G-nonadjacent"],
  "read-atomic": ["internal", "G1a", "future-read"],
  "update-atomic": ["lost-update"],
  "causal-cerone": ["internal", "G1a"],
  prefix: ["internal", "G1a"],
  "parallel-snapshot-isolation": ["internal", "G1a"],
  "strong-session-PL-1": ["G0-process"],
  "strong-session-PL-2": ["G1c-process"],
  "strong-session-snapshot-isolation": ["internal", "G1-process", "G-nonadjacent-process"],
  "strong-session-serializable": ["G1-process", "G2-process"],
  "strong-PL-1": ["G0-realtime"],
  "strong-PL-2": ["G1c-realtime"],
  "strong-snapshot-isolation": ["internal", "G1-realtime", "G-nonadjacent-realtime"],
  "PL-SS": ["G1", "G1c-realtime", "G2-realtime"],
};

/** Implications that hold alike without order, with process order and with realtime order. */
export const TIERED_IMPLICATIONS: readonly (readonly [string, string])[] = [
  ["G0", "G1c"],
  ["G1c", "G1"],
  ["G-single-item", "G-single"],
  ["G-single-item", "G-nonadjacent-item"],
  ["G-single", "G-nonadjacent"],
  ["G-nonadjacent-item", "G-nonadjacent"],
  ["G-nonadjacent-item", "G2-item"],
  ["G-nonadjacent", "G2"],
  ["G2-item", "G2"],
];

/** Anomalies that have these three tiers, each implying the next. */
export const TIERED = [
  "G0",
  "G1c",
  "G1",
  "G-single-item",
  "G-single",
  "G-nonadjacent-item",
  "G-nonadjacent",
  "G2-item",
  "G2",
] as const;

export const IMPLICATIONS: readonly (readonly [string, string])[] = [
  ["G1a", "G1"],
  ["G1b", "G1"],
  ["G-single", "GSIb"],
  ["GSIa", "GSI"],
  ["GSIb", "GSI"],
  ["incompatible-order", "G1a"],
  ["dirty-update", "G1a"],
  ["future-read", "G1c"],
  ["lost-update", "write-skew"],
  ["lost-update", "G2-item"],
  ["write-skew", "G2"],
];
