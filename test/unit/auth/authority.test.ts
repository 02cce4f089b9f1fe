/** Signatures: real and ideal ones alike fit one statement of one node, and nothing else. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ed25519Authority } from "../../../rig/adapters/crypto/ed25519.ts";
import { NodeAuth } from "../../../rig/core/auth/authority.ts";
import { idealAuthority } from "../../../rig/core/auth/ideal.ts";
import { authorityOf } from "../../../rig/core/auth/profile.ts";
import {
  STATEMENT_KINDS,
  type Statement,
  statementBytes,
} from "../../../rig/core/auth/statement.ts";
import { SIGNATURE_LENGTH } from "../../../rig/core/wire/format.ts";
import { anyLongDigest } from "../../support/roj-messages.ts";

const anyStatement: fc.Arbitrary<Statement> = fc.record({
  kind: fc.constantFrom(...STATEMENT_KINDS),
  slot: fc.nat({ max: 0xffff_ffff }),
  round: fc.nat({ max: 0xfffe }),
  validRound: fc.option(fc.nat({ max: 0xfffe }), { nil: null }),
  digest: fc.option(anyLongDigest, { nil: null }),
});

describe.each([
  ["ideal", idealAuthority, 100],
  ["Ed25519", ed25519Authority, 20],
] as const)("an %s signature", (_name, make, numRuns) => {
  const authority = make(7, 4);
  const nodes = [0, 1, 2, 3].map((node) => new NodeAuth(authority, node));
  const [zero, one] = nodes as [NodeAuth, NodeAuth];

  it("has the same length always, and anybody can check it", () => {
    fc.assert(
      fc.property(anyStatement, (statement) => {
        const signature = zero.sign(statement);
        expect(signature.length).toBe(SIGNATURE_LENGTH);
        expect(one.verify(0, statement, signature)).toBe(true);
      }),
      { numRuns },
    );
  });

  it("fits no other statement and no other node", () => {
    fc.assert(
      fc.property(anyStatement, anyStatement, (statement, other) => {
        fc.pre(statementBytes(0, statement).join() !== statementBytes(0, other).join());
        const signature = zero.sign(statement);
        expect(zero.verify(0, other, signature)).toBe(false);
        expect(zero.verify(1, statement, signature)).toBe(false);
        expect(zero.verify(9, statement, signature)).toBe(false);
      }),
      { numRuns },
    );
  });

  it("with any bit flipped is none", () => {
    const statement = { kind: "vote", slot: 1, round: 2, validRound: null, digest: null } as const;
    fc.assert(
      fc.property(fc.nat({ max: 8 * SIGNATURE_LENGTH - 1 }), (bit) => {
        const signature = zero.sign(statement);
        signature[bit >> 3] = (signature[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(one.verify(0, statement, signature)).toBe(false);
      }),
      { numRuns },
    );
    expect(one.verify(0, statement, new Uint8Array(0))).toBe(false);
  });

  it("follows from the seed", () => {
    const statement = { kind: "vote", slot: 1, round: 2, validRound: null, digest: null } as const;
    const again = new NodeAuth(make(7, 4), 0).sign(statement);
    expect(again).toEqual(zero.sign(statement));
    expect(new NodeAuth(make(8, 4), 0).sign(statement)).not.toEqual(again);
  });
});

describe("profiles", () => {
  it("crash has no authority, sig one that is made outside", () => {
    expect(authorityOf({ seed: 1, nodes: 4 })).toBeNull();
    expect(authorityOf({ auth: "crash", seed: 1, nodes: 4 })).toBeNull();
    expect(authorityOf({ auth: "ideal", seed: 1, nodes: 4 })).not.toBeNull();
    const made = authorityOf({ auth: "sig", seed: 1, nodes: 4 }, ed25519Authority);
    expect(made).not.toBeNull();
  });
});
