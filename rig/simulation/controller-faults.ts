/** Limits of the controllers of simulated nodes: receive buffers, mailboxes, resets. */

import type { CanFrame } from "../core/can/frame.ts";
import type { SegmentedBus } from "../core/can/segmented-bus.ts";
import {
  CONTROLLER_FAULT_KINDS,
  type ControllerFaultDetail,
} from "../core/fault/controller-faults.ts";
import type { Fault } from "../core/fault/fault.ts";
import type { FaultFamily } from "../core/fault/fault-family.ts";
import type { StoppableNodes } from "./stop-faults.ts";

type ControllerFault = Extract<Fault, { kind: ControllerFaultDetail["kind"] }>;
type OfKind<K extends ControllerFault["kind"]> = Extract<ControllerFault, { kind: K }>;

/** A watchdog's reset, until the program runs again. */
const RESET_NS = 1_000_000;
/** Of a frame that the program before the reset sent: no program's own, which count from 1. */
const STALE = Number.MIN_SAFE_INTEGER;

interface NodesWithControllers extends Pick<StoppableNodes, "stop" | "release"> {
  after(delayNs: number, act: () => void): void;
  nowNs(): number;
  /** The node's program gets a frame. */
  take(node: number, frame: CanFrame): void;
  /** A frame was lost in the node's receive buffer. */
  overran(node: number): void;
}

interface Sent {
  readonly token: number;
  readonly id: number;
}

export class ControllerFaults implements FaultFamily {
  readonly kinds = CONTROLLER_FAULT_KINDS;
  readonly #bus: Pick<SegmentedBus, "setMailboxes" | "cancel" | "send">;
  readonly #nodes: NodesWithControllers;
  readonly #count: (fault: Fault) => void;
  #active: ControllerFault[] = [];
  /** By node, frames received that its program has not taken. */
  readonly #received = new Map<number, CanFrame[]>();
  /** By node, frames sent that are not through. */
  readonly #sent = new Map<number, Sent[]>();
  /** By node, the frame that its reset leaves in a mailbox. */
  readonly #stale = new Map<number, { readonly fault: Fault; readonly frame: CanFrame }>();
  /** Nodes that come back from such a reset, until they have sent something. */
  readonly #isReset = new Set<number>();

  constructor(
    bus: Pick<SegmentedBus, "setMailboxes" | "cancel" | "send">,
    nodes: NodesWithControllers,
    count: (fault: Fault) => void,
  ) {
    this.#bus = bus;
    this.#nodes = nodes;
    this.#count = count;
  }

  inject(fault: Fault): void {
    if (!isControllerFault(fault)) return;
    this.#active.push(fault);
    if (fault.kind === "mailbox-reorder") this.#setMailboxes(fault.nodes);
  }

  heal(fault: Fault): void {
    if (!isControllerFault(fault)) return;
    this.#active = this.#active.filter((each) => each !== fault);
    if (fault.kind === "mailbox-reorder") this.#setMailboxes(fault.nodes);
    else if (fault.kind === "rx-overrun") {
      for (const node of fault.nodes)
        if (this.#on(node, "rx-overrun") === undefined) this.#flush(node);
    } else {
      for (const node of fault.nodes) {
        if (this.#stale.get(node)?.fault === fault) {
          this.#stale.delete(node);
          this.#isReset.delete(node);
        }
        this.#nodes.release(node, fault);
      }
    }
  }

  /** True when the frame waits in the node's receive buffer, or is lost there. */
  receives(node: number, frame: CanFrame): boolean {
    if (this.#active.length === 0) return false;
    const fault = this.#on(node, "rx-overrun");
    if (fault === undefined) return false;
    const buffer = this.#received.get(node) ?? [];
    this.#received.set(node, buffer);
    if (buffer.length >= fault.depth) {
      this.#nodes.overran(node);
      this.#count(fault);
      return true;
    }
    buffer.push(frame);
    if (buffer.length === 1) this.#takeSoon(node, fault);
    return true;
  }

  /** The node's program handed a frame to its controller. */
  sent(node: number, token: number, frame: CanFrame): void {
    if (this.#active.length === 0) return;
    if (this.#on(node, "mailbox-reorder") !== undefined) {
      this.#sent.set(node, [...(this.#sent.get(node) ?? []), { token, id: frame.id }]);
    }
    const fault = this.#on(node, "stale-mailbox");
    if (fault === undefined || this.#stale.has(node)) return;
    // Later, because the program that is to be reset is at work now.
    this.#stale.set(node, { fault, frame });
    this.#nodes.after(0, () => this.#reset(node, token, fault));
  }

  /** A frame of the node is through. */
  transmitted(node: number, token: number): void {
    const sent = this.#sent.get(node);
    const index = sent?.findIndex((each) => each.token === token) ?? -1;
    if (sent !== undefined && index >= 0) {
      const [{ id }] = sent.splice(index, 1) as [Sent];
      const fault = this.#on(node, "mailbox-reorder");
      const hasOvertaken = sent.slice(0, index).some((each) => each.id === id);
      if (hasOvertaken && fault !== undefined) this.#count(fault);
    }
    const stale = this.#stale.get(node);
    if (stale === undefined || !this.#isReset.has(node)) return;
    this.#isReset.delete(node);
    this.#bus.send(node, stale.frame, STALE, this.#nodes.nowNs());
    this.#count(stale.fault);
  }

  /** The node's program starts: it knows of no frames of its own. */
  booted(node: number): void {
    this.#sent.delete(node);
    this.#received.delete(node);
  }

  #on<K extends ControllerFault["kind"]>(node: number, kind: K): OfKind<K> | undefined {
    return this.#active.find(
      (fault): fault is OfKind<K> => fault.kind === kind && fault.nodes.includes(node),
    );
  }

  #setMailboxes(nodes: readonly number[]): void {
    for (const node of nodes) {
      this.#sent.delete(node);
      this.#bus.setMailboxes(node, this.#on(node, "mailbox-reorder")?.mailboxes);
    }
  }

  #takeSoon(node: number, { busyNs }: OfKind<"rx-overrun">): void {
    const buffer = this.#received.get(node);
    this.#nodes.after(busyNs, () => {
      // Emptied meanwhile: the fault is over, or the node began anew.
      if (buffer === undefined || this.#received.get(node) !== buffer) return;
      const frame = buffer.shift();
      if (frame !== undefined) this.#nodes.take(node, frame);
      const fault = this.#on(node, "rx-overrun");
      if (buffer.length > 0 && fault !== undefined) this.#takeSoon(node, fault);
    });
  }

  #flush(node: number): void {
    const buffer = this.#received.get(node) ?? [];
    this.#received.delete(node);
    for (const frame of buffer) this.#nodes.take(node, frame);
  }

  #reset(node: number, token: number, fault: Fault): void {
    if (this.#stale.get(node)?.fault !== fault) return;
    // Gone already: the next one, then.
    if (!this.#bus.cancel(node, token) || !this.#nodes.stop(node, fault)) {
      this.#stale.delete(node);
      return;
    }
    this.#nodes.after(RESET_NS, () => {
      if (this.#stale.get(node)?.fault !== fault) return;
      this.#isReset.add(node);
      this.#nodes.release(node, fault);
    });
  }
}

function isControllerFault(fault: Fault): fault is ControllerFault {
  return CONTROLLER_FAULT_KINDS.some((kind) => kind === fault.kind);
}
