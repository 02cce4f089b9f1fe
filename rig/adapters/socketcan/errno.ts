/** Error numbers of the kernel by the names that it gives them. */

import { constants } from "node:os";

/** `ENETDOWN`; `errno 999` for a number without a name here. */
export function codeOf(errno: number): string {
  const entry = Object.entries(constants.errno).find(([, value]) => value === errno);
  return entry?.[0] ?? `errno ${errno}`;
}
