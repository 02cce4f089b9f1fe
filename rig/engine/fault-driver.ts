/**
 * Carries out the faults of a plan through the ports: each kind belongs to the one port that can
 * do it. It remembers which faults keep which node down, so that it comes back with the last of
 * them, and counts their effects. When a fault strikes is not its business.
 */

import { FAULT_TRAITS, type Fault, type FaultKind } from "../core/fault/fault.ts";
import { POWER_FAULT_KINDS } from "../core/fault/power-faults.ts";
import {
  isPowerFault,
  type PowerFault,
  type PowerStep,
  powerSteps,
} from "../core/fault/power-steps.ts";
import type { RunPlan } from "../core/plan/plan.ts";
import { assert, RigError } from "../core/verdict/rig-error.ts";
import type { World } from "../ports/world.ts";

type NodeFault = Extract<Fault, { readonly nodes: readonly number[] }>;

/** The kinds that this world can inject, each by the port named. */
function portOfKind({ bus, nodes, power }: World): ReadonlyMap<FaultKind, keyof World> {
  const ports = new Map<FaultKind, keyof World>();
  for (const kind of bus.faultKinds) ports.set(kind, "bus");
  for (const kind of nodes.faultKinds) ports.set(kind, "nodes");
  if (power !== undefined) {
    for (const kind of ["power-cut", ...POWER_FAULT_KINDS] as const) ports.set(kind, "power");
  }
  return ports;
}

/** Throws `capability.fault` for a plan with a fault that no port of this world can inject. */
export function refuseImpossibleFaults(plan: RunPlan, world: World): void {
  const ports = portOfKind(world);
  const impossible = plan.faults.find((fault) => !ports.has(fault.kind));
  if (impossible === undefined) return;
  const { id, kind } = impossible;
  const { needs } = FAULT_TRAITS[kind];
  const known = [...ports.keys()].join(", ");
  throw new RigError(
    "capability.fault",
    `level "${plan.level}" can't inject fault "${id}": ${kind} needs ${needs}; ` +
      `expected one of ${known === "" ? "none" : known}`,
    { hint: 'Level "sim" can inject every kind.' },
  );
}

export class FaultDriver {
  readonly #world: World;
  readonly #ports: ReadonlyMap<FaultKind, keyof World>;
  readonly #onFirstEffect: (fault: Fault) => void;
  readonly #effects = new Map<Fault, number>();
  readonly #hadEffect = new Set<Fault>();
  /** By node, the faults that keep it down, and whether each had an effect on it. */
  readonly #holds = new Map<number, Map<Fault, boolean>>();
  readonly #unpowered = new Set<number>();
  readonly #pausedBy = new Map<number, Fault>();
  /** By fault of the supply that goes on in time, what ends it and when it has ended. */
  readonly #cycles = new Map<
    Fault,
    { readonly end: AbortController; readonly work: Promise<void> }
  >();
  readonly #seed: number;
  #injecting: Promise<void> = Promise.resolve();

  constructor(world: World, seed: number, onFirstEffect: (fault: Fault) => void) {
    this.#world = world;
    this.#seed = seed;
    this.#ports = portOfKind(world);
    this.#onFirstEffect = onFirstEffect;
  }

  /** Resolves when the fault is in force. */
  inject(fault: Fault, signal: AbortSignal): Promise<void> {
    const work = this.#inject(fault, signal);
    this.#injecting = work.catch(() => undefined);
    return work;
  }

  /** Resolves when no injection is under way any more, whatever came of it. */
  settled(): Promise<void> {
    return this.#injecting;
  }

