/**
 * Every HTTP route, once: method, path, what goes in and what comes out. The server mounts them and
 * makes the OpenAPI document of them, the client calls them, and the reference lists them.
 */

import type { z } from "zod";
import { CLUSTER_ROUTES } from "./cluster-routes.ts";
import { RUN_ROUTES } from "./run-routes.ts";

export const ROUTES = { ...RUN_ROUTES, ...CLUSTER_ROUTES };

export type Routes = typeof ROUTES;
export type RouteName = keyof Routes;

type Part<Name extends RouteName, Key extends string> = Routes[Name] extends {
  readonly [K in Key]: infer Schema extends z.ZodType;
}
  ? Schema
  : never;

/** What a caller hands in; keys of parts that the route does not have are left out. */
export type RouteInput<Name extends RouteName> = {
  readonly [Key in "params" | "query" | "body" as Part<Name, Key> extends never
    ? never
    : Key]: z.input<Part<Name, Key>>;
};

/** What a handler gets, once it fits. */
export type RouteRequest<Name extends RouteName> = {
  readonly [Key in "params" | "query" | "body" as Part<Name, Key> extends never
    ? never
    : Key]: z.output<Part<Name, Key>>;
};

/** What comes back: an object, or text where the route names content types. */
export type RouteOutput<Name extends RouteName> = Routes[Name] extends {
  readonly response: infer Schema extends z.ZodType;
}
  ? z.output<Schema>
  : string;
