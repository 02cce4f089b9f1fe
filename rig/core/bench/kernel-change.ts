/**
 * Changes to the machine's network that outlive the rig: rules of the kernel's CAN gateway, and
 * interfaces that were set down. They are noted before they are made, so that whoever takes the
 * bench after a rig that was killed can undo them.
 */

/** A rule of the CAN gateway, in the words of `cangw`. */
export interface GatewayRule {
  readonly from: string;
  readonly to: string;
  /** For frames of FD format, or for the others. */
  readonly isFd: boolean;
  /** Arbitration IDs: `123:7FF` those that match, `123~7FF` the others; left out, all. */
  readonly filter?: string | undefined;
  readonly modify?: string | undefined;
}

export type KernelChange =
  | { readonly by: "gateway"; readonly rule: GatewayRule }
  /** The interface was set down. */
  | { readonly by: "link"; readonly interface: string };

/** Of several changes, each once: `gateway from can0 to can1 (3 rules), interface can1 down`. */
export function changesText(changes: readonly KernelChange[]): string {
  const counts = new Map<string, number>();
  for (const change of changes) {
    const text =
      change.by === "gateway"
        ? `gateway from ${change.rule.from} to ${change.rule.to}`
        : `interface ${change.interface} down`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => (count > 1 ? `${text} (${count})` : text)).join(", ");
}
