import { describe, expect, it } from "vitest";
import { type JunitRun, junitXml } from "../../../rig/report/junit.ts";
import { aResult, detectedResult, partitionEvidence } from "../../support/evidence.ts";
import { elementsOf } from "../../support/xml.ts";

const evidence = partitionEvidence();

function casesOf(run: JunitRun) {
  const xml = junitXml([run]);
  const elements = elementsOf(xml);
  return {
    xml,
    suite: elements.find(({ name }) => name === "testsuite"),
    names: elements
      .filter(({ name }) => name === "testcase")
      .map((each) => each.attributes["name"]),
    failures: elements.filter(({ name }) => name === "failure").map((each) => each.attributes),
    skipped: elements.filter(({ name }) => name === "skipped").map((each) => each.attributes),
  };
}

describe("JUnit XML", () => {
  it("has a suite for the run and a case for all that the verdict rests on", () => {
    const { suite, names, failures } = casesOf({ result: aResult(evidence) });
    expect(suite?.attributes).toMatchObject({
      tests: "8",
      failures: "0",
      errors: "0",
      skipped: "0",
    });
    expect(failures).toEqual([]);
    expect(names).toEqual([
      "verdict",
      "reason: consistent",
      "consistency: strict-serializable",
      "invariant: agreement",
      "invariant: prefix",
      "invariant: vote-once",
      "invariant: commit-backed-by-votes",
      "teardown",
    ]);
  });

  it("carries what is needed to repeat the run", () => {
    const properties = elementsOf(junitXml([{ result: aResult(evidence) }]))
      .filter(({ name }) => name === "property")
      .map(({ attributes }) => `${attributes["name"]}=${attributes["value"]}`);
    expect(properties).toEqual([
      "scenario=partition",
      "seed=7",
      "nodes=5",
      "protocol=roj",
      "level=sim",
      "outcome=valid",
      "expectation=safe-only",
    ]);
  });

  it("fails what was found wrong", () => {
    const { expectation } = aResult(evidence);
    const result = { ...detectedResult(evidence), expectation, asExpected: false };
    const { suite, failures } = casesOf({ result });
    expect(suite?.attributes["failures"]).toBe("5");
    expect(new Set(failures.map(({ type }) => type))).toEqual(new Set(["invalid"]));
  });

  it("passes a must-detect run that was detected, with what was found", () => {
    const { xml, failures } = casesOf({ result: detectedResult(evidence) });
    expect(failures).toEqual([]);
    expect(xml).toContain("found, as expected:");
  });

  it("fails a must-detect run in which nothing fired", () => {
    const { expectation } = detectedResult(evidence);
    const result = aResult(evidence, { expectation, asExpected: false });
    expect(casesOf({ result }).failures).toEqual([
      {
        type: "not-detected",
        message: "The rig failed: this run had to be detected and nothing fired.",
      },
    ]);
  });

  it("makes unknown a failure of that type", () => {
    const reason = { outcome: "unknown", code: "too-few", text: "too few were read" } as const;
    const changes = { outcome: "unknown", asExpected: false, reasons: [reason] } as const;
    const { failures } = casesOf({ result: aResult(evidence, changes) });
    expect(failures.map(({ type }) => type)).toEqual(["unknown", "unknown"]);
    expect(failures[1]?.["message"]).toBe("too few were read");
  });

  it("skips an invariant that checked nothing and a run that was not run", () => {
    const invariants = [{ name: "agreement", checked: 0, violations: [] }];
    expect(casesOf({ result: aResult(evidence, { invariants }) }).skipped).toEqual([
      { message: "checked nothing" },
    ]);
    const result = aResult(evidence, { outcome: "not-run", asExpected: false });
    expect(casesOf({ result }).skipped).toHaveLength(1);
  });

  it("fails on assertions and teardown steps that failed", () => {
    const result = aResult(evidence, {
      assertions: [
        {
          name: "acknowledged-within",
          text: "10 s claimed, 12 s seen",
          holds: false,
          unmet: "unknown",
        },
      ],
      teardown: [{ step: "power off", ok: false, detail: "no answer" }],
    });
    expect(casesOf({ result }).failures.map(({ type }) => type)).toEqual(["assertion", "teardown"]);
  });

  it("reports a run that broke as an error, and adds up over all runs", () => {
    const broken = { scenario: "happy", seed: 3, code: "run.timeout", message: "took too long" };
    const xml = junitXml([broken, { result: aResult(evidence) }]);
    const [all] = elementsOf(xml);
    expect(all?.attributes).toMatchObject({ tests: "9", errors: "1", failures: "0" });
  });

  it("escapes markup and writes out what XML may not hold", () => {
    const text = 'a < b & "c"\u001b[0m \ud800 \ufffe';
    const reasons = [{ outcome: "invalid", code: "x", text }] as const;
    const changes = { outcome: "invalid", asExpected: false, reasons } as const;
    const { failures } = casesOf({ result: aResult(evidence, changes) });
    expect(failures[1]?.["message"]).toBe('a < b & "c"\\x1b[0m \\ud800 \\ufffe');
  });
});
