import { describe, expect, it } from "vitest";
import { resultJson, resultJsonLine } from "../../../rig/report/json.ts";
import { aResult, partitionEvidence } from "../../support/evidence.ts";

const result = aResult(partitionEvidence());

describe("result.json", () => {
  it("reads back as the result and ends in a newline", () => {
    expect(JSON.parse(resultJson(result))).toEqual(result);
    expect(resultJson(result).endsWith("}\n")).toBe(true);
  });

  it("has its keys in one order, whatever order they came in", () => {
    const turned = Object.fromEntries(Object.entries(result).reverse()) as typeof result;
    const messages = Object.fromEntries(Object.entries(result.messages).reverse());
    expect(resultJson({ ...turned, messages })).toBe(resultJson(result));
  });

  it("comes as one line for batches", () => {
    expect(resultJsonLine(result)).not.toContain("\n");
    expect(JSON.parse(resultJsonLine(result))).toEqual(result);
  });
});
