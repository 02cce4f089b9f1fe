/**
 * `canfd-rig/trace`: trace files of CAN buses, read and written without a run: candump, ASC, TRC,
 * BLF, the CSVs, BUSMASTER, pcap and pcapng.
 */

export {
  openTraceFile,
  type TraceFile,
  type TraceFileOptions,
} from "./adapters/store/trace-file.ts";
export { type CanFrame, fdFrame } from "./core/can/frame.ts";
export * from "./core/dbc/index.ts";
export * from "./core/trace/index.ts";
export * from "./core/trace-diff/index.ts";
