/** What the rig and the process that emulates a bench's boards have to agree on. */

/** The program of an emulated board, in the file `<board>.image` of the bench's folder. */
export interface BoardImage {
  readonly file: string;
  readonly args: readonly string[];
  /** Its serial port: its standard input and output, or a pseudo-terminal that it links there. */
  readonly line: "stdio" | "pty";
}

export interface EmulatedBoard {
  /** The name of its port. */
  readonly name: string;
  /** Of the power-switch board, as it says it in `hello`. */
  readonly serial: string;
  readonly outputs: readonly {
    /** Arduino pin, 2 to 7. */
    readonly pin: number;
    readonly onLevel: "high" | "low";
    /** The board whose supply it switches. */
    readonly node: string;
  }[];
}

export interface EmulatorSetup {
  /** Where the ports are. */
  readonly folder: string;
  /** How long it stays without anybody to use it, while no board has a supply. */
  readonly lingerMs: number;
  /** The same while some board has one. */
  readonly lingerOnMs: number;
  readonly boards: readonly EmulatedBoard[];
  readonly nodes: readonly string[];
}

/** The socket in the folder that says the emulator is there; whoever uses the bench holds it. */
export const ATTACH = "attach";