  /** Resolves when the fault is out of force, with how often it took effect. Idempotent. */
  async heal(fault: Fault, signal: AbortSignal): Promise<number> {
    if (this.#ports.get(fault.kind) === "bus") return this.#world.bus.heal(fault, signal);
    const cycle = this.#cycles.get(fault);
    this.#cycles.delete(fault);
    cycle?.end.abort();
    await cycle?.work;
    for (const node of nodesOf(fault)) {
      if (this.#pausedBy.get(node) === fault) await this.#resume(fault, node, signal);
      await this.#letGo(fault, node, signal);
    }
    return this.#effects.get(fault) ?? 0;
  }

  async #inject(fault: Fault, signal: AbortSignal): Promise<void> {
    if (this.#ports.get(fault.kind) === "bus") {
      await this.#world.bus.inject(fault, () => this.#tellFirst(fault), signal);
      return;
    }
    if (isPowerFault(fault)) {
      await this.#cycle(fault, signal);
      return;
    }
    for (const node of nodesOf(fault)) {
      // Given up half way: what comes next would run into the healing.
      signal.throwIfAborted();
      if (fault.kind === "pause") await this.#pause(fault, node, signal);
      else await this.#stop(fault, node, signal);
    }
  }

  /** Resolves after the first loss of power; the rest goes on until the fault is healed. */
  async #cycle(fault: PowerFault, signal: AbortSignal): Promise<void> {
    const steps = powerSteps(fault, this.#seed);
    const { clock } = this.#world;
    const startNs = clock.nowNs();
    const end = new AbortController();
    const take = async ({ nodes, hasPower }: PowerStep, abort: AbortSignal) => {
      // Together, as their supply goes.
      const turn = (node: number) =>
        hasPower ? this.#letGo(fault, node, abort) : this.#stop(fault, node, abort);
      await Promise.all(nodes.map(turn));
    };
    const goOn = async () => {
      for (const step of steps) {
        await clock.sleepUntil(startNs + step.atNs, end.signal);
        if (end.signal.aborted) return;
        try {
          await take(step, end.signal);
        } catch (error) {
          // Healing has cut it short, and puts right what was left half done.
          if (!end.signal.aborted) throw error;
          return;
        }
      }
    };
    const first = steps.next();
    if (first.done !== true) await take(first.value, signal);
    const work = goOn();
    // Healing tells what became of it.
    work.catch(() => undefined);
    this.#cycles.set(fault, { end, work });
  }

  async #stop(fault: Fault, node: number, signal: AbortSignal): Promise<void> {
    const others = this.#holdsOf(node);
    const isDown = others.size > 0;
    // Noted first: should the deed fail half way, healing still brings the node back.
    others.set(fault, false);
    const isStruck =
      fault.kind !== "crash"
        ? await this.#cutPower(node, signal)
        : await this.#world.nodes.kill(node, signal);
    others.set(fault, isStruck);
    if (isStruck) this.#count(fault, 1);
    // It was down for a reason of its own, which healing this must not end.
    else if (!isDown) others.delete(fault);
    const pause = this.#pausedBy.get(node);
    if (pause !== undefined) await this.#resume(pause, node, signal);
  }

  /** False when the node had no power. */
  async #cutPower(node: number, signal: AbortSignal): Promise<boolean> {
    const { power } = this.#world;
    assert(power !== undefined, "a power cut was let through where there is no power switch");
    if ((await power.state(node, signal)) === "off") return false;
    this.#unpowered.add(node);
    await power.off(node, signal);
    const state = await power.state(node, signal);
    if (state === "on") {
      throw new RigError("bench.trouble", `node ${node} still has power after it was cut`);
    }
    return true;
  }

  #holdsOf(node: number): Map<Fault, boolean> {
    const holds = this.#holds.get(node) ?? new Map<Fault, boolean>();
    this.#holds.set(node, holds);
    return holds;
  }

  /** Power comes back with the program, since a program starts by itself once it has power. */
  async #letGo(fault: Fault, node: number, signal: AbortSignal): Promise<void> {
    const holds = this.#holdsOf(node);
    if (!holds.has(fault)) return;
    const others = [...holds].filter(([each]) => each !== fault);
    if (others.length === 0) await this.#restart(node, signal);
    holds.delete(fault);
    for (const [other, hadEffect] of others) {
      if (!hadEffect) this.#count(other, 1);
      holds.set(other, true);
    }
  }

  async #restart(node: number, signal: AbortSignal): Promise<void> {
    const { nodes, power } = this.#world;
    if (this.#unpowered.has(node)) await power?.on(node, signal);
    this.#unpowered.delete(node);
    await nodes.boot(node, signal);
  }

  async #pause(fault: Fault, node: number, signal: AbortSignal): Promise<void> {
    if (this.#holdsOf(node).size > 0 || this.#pausedBy.has(node)) return;
    this.#pausedBy.set(node, fault);
    await this.#world.nodes.pause(node, () => this.#tellFirst(fault), signal);
  }

  /** Also when the node was stopped meanwhile: what was held until then counts. */
  async #resume(fault: Fault, node: number, signal: AbortSignal): Promise<void> {
    this.#count(fault, await this.#world.nodes.resume(node, signal));
    this.#pausedBy.delete(node);
  }

  #count(fault: Fault, effects: number): void {
    if (effects === 0) return;
    this.#effects.set(fault, (this.#effects.get(fault) ?? 0) + effects);
    this.#tellFirst(fault);
  }

  #tellFirst(fault: Fault): void {
    if (this.#hadEffect.has(fault)) return;
    this.#hadEffect.add(fault);
    this.#onFirstEffect(fault);
  }
}

function nodesOf(fault: Fault): readonly number[] {
  assert("nodes" in fault, `a ${fault.kind} was given to the nodes' ports`);
  return (fault satisfies NodeFault).nodes;
}
