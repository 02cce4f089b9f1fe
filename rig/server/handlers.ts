/** What a handler of a route gets and gives. */

import type { RouteName, RouteOutput, RouteRequest, Routes } from "../core/api/index.ts";

/** Text of one of the content types of its route. */
export interface TextAnswer {
  readonly type: string;
  readonly text: string | AsyncIterable<string>;
}

export interface Caller {
  /** Who asks, in words. */
  readonly name: string;
  /** The uploaded file; empty where the route takes none. */
  readonly upload: Uint8Array;
}

type Answer<Name extends RouteName> = Routes[Name] extends { readonly texts: readonly string[] }
  ? TextAnswer
  : RouteOutput<Name>;

export type Handlers<Names extends RouteName> = {
  readonly [Name in Names]: (
    request: RouteRequest<Name>,
    caller: Caller,
  ) => Answer<Name> | Promise<Answer<Name>>;
};
