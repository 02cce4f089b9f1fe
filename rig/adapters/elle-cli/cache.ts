/** Where the JAR of elle-cli lies unless somebody says otherwise: the user's cache folder. */

import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { ELLE_CLI } from "./release.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** As the XDG base directory specification has it: a relative XDG_CACHE_HOME doesn't count. */
export function cacheFolder(environment: Environment): string {
  const named = environment["XDG_CACHE_HOME"];
  if (named !== undefined && isAbsolute(named)) return join(named, "canfd-rig");
  const local = environment["LOCALAPPDATA"];
  if (process.platform === "win32" && local !== undefined) return join(local, "canfd-rig");
  return join(homedir(), ".cache", "canfd-rig");
}

export function defaultJar(environment: Environment): string {
  return join(cacheFolder(environment), ELLE_CLI.jar);
}
