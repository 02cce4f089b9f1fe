/**
 * Profiles of authentication: `crash` trusts what an identifier says, and bears crashes only;
 * `mac` lets nobody without a key speak, and bears crashes as well;
 * `sig` signs with Ed25519; `ideal` stands for it in the simulation at the same size on the wire.
 */

import { RigError } from "../verdict/rig-error.ts";
import type { Authority } from "./authority.ts";
import { idealAuthority } from "./ideal.ts";

export const AUTH_PROFILES = ["crash", "mac", "ideal", "sig"] as const;
export type AuthProfile = (typeof AUTH_PROFILES)[number];

/** What of a plan the signatures of its run depend on. */
export interface AuthRequest {
  readonly auth?: AuthProfile;
  readonly seed: number;
  readonly nodes: number;
}

/** Whether nodes of the profile can prove to others who said what. */
export function isSigned(auth: AuthProfile): boolean {
  return auth === "ideal" || auth === "sig";
}

/** Makes the authority of real signatures, which need the world outside. */
export type MakeAuthority = (seed: number, nodes: number) => Authority;

/** Null in the profile that signs nothing. */
export function authorityOf(request: AuthRequest, makeSig?: MakeAuthority): Authority | null {
  const { auth = "crash", seed, nodes } = request;
  if (!isSigned(auth)) return null;
  if (auth === "ideal") return idealAuthority(seed, nodes);
  if (makeSig !== undefined) return makeSig(seed, nodes);
  throw new RigError("usage.option", "profile sig: expected somebody who makes its signatures");
}
