import { describe, expect, it } from "vitest";
import { consoleReport } from "../../../rig/report/console.ts";
import { COLOUR_STYLE, PLAIN_STYLE, type Style } from "../../../rig/report/style.ts";
import { anEvidence, aResult, detectedResult, partitionEvidence } from "../../support/evidence.ts";

const evidence = partitionEvidence();
const options = {
  folder: "results/partition/20261121T070000Z-7",
  repeat: "rig run --scenario partition --nodes 5 --seed 7",
};

describe("the end of a run on the console", () => {
  it("says the verdict first and whether it was expected", () => {
    const text = consoleReport(aResult(evidence), evidence, { ...options, width: 96 });
    expect(text).toMatch(/^VALID, as expected {3}partition: 5 nodes, protocol roj, level sim, /);
  });

  it("fits on a screen of 80 and of 100 columns, at most 40 lines high", () => {
    for (const width of [80, 100, 250]) {
      for (const result of [aResult(evidence), detectedResult(evidence)]) {
        const lines = consoleReport(result, evidence, { ...options, width }).split("\n");
        expect(lines.length).toBeLessThanOrEqual(41);
        for (const line of lines)
          expect([...line].length).toBeLessThanOrEqual(Math.min(width, 100));
      }
    }
  });

  it("says what ended a run to the last word", () => {
    const words = Array.from({ length: 40 }, (_, at) => `word${at}`).join(" ");
    const reasons = [{ outcome: "not-run", code: "failed-bench", text: words }] as const;
    const text = consoleReport({ ...aResult(evidence), reasons }, evidence, options);
    expect(text.replace(/\s+/g, " ")).toContain(`not-run: ${words} `);
  });

  it("says less of everything when there is too much for a screen", () => {
    const many = <T>(thing: T) => Array.from({ length: 20 }, () => thing);
    const detected = detectedResult(evidence);
    const [anomaly] = detected.check.anomalies;
    const [fault] = detected.faults;
    const [reason] = detected.reasons;
    const invariant = { name: "agreement", checked: 9, violations: many("nodes differ") };
    const result = {
      ...detected,
      reasons: many(reason ?? ({ outcome: "invalid", code: "x", text: "x" } as const)),
      check: { ...detected.check, anomalies: anomaly === undefined ? [] : many(anomaly) },
      faults: fault === undefined ? [] : many(fault),
      invariants: [...detected.invariants, invariant],
    };
    const text = consoleReport(result, evidence, options);
    expect(text.split("\n").length).toBeLessThanOrEqual(41);
    expect(text).toContain("and 17 reasons more");
    expect(text).toContain("and 18 faults more");
  });

  it("gives counts, latency, faults with their effects, invariants, folder and command", () => {
    const text = consoleReport(aResult(evidence), evidence, options);
    expect(text).toMatch(/ {2}all +120 +84 +0 +36 +70\.0\n/);
    expect(text).toMatch(/ {2}during faults +40 +4 +0 +36 +10\.0\n/);
    expect(text).toMatch(/Latency .*p50 17\.0 ms .*p99 28\.1 ms/);
    expect(text).toContain("partition 0 1 | 2 3 4  51.1 ms to 1.28 s  412 deliveries withheld");
    expect(text).toContain("Propose 140, Vote 612, Commit 133");
    expect(text).toContain("4 invariants held");
    expect(text).toContain(`Evidence    ${options.folder}\n`);
    expect(text.endsWith(`Repeat      ${options.repeat}\n`)).toBe(true);
  });

  it("draws the acknowledgements over time with the fault below them", () => {
    const lines = consoleReport(aResult(evidence), evidence, options).split("\n");
    const at = lines.findIndex((line) => line.startsWith("Course"));
    expect(lines[at]).toContain("█");
    expect(lines[at + 1]).toContain("━━ partition ━━");
  });

  it("explains anomalies and broken invariants of an invalid run", () => {
    const text = consoleReport(detectedResult(evidence), evidence, { ...options, width: 100 });
    expect(text).toMatch(/^INVALID, as expected/);
    expect(text).toContain("the rig found it");
    expect(text).toContain("G1c: Operation 41 read what operation 38 appended");
    expect(text).toContain("agreement: nodes 0 and 3 decided differently in slot 12");
  });

  it("calls it a failure of the rig when nothing fired that had to", () => {
    const missed = { ...detectedResult(evidence), outcome: "valid", asExpected: false } as const;
    const text = consoleReport(missed, evidence, options);
    expect(text).toMatch(/^VALID, NOT AS EXPECTED/);
    expect(text).toContain("The rig failed");
  });

  it("says in the first line that the record is partial", () => {
    const partial = anEvidence({ partial: "interrupted" });
    const result = aResult(partial, { outcome: "unknown", asExpected: false });
    const [first] = consoleReport(result, partial, options).split("\n");
    expect(first).toMatch(/^PARTIAL RECORD: UNKNOWN, NOT AS EXPECTED/);
  });

  it("warns of a fault that took no effect", () => {
    const idle = { ...evidence, faults: evidence.faults.map((f) => ({ ...f, effects: 0 })) };
    expect(consoleReport(aResult(idle), idle, options)).toContain("took no effect");
  });

  it("is plain unless colour is asked for, and the same text with it", () => {
    const plain = consoleReport(aResult(evidence), evidence, options);
    expect(plain).not.toContain("\u001b");
    const coloured = { ...options, style: COLOUR_STYLE };
    expect(consoleReport(aResult(evidence), evidence, coloured)).toMatch(/^\S+32mVALID/);
    const quoting: Style = { unicode: true, paint: (_tone, text) => `<${text}>` };
    const quoted = consoleReport(aResult(evidence), evidence, { ...options, style: quoting });
    expect(quoted.replaceAll(/[<>]/g, "").replaceAll(/ +\n/g, "\n")).toBe(plain);
  });

  it("keeps to ASCII where the terminal shows no more", () => {
    const style = { ...PLAIN_STYLE, unicode: false };
    const text = consoleReport(detectedResult(evidence), evidence, { ...options, style });
    expect(text).toMatch(/^[\n -~]*$/);
  });

  it("says when frames were dropped", () => {
    const bus = { ...aResult(evidence).bus, dropped: 3 };
    const text = consoleReport(aResult(evidence, { bus }), evidence, options);
    expect(text).toContain("dropped: 3 frames for want of room");
  });

  it("lets no node repaint the terminal", () => {
    const reasons = [{ outcome: "invalid", code: "x", text: "\u001b[2Jboo" }] as const;
    const text = consoleReport(aResult(evidence, { reasons }), evidence, options);
    expect(text).not.toContain("\u001b");
  });
});
