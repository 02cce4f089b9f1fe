/** Errors on the bus that no fault of the plan explains leave a run unknown. */

import { expect, it } from "vitest";
import { makePlan } from "../../../rig/core/plan/make-plan.ts";
import { busHealthReasons } from "../../../rig/core/verdict/bus-health.ts";

const NONE = { frames: 9, busyNs: 9, delivered: 9, withheld: 0, dropped: 0, duplicates: 0 };
const SICK = { ...NONE, errorFrames: 2, busOffs: 1 };

it.each([
  ["happy", 1],
  ["partition", 1],
  ["bit-error", 0],
  ["leader-crash", 0],
])("of %s with errors has %d reasons against it", (scenario, count) => {
  const plan = makePlan({ scenario, seed: 1 });
  const reasons = busHealthReasons({ plan, bus: SICK });
  expect(reasons).toHaveLength(count);
  if (count > 0) expect(reasons[0]).toMatchObject({ outcome: "unknown", code: "bus-unhealthy" });
  expect(busHealthReasons({ plan, bus: { ...NONE, errorFrames: 0, busOffs: 0 } })).toEqual([]);
});
