/**
 * The bus of a bench with the faults that its injectors bring about; all others are left to the
 * adapter of the bus itself. An injector that two faults share is neutral again after both.
 */

import type { Bench } from "../../core/bench/bench.ts";
import { gatewaysOf, injectorFor, withoutInjector } from "../../core/bench/bench-capability.ts";
import type { Fault, FaultKind } from "../../core/fault/fault.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import type { CanBus } from "../../ports/can-bus.ts";
import type { Injector } from "../../ports/injector.ts";
import type { AgentFilters } from "./agent-filters.ts";

/** What carries a fault out in the place of the bus. */
interface Part {
  inject(fault: Fault, signal: AbortSignal): Promise<void>;
  heal(fault: Fault, signal: AbortSignal): Promise<number>;
}

export interface InjectedBusOptions {
  readonly bench: Bench;
  /** Of the run. */
  readonly nodes: number;
  readonly faults: readonly Fault[];
  readonly injector: (name: string) => Promise<Injector>;
  /** Of the boards of the run. */
  readonly filters: AgentFilters;
}

/**
 * Puts the injectors that the faults need in their neutral position first, and those gateways that
 * make one bus of the nodes' interfaces.
 */
export async function withInjectors(bus: CanBus, options: InjectedBusOptions): Promise<CanBus> {
  const { bench, nodes, faults, injector } = options;
  if (bench.injectors.length === 0) return bus;
  const injected = new InjectedBus(bus, options);
  for (const fault of faults) await injected.partFor(fault);
  const ways = gatewaysOf(bench, { nodes, faults });
  for (const name of ways instanceof RigError ? [] : ways) await injector(name);
  return injected;
}

class InjectedBus implements CanBus {
  readonly faultKinds: readonly FaultKind[];
  readonly listenStates?: NonNullable<CanBus["listenStates"]>;
  readonly #bus: CanBus;
  readonly #options: InjectedBusOptions;
  /** By the name of the injector. */
  readonly #parts = new Map<string, Part>();

  constructor(bus: CanBus, options: InjectedBusOptions) {
    this.#bus = bus;
    this.#options = options;
    this.faultKinds = [...bus.faultKinds, ...options.bench.injectors.map(({ fault }) => fault)];
    if (bus.listenStates !== undefined) this.listenStates = bus.listenStates.bind(bus);
  }

  /** Null where the bus itself has to do it. */
  async partFor(fault: Fault): Promise<Part | null> {
    const { bench, injector, filters } = this.#options;
    const settings = injectorFor(bench, fault);
    if (settings === undefined) return null;
    const { name, by } = settings;
    const known = this.#parts.get(name);
    if (known !== undefined) return known;
    if (by === "agents") filters.use(name);
    const part = by === "agents" ? filters : new SharedInjector(await injector(name));
    this.#parts.set(name, part);
    return part;
  }

  send(frame: Parameters<CanBus["send"]>[0]): boolean {
    return this.#bus.send(frame);
  }

  listen(onFrame: Parameters<CanBus["listen"]>[0]): () => void {
    return this.#bus.listen(onFrame);
  }

  state(): ReturnType<CanBus["state"]> {
    return this.#bus.state();
  }

  counters(): ReturnType<CanBus["counters"]> {
    return this.#bus.counters();
  }

  async inject(fault: Fault, onEffect: () => void, signal: AbortSignal): Promise<void> {
    const part = await this.partFor(fault);
    if (part !== null) {
      await part.inject(fault, signal);
      return;
    }
    if (!this.#bus.faultKinds.includes(fault.kind))
      throw withoutInjector(this.#options.bench, fault);
    await this.#bus.inject(fault, onEffect, signal);
  }

  async heal(fault: Fault, signal: AbortSignal): Promise<number> {
    const part = await this.partFor(fault);
    return (part ?? this.#bus).heal(fault, signal);
  }

  close(): Promise<void> {
    return this.#bus.close();
  }
}

/** Faults that have one injector share it. */
class SharedInjector implements Part {
  readonly #injector: Injector;
  readonly #faults = new Set<string>();
  /** Effects that earlier faults had by it. */
  #counted = 0;

  constructor(injector: Injector) {
    this.#injector = injector;
  }

  async inject(fault: Fault, signal: AbortSignal): Promise<void> {
    // Noted first: should it fail half way, healing still makes it neutral.
    this.#faults.add(fault.id);
    await this.#injector.inject(signal, fault);
  }

  async heal({ id }: Fault, signal: AbortSignal): Promise<number> {
    this.#faults.delete(id);
    if (this.#faults.size > 0) return 0;
    const effects = await this.#injector.heal(signal);
    const news = effects - this.#counted;
    this.#counted = effects;
    return news;
  }
}
