/**
 * Error counters of one controller and the state that follows from them (ISO 11898-1, 12.1.4): a
 * node that keeps disturbing the bus first loses the right to dominant error flags, then the bus.
 * Pure: counters and an event give the next counters, and the same object where nothing changes.
 *
 * Does not model: what makes the events (the bus decides that), the silent interval of an error
 * passive transmitter, restarts by timer (the driver asks for each), and limits of the receive
 * error counter that differ between controllers: here it stops at 255.
 */

export type ErrorState = "error-active" | "error-passive" | "bus-off";

export interface ErrorCounters {
  readonly state: ErrorState;
  /** Transmit error counter; above 255 means bus-off. */
  readonly tec: number;
  /** Receive error counter. */
  readonly rec: number;
  /** Left to see before a restart is done, in sequences of 11 recessive bits; 0: none is asked. */
  readonly recessiveSequencesLeft: number;
}

export type ErrorEvent =
  /** A frame of this node was acknowledged and ended well. */
  | "transmitted"
  /** A frame of another node was received well. */
  | "received"
  /** As a transmitter it saw an error and sends an error flag. */
  | "transmit-error"
  /** Nobody acknowledged its frame, and it saw no dominant bit while it sent its error flag. */
  | "acknowledge-error"
  /** In arbitration a recessive stuff bit of it was overwritten. */
  | "arbitration-stuff-error"
  /** As a receiver it saw an error. */
  | "receive-error"
  /** As a receiver it saw a dominant bit right after its error flag: it was the first to see it. */
  | "receive-error-first"
  /** While it sent an active error flag or an overload flag, a bit of that failed. */
  | "transmitter-flag-error"
  | "receiver-flag-error"
  /** After a flag the bus stayed dominant: 14 bits (8 after a passive flag), and each 8 more. */
  | "transmitter-dominant-run"
  | "receiver-dominant-run"
  /** The driver wants to be back from bus-off. */
  | "restart"
  /** Eleven recessive bits in a row went by. */
  | "recessive-sequence";

/** Counters at which Linux and most controllers give a warning. */
export const WARNING_LEVEL = 96;
const PASSIVE_ABOVE = 127;
const BUS_OFF_ABOVE = 255;
const REC_MAX = 255;
/** A good reception takes a higher receive counter back to 119 to 127; controllers differ. */
const REC_AFTER_PASSIVE = 127;
/** Sequences of 11 recessive bits that end bus-off. */
export const RECOVERY_SEQUENCES = 128;

/** Counters after power-on. */
export const NO_ERRORS: ErrorCounters = {
  state: "error-active",
  tec: 0,
  rec: 0,
  recessiveSequencesLeft: 0,
};

/** The counters after one event. In bus-off only `restart` and `recessive-sequence` count. */
export function confineErrors(counters: ErrorCounters, event: ErrorEvent): ErrorCounters {
  if (counters.state === "bus-off") return recover(counters, event);
  switch (event) {
    case "transmitted":
      return withCounters(counters, Math.max(0, counters.tec - 1), counters.rec);
    case "received":
      return withCounters(counters, counters.tec, recAfterSuccess(counters.rec));
    case "acknowledge-error":
      // Rule 3, exception 1: a lone node stays error passive and never gets to bus-off.
      if (counters.state === "error-passive") return counters;
      return withCounters(counters, counters.tec + 8, counters.rec);
    case "transmit-error":
    case "transmitter-flag-error":
    case "transmitter-dominant-run":
      return withCounters(counters, counters.tec + 8, counters.rec);
    case "receive-error":
      return withCounters(counters, counters.tec, counters.rec + 1);
    case "receive-error-first":
    case "receiver-flag-error":
    case "receiver-dominant-run":
      return withCounters(counters, counters.tec, counters.rec + 8);
    case "arbitration-stuff-error": // Rule 3, exception 2.
    case "restart":
    case "recessive-sequence":
      return counters;
  }
}

/** Counters of these values, with the state that follows from them. */
export function errorCountersOf(tec: number, rec: number): ErrorCounters {
  return withCounters(NO_ERRORS, tec, rec);
}

/** Whether a controller would give its warning. */
export function isWarning(counters: ErrorCounters): boolean {
  return counters.tec >= WARNING_LEVEL || counters.rec >= WARNING_LEVEL;
}

function recAfterSuccess(rec: number): number {
  return rec > PASSIVE_ABOVE ? REC_AFTER_PASSIVE : Math.max(0, rec - 1);
}

function withCounters(counters: ErrorCounters, tec: number, unboundedRec: number): ErrorCounters {
  const rec = Math.min(unboundedRec, REC_MAX);
  if (tec === counters.tec && rec === counters.rec) return counters;
  return { state: stateOf(tec, rec), tec, rec, recessiveSequencesLeft: 0 };
}

function stateOf(tec: number, rec: number): ErrorState {
  if (tec > BUS_OFF_ABOVE) return "bus-off";
  return tec > PASSIVE_ABOVE || rec > PASSIVE_ABOVE ? "error-passive" : "error-active";
}

function recover(counters: ErrorCounters, event: ErrorEvent): ErrorCounters {
  const left = counters.recessiveSequencesLeft;
  if (event === "restart" && left === 0) {
    return { ...counters, recessiveSequencesLeft: RECOVERY_SEQUENCES };
  }
  if (event !== "recessive-sequence" || left === 0) return counters;
  return left === 1 ? NO_ERRORS : { ...counters, recessiveSequencesLeft: left - 1 };
}
