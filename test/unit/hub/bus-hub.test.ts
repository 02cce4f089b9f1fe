/** The hub's bus: each fault that it can make takes effect on it, and nodes learn their state. */

import { describe, expect, it } from "vitest";
import { BusHub, type HubNode } from "../../../rig/adapters/hub/bus-hub.ts";
import { HUB_FAULT_KINDS } from "../../../rig/adapters/hub/hub-faults.ts";
import { type ErrorState, errorCountersOf } from "../../../rig/core/can/error-confinement.ts";
import { stateFrame, stateOfErrorFrame } from "../../../rig/core/can/error-frame.ts";
import type { CanFrame } from "../../../rig/core/can/frame.ts";
import { FAULT_TRAITS, type Fault, type FaultKind } from "../../../rig/core/fault/fault.ts";
import { makePlan } from "../../../rig/core/plan/make-plan.ts";
import { expandFaults } from "../../../rig/core/plan/scenario.ts";
import { SCENARIOS } from "../../../rig/core/plan/scenarios.ts";
import { NS_PER_MS } from "../../../rig/core/time/time.ts";
import { FrameMaker, TO_ALL } from "../../../rig/core/wire/header.ts";
import { CLASS, makeId } from "../../../rig/core/wire/identifier.ts";
import { TYPE } from "../../../rig/core/wire/roj-message.ts";

const NODES = 5;
const TYPES = [TYPE.propose, TYPE.vote, TYPE.confirm, TYPE.value];
const HOST = 14;

const SIZE = { nodes: NODES, operations: 1 };

const BACKGROUND: Fault = {
  id: "background",
  kind: "background",
  start: { atNs: 0 },
  load: 0.05,
  frames: ["(0.001000) can0 00000123#11223344", "(0.002000) can0 00000124##100"],
  periodNs: 5 * NS_PER_MS,
};

/** The faults of a scenario in which this kind comes first, or some: it may need the others. */
function faultsWith(kind: FaultKind): { readonly fault: Fault; readonly others: readonly Fault[] } {
  const lists = SCENARIOS.map(({ faults }) => expandFaults(faults, SIZE))
    .filter((faults) => faults.some((each) => each.kind === kind))
    .sort((a, b) => a.length - b.length);
  // The frames of a trace are in no scenario: the user brings them.
  const [list = kind === "background" ? [BACKGROUND] : []] = lists;
  const fault = list.find((each) => each.kind === kind);
  if (fault === undefined) throw new Error(`no scenario has a ${kind}`);
  return { fault, others: list.filter((each) => each !== fault) };
}

/** Healing a fault that is not in force has the hub catch up, and nothing else. */
const NO_FAULT: Fault = { id: "none", kind: "loss", nodes: [], probability: 0, start: { atNs: 0 } };

/** A hub whose time is set by hand, with nodes that send what protocols send. */
function openHub() {
  let nowNs = 0;
  let paceNs = 0;
  const plan = makePlan({ scenario: "happy", seed: 1, nodes: NODES, level: "process" });
  const states: (readonly [number | "host", ErrorState])[] = [];
  const told: ErrorState[] = [];
  const look = () => {
    nowNs += paceNs;
    return nowNs;
  };
  const clock = { nowNs: look, sleepUntil: () => Promise.resolve() };
  const hub = new BusHub({ plan, clock, supply: { cut: () => true, restore() {} } });
  const peer: HubNode = {
    frame() {},
    transmitted() {},
    aborted() {},
    busState: ({ state }) => told.push(state),
    errorFrame() {},
  };
  for (let node = 0; node < NODES; node++) hub.attach(node, peer);
  hub.listenStates((node, { state }) => states.push([node, state]));
  const makers = Array.from({ length: NODES }, () => new FrameMaker(1));
  let turn = 0;
  return {
    hub,
    states,
    told,
    /** Has time pass with each look at the clock. */
    setPace(ns: number) {
      paceNs = ns;
    },
    /** So many milliseconds pass, and then somebody asks for the bus. */
    wait(ms: number) {
      nowNs += ms * NS_PER_MS;
      hub.heal(NO_FAULT);
    },
    /** Each node sends a message, and a while passes. */
    round() {
      const type = TYPES[turn++ % TYPES.length] as number;
      makers.forEach((maker, node) => {
        const id = makeId(CLASS.proposal, 0, node);
        const envelope = { id, type, count: 0, destination: TO_ALL };
        const send = (frame: CanFrame) => void hub.send(node, frame, turn);
        maker.frames(envelope, new Uint8Array(20), 20, send);
      });
      nowNs += 2 * NS_PER_MS;
      hub.send(HOST, { ...aFrame(), id: makeId(CLASS.request, 0, HOST) }, 0);
    },
  };
}

