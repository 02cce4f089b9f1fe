/**
 * How a node's program says what it does and is told what its clients shall do: JSON lines out and
 * lines of words in for a rig that has started it, or the control line of a board, on the same
 * standard streams.
 */

import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { NodeDevice, RESTARTS } from "../../firmware-bridge/emulator/node-device.ts";
import { encodeNote, isNote } from "../../firmware-bridge/protocol/agent-history.ts";
import { encodeClientRecord } from "../../firmware-bridge/protocol/client-record.ts";
import type { CanFrame } from "../core/can/frame.ts";
import type { NodeRecord } from "../core/consensus/node-core.ts";
import type { NodeHistoryRecord } from "../core/history/node-history.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import { commandOfWords, type ResidentCommand } from "../core/resident/resident-command.ts";
import { sourceOfId } from "../core/wire/identifier.ts";
import type { LinkEvent } from "../ports/bus-link.ts";
import { settingsOf } from "./node-settings.ts";

export interface NodeVoice {
  record(record: NodeRecord): void;
  /** Of the clients that live on the node. */
  history(record: NodeHistoryRecord): void;
  ready(): void;
  /** What came from the bus, before the node has it; false where the node is not to have it. */
  hears(event: LinkEvent): boolean;
}

type OnCommand = (command: ResidentCommand) => void;

export function jsonVoice(boot: number, onCommand: OnCommand): NodeVoice {
  const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
  return {
    record: (record) => say({ type: "record", boot, record }),
    history: (record) => say({ type: "history", record }),
    ready: () => {
      say({ type: "ready", boot });
      // It ends with the bus, whoever still holds its standard input.
      (process.stdin as Partial<Socket>).unref?.();
      createInterface({ input: process.stdin }).on("line", (line) => {
        const [verb, ...words] = line.split(" ");
        if (verb === "clients") tell(onCommand, words);
      });
    },
    hears: () => true,
  };
}

/** False where the words say nothing. */
function tell(onCommand: OnCommand, words: readonly string[]): boolean {
  const command = commandOfWords(words);
  if (command !== null) onCommand(command);
  return command !== null;
}

export interface VoiceOfBoard {
  readonly plan: RunPlan;
  readonly node: number;
  /** The board's serial number. */
  readonly serial: string;
  readonly boot: number;
}

export function boardVoice(board: VoiceOfBoard, onCommand: OnCommand): NodeVoice {
  const { plan, node, serial, boot } = board;
  const start = performance.now();
  let can = "st=active tec=0 rec=0";
  const device = new NodeDevice({
    firmware: `${plan.protocol}-node/1.0`,
    serial,
    boot,
    settings: settingsOf(plan, node),
    send: (text) => process.stdout.write(text),
    uptimeMs: () => Math.round(performance.now() - start),
    canState: () => can,
    onReset: () => process.exit(RESTARTS),
    onClients: (words) => plan.residents !== undefined && tell(onCommand, words),
  });
  return {
    record(record) {
      if (isNote(record)) device.note(encodeNote(record));
    },
    history: (record) => device.note(encodeClientRecord(record)),
    ready() {
      process.stdin.on("data", (bytes) => device.feed(bytes));
      process.stdout.write(`node ${node} runs ${plan.protocol}, start ${boot}\n`);
    },
    hears(event) {
      if (event.kind === "frame") return isHeard(device, event.frame);
      if (event.kind !== "bus-state") return true;
      const state = { "error-active": "active", "error-passive": "passive", "bus-off": "off" };
      can = `st=${state[event.state]} tec=${event.tec} rec=${event.rec}`;
      return true;
    },
  };
}

/** What is no frame of a node is heard whatever the filter is. */
export function isHeard(
  device: Pick<NodeDevice, "hears">,
  { id, extended, remote, error }: CanFrame,
): boolean {
  return extended || remote || error || device.hears(sourceOfId(id));
}
