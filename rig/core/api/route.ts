/** What a route of the API is. */

import type { z } from "zod";

export interface Route {
  readonly method: "get" | "post" | "delete";
  /** With parameters as in `/api/{protocol}/state`. */
  readonly path: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Of JSON. */
  readonly body?: z.ZodType;
  /** The body is a file of any of these types, up to the limit for uploads. */
  readonly upload?: readonly string[];
  readonly status: 200 | 202;
  /** Of JSON. */
  readonly response?: z.ZodType;
  /** Where the answer is text: its content types. */
  readonly texts?: readonly string[];
  /** Problems besides those that any route may have (400, 401, 403, 500). */
  readonly problems?: readonly number[];
}
