/** The public face of comparing traces. */

export type { ChannelPair } from "./channel-pairs.ts";
export {
  type DiffOptions,
  diffTraces,
  type FrameSample,
  isKeyDifferent,
  type KeyDiff,
  type TraceDiff,
} from "./diff-traces.ts";
export { flagsText } from "./frame-columns.ts";
export type { Period } from "./period.ts";
export type { SignalChange, SignalDiff } from "./signal-diff.ts";
export type { TimeDiff } from "./time-diff.ts";
export { type FrameKey, TraceContent } from "./trace-content.ts";
