/** `rig serve`: the rig as a service and as a page, until it is interrupted. */

import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { Argv } from "yargs";
import { PORT_DEFAULT } from "../../core/api/index.ts";
import { EXIT, type ExitCode } from "../../core/verdict/exit-code.ts";
import { RigError } from "../../core/verdict/rig-error.ts";
import { type RigServer, startServer } from "../../server/rig-server.ts";
import type { Command, GlobalArguments } from "../command.ts";
import { reportError } from "../exit.ts";
import { Interrupts } from "../interrupts.ts";
import { wholeNumber } from "../numbers.ts";
import { rigParts } from "../serve/rig-parts.ts";

interface ServeArguments extends GlobalArguments {
  readonly host: string;
  readonly port?: string | undefined;
  readonly token?: string | undefined;
  readonly "allow-origin"?: readonly string[] | undefined;
}

const PORT_MAX = 65_535;

export const serveCommand: Command = {
  register(yargs, finish) {
    return yargs.command(
      "serve",
      "Serve the API, the streams and the page of this rig",
      (args: Argv<GlobalArguments>) =>
        args
          .option("host", { string: true, default: "127.0.0.1", describe: "Address to listen on" })
          .option("port", {
            string: true,
            describe: `Port to listen on; 0 for any that is free [default: ${PORT_DEFAULT}]`,
          })
          .option("token", {
            string: true,
            describe: "Bearer token to ask for, needed beyond loopback [default: RIG_TOKEN]",
          })
          .option("allow-origin", {
            string: true,
            array: true,
            describe: "Foreign origin whose pages may use this rig, such as https://lab.example",
          })
          .example("$0 serve", `then open http://127.0.0.1:${PORT_DEFAULT}/elle`),
      (args) => finish(() => serve(args)),
    );
  },
};

async function serve(args: ServeArguments): Promise<ExitCode> {
  const { host, json, quiet } = args;
  const outputDir = args["output-dir"];
  const interrupts = new Interrupts();
  try {
    const server = await startServer({
      host,
      port: portOf(args.port),
      token: args.token ?? process.env["RIG_TOKEN"],
      allowOrigins: args["allow-origin"] ?? [],
      parts: rigParts(outputDir),
      webRoot: dirname(createRequire(import.meta.url).resolve("#page")),
      report: reportError,
    });
    const url = `http://${host.includes(":") ? `[${host}]` : host}:${server.port}`;
    if (json) process.stdout.write(`${JSON.stringify({ url, outputDir })}\n`);
    else if (!quiet) process.stdout.write(`rig: listening on ${url}, results in ${outputDir}\n`);
    return await untilInterrupted(server, interrupts);
  } finally {
    interrupts.stop();
  }
}

async function untilInterrupted(server: RigServer, interrupts: Interrupts): Promise<ExitCode> {
  await aborted(interrupts.signal);
  const { run } = server.bench;
  const wasLive = run?.isLive === true;
  interrupts.urgent.addEventListener("abort", () => run?.urgent.abort(interrupts.urgent.reason));
  await server.close(String(interrupts.signal.reason));
  if (!wasLive) return EXIT.valid;
  process.stderr.write(`rig: interrupted; run ${run.id} was ended, its folder is partial\n`);
  return run.isRestored ? EXIT.interrupted : EXIT.interruptedNotRestored;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve());
  });
}

function portOf(text: string | undefined): number {
  const port = wholeNumber("--port", text) ?? PORT_DEFAULT;
  if (port <= PORT_MAX) return port;
  throw new RigError(
    "usage.option",
    `--port is ${port}: expected a whole number from 0 to ${PORT_MAX}`,
  );
}
