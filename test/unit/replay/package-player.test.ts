/** Where the npm package sends: a frame that no interface takes ends the replay, and says why. */

import { describe, expect, it } from "vitest";
import type { PackageChannel } from "../../../rig/adapters/socketcan/package-channel.ts";
import { PackagePlayer } from "../../../rig/adapters/socketcan/package-player.ts";

const FLAGS = { extended: false, fd: false, brs: false, esi: false, remote: false, error: false };

describe("the player by the npm package", () => {
  it("gives up on an interface that is gone", () => {
    const channel = { send: () => false } as unknown as PackageChannel;
    const player = new PackagePlayer([channel], ["nosuchcan0"]);
    const frame = { id: 1, data: new Uint8Array(), ...FLAGS };
    player.give({ dueNs: 0n, channel: 0, frame, rawDlc: null });
    player.flush();
    expect(player.trouble).toEqual({ code: "ENODEV", channel: 0 });
    player.close();
  });
});
