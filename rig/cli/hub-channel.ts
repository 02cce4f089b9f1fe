/** The rig's sockets on CAN interfaces, as the worlds with nodes of their own want them. */

import type { HubChannel } from "../adapters/hub/open-vcan-world.ts";
import { type ChannelOptions, RawChannel } from "../adapters/socketcan/raw-channel.ts";
import type { CanFrame } from "../core/can/frame.ts";

/** One end of a node's vxcan pair. */
export function openChannel(name: string, onFrame: (frame: CanFrame) => void): HubChannel {
  return hubChannel({ name, errorMask: 0, onFrame: ({ frame }) => onFrame(frame) });
}

/** The rig's channel on an interface that all share. */
export function openOwnChannel(name: string, onFrame: (frame: CanFrame) => void): HubChannel {
  return hubChannel({ name, receivesOwn: true, onFrame: ({ frame }) => onFrame(frame) });
}

function hubChannel(options: ChannelOptions): HubChannel {
  const channel = new RawChannel(options);
  return {
    send: (frame) => channel.send([frame]).sent === 1,
    get lost() {
      return channel.lost;
    },
    close: () => channel.close(),
  };
}
