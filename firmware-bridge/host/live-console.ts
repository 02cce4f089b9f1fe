/**
 * What a node says, for whoever looks on: console text and frames of the control line told apart,
 * gaps marked. Says nothing itself. When the port goes away, as with a node's supply, it is looked
 * for anew until it is back.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { decodeAnswer } from "../protocol/line.ts";
import type { Transport } from "./transport.ts";

/** `gap`: the port is not there, or is back; what was said meanwhile is lost. */
export type ConsoleKind = "text" | "frame" | "gap";

export interface LiveConsoleOptions {
  readonly open: () => Promise<Transport>;
  readonly line: (kind: ConsoleKind, text: string) => void;
  readonly signal: AbortSignal;
}

const REOPEN_MS = 200;

/** Resolves when the signal is aborted, the port closed; rejects never. */
export async function followConsole({ open, line, signal }: LiveConsoleOptions): Promise<void> {
  /** A reason is told once, however often it is met. */
  let told = "";
  let isFirst = true;
  while (!signal.aborted) {
    try {
      const transport = await open();
      const closed = listenTo(transport, line, signal);
      if (!isFirst) line("gap", `${transport.name} is open`);
      told = "";
      const reason = await closed;
      if (!signal.aborted) line("gap", `${transport.name} went away: ${reason ?? "it was closed"}`);
    } catch (error) {
      const { message } = error as Error;
      if (message !== told) line("gap", message);
      told = message;
    }
    isFirst = false;
    await sleep(REOPEN_MS, null, { signal }).catch(() => undefined);
  }
}

/** Resolves when the port is closed, with the reason where it was not this side. */
function listenTo(
  transport: Transport,
  line: LiveConsoleOptions["line"],
  signal: AbortSignal,
): Promise<string | null> {
  const stop = () => void transport.close();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  return new Promise((resolve) => {
    transport.listen({
      line: (text) => line(decodeAnswer(text) === null ? "text" : "frame", text),
      closed: (reason) => {
        signal.removeEventListener("abort", stop);
        resolve(reason);
      },
    });
  });
}
