/** `rig serve` as an object: listens, serves API, streams and the web application, and ends. */

import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { RigError } from "../core/verdict/rig-error.ts";
import { makeApp } from "./app.ts";
import { Bench } from "./bench.ts";
import { clusterHandlers } from "./cluster-handlers.ts";
import { Guard, type GuardOptions } from "./guard.ts";
import type { RigParts } from "./parts.ts";
import { runHandlers } from "./run-handlers.ts";
import { StaticFiles } from "./static-files.ts";
import { Streams } from "./streams.ts";

export interface RigServerOptions extends GuardOptions {
  /** 0 for any that is free. */
  readonly port: number;
  readonly parts: RigParts;
  /** Folder of the built web application; null where there is none. */
  readonly webRoot: string | null;
  /** Gets what is nobody's fault but ours. */
  readonly report: (error: unknown) => void;
}

export interface RigServer {
  readonly port: number;
  readonly bench: Bench;
  /** Ends the live run with its teardown, then every connection. */
  close(reason: string): Promise<void>;
}

/** Throws `usage.option` where a token is missing, or the port can't be had. */
export async function startServer(options: RigServerOptions): Promise<RigServer> {
  const { host, port, parts, webRoot, report } = options;
  const guard = new Guard(options);
  const server = createServer();
  const streams = new Streams({ server, guard, report });
  const bench = new Bench(parts, () => streams.wake(), report);
  streams.attach(bench);
  const handlers = {
    ...runHandlers(bench, performance.now()),
    ...clusterHandlers(bench),
  };
  const files = new StaticFiles(webRoot);
  const app = makeApp({ version: parts.version, guard, handlers, files, report });
  server.on("request", getRequestListener(app.fetch, { hostname: host }));
  await listen(server, host, port);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    bench,
    close: async (reason) => {
      await bench.close(reason);
      streams.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? "is taken" : `can't be had (${error.code})`;
      const text = `--port ${port} on ${host} ${why}: expected one that is free`;
      reject(new RigError("usage.option", text, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}