function aFrame(): CanFrame {
  const flags = { extended: false, fd: true, brs: true, esi: false, remote: false, error: false };
  return { id: 0, ...flags, data: new Uint8Array(8) };
}

describe("the hub", () => {
  it.each(HUB_FAULT_KINDS)("makes %s take effect, until it is healed", (kind) => {
    const { hub, round } = openHub();
    const { fault, others } = faultsWith(kind);
    let told = 0;
    for (const other of others) hub.inject(other, () => undefined);
    hub.inject(fault, () => told++);
    for (let rounds = 0; rounds < 2_000 && told === 0; rounds++) round();
    expect(told).toBe(1);
    const effects = hub.heal(fault);
    expect(effects).toBeGreaterThan(0);
    for (let rounds = 0; rounds < 200; rounds++) round();
    expect(hub.heal(fault)).toBe(effects);
    hub.close();
  });

  it("can make what the table of levels says", () => {
    for (const kind of HUB_FAULT_KINDS) {
      expect(FAULT_TRAITS[kind].levels).toEqual(expect.arrayContaining(["process", "vcan"]));
    }
  });

  it("tells a node that goes bus-off, lets it come back, and counts", () => {
    const { hub, round, states, told } = openHub();
    const fault: Fault = { id: "off", kind: "bus-off", nodes: [2], start: { atNs: 0 } };
    const errors: CanFrame[] = [];
    hub.listen((frame) => frame.error && errors.push(frame));
    hub.inject(fault, () => undefined);
    for (let rounds = 0; rounds < 20; rounds++) round();
    hub.heal(fault);
    for (let rounds = 0; rounds < 20; rounds++) round();
    expect(told.slice(0, 2)).toEqual(["error-passive", "bus-off"]);
    expect(states.slice(0, 2)).toEqual([
      [2, "error-passive"],
      [2, "bus-off"],
    ]);
    expect(hub.controller(2).busOffs).toBeGreaterThan(0);
    expect(hub.controller(2).state).not.toBe("bus-off");
    expect(hub.counters().errorFrames).toBe(errors.length);
    expect(errors.length).toBeGreaterThan(30);
    hub.close();
  });

  const STARVED: Fault = { id: "deaf", kind: "ack-starvation", nodes: [0], start: { atNs: 0 } };

  it("repeats a frame that nobody acknowledges as often as programs can read it", () => {
    const { hub, wait } = openHub();
    hub.inject(STARVED, () => undefined);
    hub.send(0, aFrame(), 1);
    for (let ms = 0; ms < 300; ms++) wait(1);
    // A real bus could carry some two thousand.
    expect(hub.heal(STARVED)).toBeLessThan(250);
    expect(hub.counters().errorFrames).toBeGreaterThan(80);
    hub.close();
  });

  it("is slower than a real bus where the machine can't follow", () => {
    const { hub, wait, setPace } = openHub();
    hub.inject(STARVED, () => undefined);
    hub.send(0, aFrame(), 1);
    setPace(NS_PER_MS);
    wait(10_000);
    const { errorFrames } = hub.counters();
    expect(errorFrames).toBeGreaterThan(10);
    expect(errorFrames).toBeLessThan(150);
    hub.close();
  });

  it("says a controller's state in an error frame as SocketCAN has it", () => {
    for (const [transmit, receive] of [
      [0, 0],
      [130, 3],
      [256, 0],
    ] as const) {
      const { state, tec, rec } = errorCountersOf(transmit, receive);
      const told = stateOfErrorFrame(stateFrame({ state, tec, rec }));
      expect(told).toEqual({ state, tec: Math.min(tec, 255), rec });
    }
    expect(stateFrame(errorCountersOf(256, 0)).id).toBe(0x240);
    expect([...stateFrame(errorCountersOf(130, 3)).data]).toEqual([0, 0x30, 0, 0, 0, 0, 130, 3]);
  });
});
