/**
 * The order in which the nodes applied the transactions of a run, as the checker of registers
 * takes it: a place for each completion, by its index. Nodes name transactions by session and
 * request number, which follow from the order of the clients' invocations.
 */

import { type HistoryTable, INVOKE } from "../history/history-table.ts";
import { REQUEST_MAX } from "./client.ts";

export type RequestName = readonly [client: number, request: number];

/**
 * `slots` has what each slot applied, in their order; `clients` is how many were at work at once.
 * A transaction that was applied twice keeps its first place; one that no node applied has none.
 */
export function commitOrder(
  table: HistoryTable,
  clients: number,
  slots: Iterable<readonly RequestName[]>,
): Map<number, number> {
  const indexes = completionsByRequest(table, clients);
  const places = new Map<number, number>();
  let place = 0;
  for (const requests of slots) {
    for (const [client, request] of requests) {
      const index = indexes.get(nameOf(client, request));
      if (index !== undefined && !places.has(index)) places.set(index, place);
      place++;
    }
  }
  return places;
}

/** Clients take sessions as the interpreter gives them: a new one when its numbers are used up. */
function completionsByRequest(table: HistoryTable, clients: number): Map<number, number> {
  const sessions = Array.from({ length: clients }, (_, client) => client);
  const requests = new Array<number>(clients).fill(0);
  const indexes = new Map<number, number>();
  for (let row = 0; row < table.rows; row++) {
    if (table.type[row] !== INVOKE) continue;
    const client = (table.process[row] as number) % clients;
    if (requests[client] === REQUEST_MAX) {
      requests[client] = 0;
      sessions[client] = Math.max(...sessions) + 1;
    }
    const request = (requests[client] as number) + 1;
    requests[client] = request;
    const completion = table.partner[row] as number;
    if (completion < 0) continue;
    indexes.set(nameOf(sessions[client] as number, request), table.index[completion] as number);
  }
  return indexes;
}

function nameOf(client: number, request: number): number {
  return client * (REQUEST_MAX + 1) + request;
}
