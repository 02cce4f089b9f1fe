/** A bus that is not set as the bench file has it is named before a frame is sent. */

import { expect, it } from "vitest";
import { busTrouble } from "../../rig/cli/bench/bench-bus.ts";

const RATES = { nominalBitrateBps: 500_000, dataBitrateBps: 2_000_000 };
const BUS = {
  ...{ name: "can", interface: "can0", rates: RATES },
  ...{ samplePercent: 80, dataSamplePercent: 70, restartMs: 0 },
};
const FOUND = {
  ...{ kind: "can", isUp: true, isFd: true, rates: RATES, state: "ERROR-ACTIVE" },
  ...{ samplePercent: 81.2, dataSamplePercent: 70, restartMs: 0 },
};

it.each([
  [{}, null],
  [{ kind: "vcan", rates: null, state: null, samplePercent: null, restartMs: null }, null],
  [{ isUp: false }, "it is down"],
  [{ isFd: false }, "it takes no frames of FD format"],
  [{ state: "BUS-OFF" }, "its controller is BUS-OFF"],
  [
    { rates: { ...RATES, dataBitrateBps: 4_000_000 } },
    "it is set to 500k/4M, the bench file says 500k/2M",
  ],
  [{ samplePercent: 87.5 }, "its sample point is 87.5 %, the bench file says 80 %"],
  [{ dataSamplePercent: 75 }, "its data sample point is 75 %, the bench file says 70 %"],
  [{ restartMs: 100 }, "it restarts after 100 ms, the bench file says never"],
])("with %j: %s", (change, expected) => {
  expect(busTrouble(BUS, { ...FOUND, ...change })).toBe(expected);
});
