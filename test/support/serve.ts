/** A real rig server in a process of its own, on a port that is free. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { RigClient } from "../../rig/client.ts";
import { MAIN, temporaryFolder } from "./cli.ts";

export interface ServedRig extends AsyncDisposable {
  readonly url: string;
  readonly client: RigClient;
  readonly outputDir: string;
  readonly child: ReturnType<typeof spawn>;
  /** What it wrote to stderr so far. */
  stderr(): string;
  /** Ends it with this signal; its exit code. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

export async function serveRig(...args: readonly string[]): Promise<ServedRig> {
  const outputDir = temporaryFolder();
  const common = ["serve", "--port", "0", "--json", "--output-dir", outputDir];
  const child = spawn(process.execPath, [MAIN, ...common, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (bytes) => {
    stdout += bytes;
  });
  child.stderr.on("data", (bytes) => {
    stderr += bytes;
  });
  const closed = once(child, "close") as Promise<[number | null]>;
  while (!stdout.includes("\n")) {
    const ended = await Promise.race([closed.then(() => true), once(child.stdout, "data")]);
    if (ended === true) throw new Error(`the server ended: ${stderr}`);
  }
  const { url } = JSON.parse(stdout) as { url: string };
  const token = args[args.indexOf("--token") + 1];
  const options = args.includes("--token") && token !== undefined ? { url, token } : { url };
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const [code] = await closed;
    return code;
  };
  return {
    url,
    client: new RigClient(options),
    outputDir,
    child,
    stderr: () => stderr,
    stop,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) await stop("SIGKILL");
    },
  };
}
