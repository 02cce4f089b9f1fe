/**
 * The CAN frame as every part of the rig passes it on. FD, BRS and ESI are explicit, so that they
 * survive capture, file and replay. Time belongs to the event that carries a frame, not to it.
 */

/** Identifiers of the base format have 11 bits (ISO 11898-1). */
export const BASE_ID_MAX = 0x7ff;
/** Identifiers of the extended format have 29 bits (ISO 11898-1). */
export const EXTENDED_ID_MAX = 0x1fff_ffff;

export interface CanFrame {
  /** Arbitration ID: 11 bits, or 29 when `extended`. */
  readonly id: number;
  readonly extended: boolean;
  /** FD format (FDF recessive). */
  readonly fd: boolean;
  /** Bit rate switch: the data phase runs at the data bit rate. */
  readonly brs: boolean;
  /** Error state indicator: the transmitter was error passive. */
  readonly esi: boolean;
  /** Remote frame (classic only); `data` is then empty or zero bytes whose number is the DLC. */
  readonly remote: boolean;
  /** Error frame as SocketCAN reports it: `id` is the class mask, `data` the eight detail bytes. */
  readonly error: boolean;
  /** 0 to 8 bytes (classic), 0 to 64 of a length that a DLC can say (FD). */
  readonly data: Uint8Array;
}

/** A classic data frame with base identifier. */
export function classicFrame(id: number, data: Uint8Array): CanFrame {
  return {
    id,
    extended: false,
    fd: false,
    brs: false,
    esi: false,
    remote: false,
    error: false,
    data,
  };
}

/** An FD data frame with base identifier and bit rate switch, as our wire format uses. */
export function fdFrame(id: number, data: Uint8Array): CanFrame {
  return {
    id,
    extended: false,
    fd: true,
    brs: true,
    esi: false,
    remote: false,
    error: false,
    data,
  };
}
