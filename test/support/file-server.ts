/** A server of one file on 127.0.0.1 that can be told to misbehave. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface FileServerState {
  content: Buffer;
  etag: string | null;
  ranges: "yes" | "no" | "without-if-range";
  /** Cut the connection after so many bytes of each answer. */
  cutAfter: number;
  /** Say nothing more after so many bytes. */
  stallAfter: number;
  /** In place of the file. */
  status: number;
  hasLength: boolean;
}

export interface FileServer {
  readonly url: string;
  readonly state: FileServerState;
  /** The `Range` of each request, or `whole`. */
  readonly requests: string[];
  close(): Promise<void>;
}

export async function fileServer(fields: Partial<FileServerState>): Promise<FileServer> {
  const state: FileServerState = {
    content: Buffer.alloc(0),
    etag: '"one"',
    ranges: "yes",
    cutAfter: Number.POSITIVE_INFINITY,
    stallAfter: Number.POSITIVE_INFINITY,
    status: 200,
    hasLength: true,
    ...fields,
  };
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers.range ?? "whole");
    answer(state, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url: `http://127.0.0.1:${port}/elle-cli.zip`, state, requests, close };
}

function answer(state: FileServerState, request: IncomingMessage, response: ServerResponse): void {
  if (state.status !== 200) {
    response.writeHead(state.status).end("<html>no</html>");
    return;
  }
  const { content, etag } = state;
  const start = firstByte(state, request);
  if (start >= content.length && start > 0) {
    response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
    return;
  }
  const body = content.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    ...(etag === null ? {} : { etag }),
    ...(state.hasLength ? { "content-length": body.length } : {}),
    ...(start > 0
      ? { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` }
      : {}),
  });
  if (body.length <= state.cutAfter && body.length <= state.stallAfter) response.end(body);
  else if (state.stallAfter < state.cutAfter) response.write(body.subarray(0, state.stallAfter));
  else
    response.write(body.subarray(0, state.cutAfter), () =>
      setTimeout(() => response.destroy(), 50),
    );
}

function firstByte({ ranges, etag }: FileServerState, request: IncomingMessage): number {
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  if (range === null || ranges === "no") return 0;
  const known = request.headers["if-range"];
  if (ranges === "yes" && known !== undefined && known !== etag) return 0;
  return Number(range[1]);
}
