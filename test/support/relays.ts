/** What the pins of an emulated power board did, as its emulator saw them in the port register. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** `ecu0: on`, `ecu0: off` in order; `folder` is the TMPDIR of the rig that had the bench. */
export function relaysIn(folder: string): readonly string[] {
  const [own] = readdirSync(folder).filter((name) => name.startsWith("rig-benches-"));
  if (own === undefined) return [];
  const [bench = ""] = readdirSync(join(folder, own));
  const path = join(folder, own, bench, "emulator.log");
  const log = existsSync(path) ? readFileSync(path, "utf8") : "";
  return log.match(/ecu\d: (?:on|off)$/gm) ?? [];
}
