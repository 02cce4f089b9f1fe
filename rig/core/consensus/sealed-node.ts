/**
 * A node of the MAC profile: a protocol core behind a link that seals what leaves and lets in what
 * is authentic. Whoever runs it sees one node core.
 */

import { MacLink, type MacLinkOptions } from "../auth/mac-link.ts";
import type { CanFrame } from "../can/frame.ts";
import { readHeader } from "../wire/header.ts";
import { messageName } from "../wire/message-name.ts";
import type { NodeCore, NodeEffect, NodeEvent } from "./node-core.ts";

type Send = Extract<NodeEffect, { kind: "send" }>;

/** Tokens of frames that sealing adds: far above those of a core. */
const ADDED_TOKENS = 2 ** 40;

export class SealedNode implements NodeCore {
  readonly #core: NodeCore;
  readonly #options: Omit<MacLinkOptions, "boot">;
  readonly #out: NodeEffect[] = [];
  #link: MacLink | null = null;
  #added = 0;

  constructor(core: NodeCore, options: Omit<MacLinkOptions, "boot">) {
    this.#core = core;
    this.#options = options;
  }

  step(event: NodeEvent, timeNs: number): readonly NodeEffect[] {
    this.#out.length = 0;
    if (event.kind === "boot") {
      this.#link = new MacLink({ ...this.#options, boot: event.incarnation });
    }
    if (event.kind === "frame") this.#onFrame(event.frame, timeNs);
    else this.#stepCore(event, timeNs);
    return this.#out;
  }

  #onFrame(frame: CanFrame, timeNs: number): void {
    const opened = this.#link?.open(frame) ?? null;
    if (opened === null) return;
    if ("frames" in opened) {
      for (const each of opened.frames) this.#stepCore({ kind: "frame", frame: each }, timeNs);
      return;
    }
    const { source, refused } = opened;
    const place = { event: "reject", slot: 0, round: 0, digest: null } as const;
    const record = { ...place, source, message: messageName(refused.type), reason: "bad-mac" };
    this.#out.push({ kind: "trace", record });
  }

  #stepCore(event: NodeEvent, timeNs: number): void {
    let message: Send[] = [];
    for (const effect of this.#core.step(event, timeNs)) {
      if (effect.kind !== "send") {
        this.#out.push(effect);
        continue;
      }
      message.push(effect);
      const { fragment, lastFragment } = readHeader(effect.frame.data);
      if (fragment < lastFragment) continue;
      this.#seal(message);
      message = [];
    }
  }

  /** The last frames keep the tokens: a message is out when they are. */
  #seal(message: readonly Send[]): void {
    const sealed = this.#link?.seal(message.map(({ frame }) => frame)) ?? [];
    const added = sealed.length - message.length;
    sealed.forEach((frame, index) => {
      const token = message[index - added]?.token ?? ADDED_TOKENS + ++this.#added;
      this.#out.push({ kind: "send", token, frame });
    });
  }
}
