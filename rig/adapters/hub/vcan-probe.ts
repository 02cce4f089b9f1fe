/** Whether this kernel lets this user make what level `vcan` needs: tried in a namespace apart. */

import { spawnSync } from "node:child_process";

/** Why not, in one line; null when all is there. */
export function missingForVcan(): string | null {
  if (process.platform !== "linux") return "it needs Linux";
  const link = ["ip", "link", "add", "rigprobe", "type", "vxcan", "peer", "name", "rigpeer"];
  const { status, error, stderr } = spawnSync("unshare", ["--net", ...link], { encoding: "utf8" });
  if (status === 0) return null;
  const said = (error?.message ?? stderr).trim().split("\n")[0] ?? "";
  return `no vxcan pair can be made: ${said === "" ? "no reason given" : said}`;
}
