/**
 * Numbers of the BLF format, as far as they are known: there is no public standard. All values are
 * little-endian; offsets of contents count from the end of an object's head.
 */

/** "LOGG" and "LOBJ" as little-endian words. */
export const FILE_MARK = 0x4747_4f4c;
export const OBJECT_MARK = 0x4a42_4f4c;

export const FILE_HEAD_SIZE = 144;
/** Mark, size of the head, its version, size of the object, type. */
export const OBJECT_BASE_SIZE = 16;
/** The base, then time flags, two words, and the time. */
export const OBJECT_HEAD_SIZE = 32;
export const CONTAINER_HEAD_SIZE = 32;

export const OBJECT = {
  message: 1,
  error: 2,
  overload: 3,
  statistics: 4,
  container: 10,
  driverError: 31,
  sync: 44,
  text: 65,
  systemVariable: 72,
  errorExt: 73,
  driverErrorExt: 74,
  message2: 86,
  comment: 92,
  marker: 96,
  fdMessage: 100,
  fdMessage64: 101,
  fdError64: 104,
  index: 115,
  lostBegin: 125,
  lostEnd: 126,
} as const;

export const METHOD_STORED = 0;
export const METHOD_ZLIB = 2;

/** Units of object times. */
export const TIME_TEN_US = 1;
export const TIME_NS = 2;

export const ID_EXTENDED = 0x8000_0000;
/** Of messages. */
export const FLAG_SENT = 1;
export const FLAG_REMOTE = 0x80;
/** Of FD messages, in a byte of their own. */
export const FD_EDL = 1;
export const FD_BRS = 2;
export const FD_ESI = 4;
/** Of FD messages of the 64 kind. */
export const FD64 = { remote: 0x10, edl: 0x1000, brs: 0x2000, esi: 0x4000 } as const;
/** Of error objects: their SJA 1000 error code is valid. */
export const ERROR_ECC_VALID = 1;
