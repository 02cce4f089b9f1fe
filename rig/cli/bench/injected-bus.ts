/**
 * The bus of a bench with the faults that its injectors bring about; all others are left to the
 * adapter of the bus itself. An injector that two faults share is neutral again after both.
 */

import type { Bench } from "../../core/bench/bench.ts";
import { injectorFor, withoutInjector } from "../../core/bench/bench-capability.ts";
import type { Fault, FaultKind } from "../../core/fault/fault.ts";
import type { CanBus } from "../../ports/can-bus.ts";
import type { Injector } from "../../ports/injector.ts";

interface Use {
  readonly injector: Injector;
  readonly faults: Set<string>;
  /** Effects that earlier faults had by it. */
  counted: number;
}

export interface InjectedBusOptions {
  readonly bench: Bench;
  readonly faults: readonly Fault[];
  readonly injector: (name: string) => Promise<Injector>;
}

/** Puts the injectors that the faults need in their neutral position first. */
export async function withInjectors(bus: CanBus, options: InjectedBusOptions): Promise<CanBus> {
  if (options.bench.injectors.length === 0) return bus;
  const injected = new InjectedBus(bus, options);
  for (const fault of options.faults) await injected.partFor(fault);
  return injected;
}

class InjectedBus implements CanBus {
  readonly faultKinds: readonly FaultKind[];
  readonly listenStates?: NonNullable<CanBus["listenStates"]>;
  readonly #bus: CanBus;
  readonly #options: InjectedBusOptions;
  /** By the name of the injector. */
  readonly #uses = new Map<string, Use>();

  constructor(bus: CanBus, options: InjectedBusOptions) {
    this.#bus = bus;
    this.#options = options;
    this.faultKinds = [...bus.faultKinds, ...options.bench.injectors.map(({ fault }) => fault)];
    if (bus.listenStates !== undefined) this.listenStates = bus.listenStates.bind(bus);
  }

  /** Null where the bus itself has to do it. */
  async partFor(fault: Fault): Promise<Use | null> {
    const { bench, injector } = this.#options;
    const settings = injectorFor(bench, fault);
    if (settings === undefined) return null;
    const { name } = settings;
    const known = this.#uses.get(name);
    if (known !== undefined) return known;
    const use = { injector: await injector(name), faults: new Set<string>(), counted: 0 };
    this.#uses.set(name, use);
    return use;
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
    const use = await this.partFor(fault);
    if (use !== null) {
      // Noted first: should it fail half way, healing still makes it neutral.
      use.faults.add(fault.id);
      await use.injector.inject(signal);
      return;
    }
    if (!this.#bus.faultKinds.includes(fault.kind))
      throw withoutInjector(this.#options.bench, fault);
    await this.#bus.inject(fault, onEffect, signal);
  }

  async heal(fault: Fault, signal: AbortSignal): Promise<number> {
    const use = await this.partFor(fault);
    if (use === null) return this.#bus.heal(fault, signal);
    use.faults.delete(fault.id);
    if (use.faults.size > 0) return 0;
    const effects = await use.injector.heal(signal);
    const news = effects - use.counted;
    use.counted = effects;
    return news;
  }

  close(): Promise<void> {
    return this.#bus.close();
  }
}
