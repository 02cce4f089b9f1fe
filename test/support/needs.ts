/**
 * Things that a test needs and a machine may lack. Without one the test is skipped and its title
 * says what it needs; with `CI=true` a missing need is a failure.
 */

import { it } from "vitest";

export function itNeeds(need: { readonly has: boolean; readonly what: string }) {
  if (need.has) return it;
  return (title: string, _body: () => unknown, _timeout?: number) => {
    if (process.env["CI"] === "true") {
      it(title, () => {
        throw new Error(`this test needs ${need.what}`);
      });
    } else it.skip(`${title} [needs ${need.what}]`, () => {});
  };
}
