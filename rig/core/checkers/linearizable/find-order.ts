/**
 * Looks for an order of the steps in two ways: first for one order straight ahead, which is fast
 * where there is one, and if that takes too long, front by front, which proves fast that there is
 * none. Both are complete, so either answer counts.
 */

import { FrontierSearch } from "./frontier-search.ts";
import { OrderSearch } from "./order-search.ts";
import type { SearchResult } from "./search-result.ts";
import type { Timeline } from "./timeline.ts";

/** An order that is not found by then is seldom found later; and what was seen takes memory. */
const MOST_STEPS_AHEAD = 50_000_000;

export function findOrder(timeline: Timeline, budget: number): SearchResult {
  const ahead = new OrderSearch(timeline, Math.min(Math.ceil(budget / 2), MOST_STEPS_AHEAD)).run();
  if (ahead.kind !== "gave-up") return ahead;
  const fronts = new FrontierSearch(timeline, budget - ahead.searchSteps).run();
  const better = fronts.kind === "gave-up" && fronts.placed < ahead.placed ? ahead : fronts;
  return {
    ...better,
    searchSteps: ahead.searchSteps + fronts.searchSteps,
    configurations: ahead.configurations + fronts.configurations,
  };
}
