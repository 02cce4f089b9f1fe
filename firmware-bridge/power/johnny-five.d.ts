/** What the rig uses of johnny-five and firmata-io, which bring no types. */

declare module "firmata-io" {
  import type { EventEmitter } from "node:events";

  export class FirmataIo extends EventEmitter {
    constructor(transport: unknown, options: { readonly reportVersionTimeout: number });
    queryPinState(pin: number, done: () => void): void;
    /** With `enqueue` it is kept for the port's next message. */
    digitalWrite(pin: number, value: 0 | 1, enqueue?: boolean): void;
    readonly pins: readonly { readonly state?: number }[];
  }

  const firmata: { readonly Firmata: typeof FirmataIo };
  export default firmata;
}

declare module "johnny-five" {
  import type { EventEmitter } from "node:events";

  export class Board extends EventEmitter {
    constructor(options: {
      readonly io: unknown;
      readonly repl: false;
      readonly debug: false;
      readonly sigint: false;
    });
  }

  export class Relay {
    constructor(options: {
      readonly board: Board;
      readonly pin: number;
      readonly type: "NO" | "NC";
    });
    open(): this;
    close(): this;
  }

  const five: { readonly Board: typeof Board; readonly Relay: typeof Relay };
  export default five;
}
