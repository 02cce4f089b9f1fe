/** The first byte of an emulated serial port: whether the one who connects has it. */

export const PORT_FREE = 0x2b;
export const PORT_TAKEN = 0x2d;
