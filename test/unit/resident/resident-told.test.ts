/** What clients on nodes are told, in words, and which keys they are to read in the end. */

import { describe, expect, it } from "vitest";
import { DeviceRefused } from "../../../firmware-bridge/host/session.ts";
import { BoardClients } from "../../../rig/cli/bench/board-clients.ts";
import {
  commandOfWords,
  type ResidentCommand,
  wordsOfCommand,
} from "../../../rig/core/resident/resident-command.ts";
import { ResidentCourse } from "../../../rig/core/run/resident-course.ts";
import { aResidentPlan } from "../../support/resident-plans.ts";

const READ: ResidentCommand = { kind: "final-reads", keys: [8192, 3, 16383, 4, 5, 6, 7] };

describe("a command to the clients of a node", () => {
  it("is said in words that are understood, and fit a control line", () => {
    for (const kind of ["start", "stop"] as const) {
      expect(wordsOfCommand({ kind })).toEqual([["clients", kind]]);
      expect(commandOfWords([kind])).toEqual({ kind });
    }
    const lines = wordsOfCommand(READ);
    expect(lines.map((words) => words.join(" "))).toEqual([
      "clients read 8192 3 16383 4 5 6",
      "clients read 7",
    ]);
    expect(lines.flatMap((words) => keysOf(commandOfWords(words.slice(1))))).toEqual(keysOf(READ));
  });

  it.each(["", "begin", "start now", "read", "read x", "read 16384", "read 1.5"])(
    'is none in "%s"',
    (text) => expect(commandOfWords(text.split(" "))).toBeNull(),
  );

  it("waits with keys for which a board has no room yet", async () => {
    const asked: string[] = [];
    let isFull = true;
    const line = {
      hello: { boot: 1 } as never,
      request: (words: readonly string[]) => {
        asked.push(words.join(" "));
        if (!isFull) return Promise.resolve({} as never);
        isFull = false;
        const refusal = { mark: "!", sequence: 1, code: "E_FULL", text: "" } as const;
        return Promise.reject(new DeviceRefused("no room", refusal));
      },
    };
    const clients = new BoardClients([{ name: "ecu0", line }], async () => undefined);
    clients.command(0, { kind: "final-reads", keys: [1] });
    clients.command(0, { kind: "stop" });
    await expect.poll(() => asked.length).toBe(3);
    expect(asked).toEqual(["clients read 1", "clients read 1", "clients stop"]);
  });
});

describe("the keys that are read in the end", () => {
  it("are those as well of which a record tells late", () => {
    const plan = aResidentPlan({ seed: 1, nodes: 3 });
    const course = new ResidentCourse(plan, { hostClients: true, processes: 1 });
    const record = { boot: 1, process: 0, localNs: 0, node: 1 } as const;
    const append = (number: number, key: number) =>
      course.note({ ...record, number, kind: "invoke", value: [["append", key, 1]] });
    expect(append(0, 9_000)).toEqual([]);
    course.finalReads();
    expect(append(1, 9_000)).toEqual([]);
    const command = { kind: "final-reads", keys: [9_001] };
    expect(append(2, 9_001)).toEqual([{ kind: "command", node: 1, command }]);
  });
});

function keysOf(command: ResidentCommand | null): readonly number[] {
  return command?.kind === "final-reads" ? command.keys : [];
}
