/**
 * The lattice: names, and which models each single anomaly rules out first.
 */

import { describe, expect, it } from "vitest";
import {
  canonicalModel,
  forbiddenBy,
  impliedBy,
  impossibleModels,
  knownModels,
  ruledOut,
} from "../../../rig/core/elle/lattice.ts";
import { WEAKER_MODELS } from "../../../rig/core/elle/lattice-data.ts";

const NOT: Readonly<Record<string, string>> = {
  G0: "read-uncommitted",
  "cyclic-versions": "read-uncommitted",
  "duplicate-elements": "read-uncommitted",
  "garbage-read": "read-uncommitted",
  G1a: "read-committed",
  G1b: "read-committed",
  G1c: "read-committed",
  "dirty-update": "read-committed",
  "incompatible-order": "read-committed",
  "future-read": "read-committed",
  internal: "read-atomic",
  "lost-update": "cursor-stability update-atomic",
  "G-single-item": "consistent-view repeatable-read",
  "G-single": "consistent-view",
  "G-nonadjacent-item": "repeatable-read snapshot-isolation",
  "G-nonadjacent": "snapshot-isolation",
  "G2-item": "repeatable-read",
  G2: "serializable",
  "predicate-read-miss": "serializable",
  "write-skew": "serializable",
  "G0-process": "strong-session-read-uncommitted",
  "G1c-process": "strong-session-read-committed",
  "G-single-item-process": "strong-session-snapshot-isolation",
  "G-nonadjacent-process": "strong-session-snapshot-isolation",
  "G2-item-process": "strong-session-serializable",
  "G0-realtime": "strong-read-uncommitted",
  "G1c-realtime": "strong-read-committed",
  "G-single-realtime": "strong-snapshot-isolation",
  "G-nonadjacent-item-realtime": "strong-snapshot-isolation",
  "G2-realtime": "strong-serializable",
};

describe("lattice", () => {
  it.each(Object.entries(NOT))("%s rules out %s first", (anomaly, models) => {
    expect(ruledOut([anomaly]).not.join(" ")).toBe(models);
  });

  it("has 36 models and accepts their other names", () => {
    expect(Object.keys(WEAKER_MODELS)).toHaveLength(36);
    expect(canonicalModel("strict-serializable")).toBe("PL-SS");
    expect(canonicalModel("strong-serializable")).toBe("PL-SS");
    expect(canonicalModel("conflict-serializable")).toBe("PL-3");
    expect(knownModels()).toContain("snapshot-isolation");
  });

  it("forbids under a model all that weaker ones forbid", () => {
    for (const [model, weaker] of Object.entries(WEAKER_MODELS)) {
      const forbidden = forbiddenBy([model]);
      for (const other of weaker) {
        for (const anomaly of forbiddenBy([other])) expect(forbidden).toContain(anomaly);
      }
    }
  });

  it("rules out what is stronger than a model that is ruled out", () => {
    const impossible = impossibleModels(["G2-item"]);
    expect(impossible).toContain("PL-SS");
    expect(impossible).not.toContain("PL-SI");
    expect(impliedBy("G0")).toContain("G1-realtime");
  });

  it("knows only models that exist", () => {
    for (const weaker of Object.values(WEAKER_MODELS)) {
      for (const model of weaker) expect(WEAKER_MODELS).toHaveProperty([model]);
    }
  });
});
