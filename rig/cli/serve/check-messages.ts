/** What goes between the server and the thread that checks an upload. */

import type { CheckAnswer } from "../../core/api/index.ts";
import type { RegisterOptions } from "../../core/elle/index.ts";
import type { RigErrorCode } from "../../core/verdict/rig-error.ts";

export interface CheckJob {
  readonly path: string;
  readonly name: string;
  readonly model: string;
  readonly consistency: string;
  readonly registers: Omit<RegisterOptions, "consistency">;
  readonly limitMs: number;
}

export type CheckAnswerMessage =
  | { readonly answer: CheckAnswer }
  | { readonly code: RigErrorCode; readonly text: string };
