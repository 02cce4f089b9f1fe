import { describe, expect, it } from "vitest";
import { progressText } from "../../../rig/report/progress.ts";
import { PLAIN_STYLE } from "../../../rig/report/style.ts";

const progress = {
  operations: 45,
  total: 100,
  acknowledged: 41,
  activeFault: "partition",
  simulatedNs: 3.21e9,
};

describe("the progress line", () => {
  it("shows a bar, the counts, the time and the fault in force", () => {
    const text = progressText(progress, 80, { ...PLAIN_STYLE, unicode: false });
    const figures = " 45/100  41 acknowledged  3.21 s  partition";
    expect(text).toBe(`##############----------------  ${figures}`);
  });

  it("never exceeds the width and gives up what matters least first", () => {
    for (let width = 1; width < 90; width++) {
      expect([...progressText(progress, width)].length).toBeLessThanOrEqual(width);
    }
    expect(progressText(progress, 30)).toContain("41 acknowledged");
    expect(progressText(progress, 30)).not.toContain("partition");
  });

  it("bears a run without operations and one that issued more than planned", () => {
    const none = { ...progress, operations: 0, total: 0, activeFault: null };
    expect(progressText(none, 60)).toContain("0/0");
    expect(progressText({ ...progress, operations: 120 }, 60)).toContain("120/100");
  });
});
