/**
 * The release of elle-cli that the rig is tested against, as data. The project publishes a ZIP
 * that holds the JAR in a folder.
 */

export const ELLE_CLI = {
  version: "0.1.9",
  url: "https://github.com/ligurio/elle-cli/releases/download/0.1.9/elle-cli-bin-0.1.9.zip",
  jar: "elle-cli-0.1.9-standalone.jar",
} as const;

/** Models that this release knows and the rig as well. */
export const ELLE_CLI_MODELS: readonly string[] = [
  "list-append",
  "rw-register",
  "bank",
  "counter",
  "set",
  "set-full",
  "long-fork",
  "cas-register",
  "mutex",
];
