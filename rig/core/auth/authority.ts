/**
 * Who can sign and who can check: one authority per run. A node is handed its own signer and the
 * common check, so that no node, a traitor included, can sign for another.
 */

import { SIGNATURE_LENGTH } from "../wire/format.ts";
import { type Statement, statementBytes } from "./statement.ts";

export interface Authority {
  /** Signs as `node`; `SIGNATURE_LENGTH` bytes, the same for the same bytes. */
  sign(node: number, bytes: Uint8Array): Uint8Array;
  verify(node: number, bytes: Uint8Array, signature: Uint8Array): boolean;
}

export class NodeAuth {
  readonly node: number;
  readonly #authority: Authority;

  constructor(authority: Authority, node: number) {
    this.#authority = authority;
    this.node = node;
  }

  sign(statement: Statement): Uint8Array {
    return this.#authority.sign(this.node, statementBytes(this.node, statement));
  }

  verify(voter: number, statement: Statement, signature: Uint8Array): boolean {
    if (signature.length !== SIGNATURE_LENGTH) return false;
    return this.#authority.verify(voter, statementBytes(voter, statement), signature);
  }
}
