/** The public face of DBC files: read one, decode frames by it, and encode them. */

export type { NumberForm, RawValue } from "./bits.ts";
export {
  type DbcFile,
  type DbcMessage,
  type DbcSignal,
  findMessage,
  type Selector,
  type ValueTable,
} from "./dbc.ts";
export { type DbcOverlap, DbcSet, type DbcSource } from "./dbc-set.ts";
export { textOfDbc } from "./dbc-text.ts";
export {
  type DecodedMessage,
  decodeMessage,
  labelOf,
  physicalOf,
  physicalText,
  type SignalValue,
} from "./decode.ts";
export { encodeMessage, type PhysicalValue, rawOfPhysical } from "./encode.ts";
export { parseDbc } from "./parse-dbc.ts";
