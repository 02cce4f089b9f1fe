/**
 * The text of a bench file from what a scan of ports has found. A device is known by the serial
 * number of its USB adapter where that is one of a kind, else by what it says of itself; one that
 * can't be told from another is refused.
 */

export interface FoundPort {
  readonly path: string;
  readonly usb: string | null;
  readonly usbInterface: number | null;
  /** Its answer on the control line; null for none. */
  readonly hello: { readonly firmware: string; readonly serial: string } | null;
}

const POWER_BOARD = "power/";

/** `trouble` says what is ambiguous, or that nothing answered. */
export function scannedBench(
  name: string,
  ports: readonly FoundPort[],
): { readonly text: string } | { readonly trouble: string } {
  const twins = twinsOf(ports);
  if (twins !== null) return { trouble: twins };
  const units = ports.filter((port) => isPowerBoard(port));
  const nodes = ports.filter((port) => !isPowerBoard(port));
  if (nodes.length === 0) return { trouble: "no node was found: expected at least one" };
  const place = (port: FoundPort) => placeOf(port, ports);
  const lines = [
    "# Found by a scan of the ports. It can't see buses, and what switches which supply.",
    `bench: ${quoted(benchName(name))}`,
  ];
  if (units.length > 0) lines.push("power:");
  units.forEach((port, index) => {
    lines.push(`  board-${index + 1}: { kind: rig-power, ${place(port)} }`);
  });
  lines.push("nodes:");
  nodes.forEach((port, index) => {
    const line = port.hello === null ? ", control-line: false" : "";
    lines.push(
      `  - name: ecu${index}`,
      "    power: hand",
      `    console: { ${place(port)}${line} }`,
    );
    if (port.hello !== null) lines.push("    reset: control-line");
  });
  return { text: `${lines.join("\n")}\n` };
}

function isPowerBoard({ hello }: FoundPort): boolean {
  return hello?.firmware.startsWith(POWER_BOARD) === true;
}

/** Two devices with one serial number, or two adapters with one and nothing else to go by. */
function twinsOf(ports: readonly FoundPort[]): string | null {
  const seen = new Map<string, string>();
  for (const { path, usb, usbInterface, hello } of ports) {
    const identities = [
      ...(hello === null ? [] : [`serial number ${hello.serial}`]),
      ...(usb === null || hello !== null ? [] : [`USB adapter ${usb}, port ${usbInterface ?? 0}`]),
    ];
    for (const identity of identities) {
      const other = seen.get(identity);
      if (other !== undefined) {
        return `${other} and ${path} are both ${identity}: expected devices that can be told apart`;
      }
      seen.set(identity, path);
    }
  }
  return null;
}

function placeOf({ path, usb, usbInterface, hello }: FoundPort, ports: readonly FoundPort[]) {
  const same = ports.filter((other) => other.usb === usb && other.path !== path);
  // Cheap adapters all have the same number: then it tells nothing.
  const isUnique = !same.some((other) => other.usbInterface === usbInterface);
  const parts = usb === null || !isUnique ? [`port: ${quoted(path)}`] : [`usb: ${quoted(usb)}`];
  if (usb !== null && isUnique && same.length > 0)
    parts.push(`usb-interface: ${usbInterface ?? 0}`);
  if (hello !== null) parts.push(`serial: ${quoted(hello.serial)}`);
  return parts.join(", ");
}

/** In quotes, since a number would lose its zeros. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** What a name may hold: small letters, digits, hyphens. */
function benchName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return name === "" || name === "suite" ? "bench" : name.slice(0, 60).replace(/-$/, "");
}
