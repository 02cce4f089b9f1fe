/** A way to a device for lines of text: a serial port, or an emulator behind the same face. */

/** Modem lines, for devices that are reset by them. */
export interface Signals {
  readonly dtr?: boolean;
  readonly rts?: boolean;
  readonly brk?: boolean;
}

export interface TransportListener {
  /** One line without its end, or what there was of one when the device went away. */
  line(text: string): void;
  /** Once; `reason` is null where this side closed it. */
  closed(reason: string | null): void;
}

export interface Transport {
  /** As the user knows it: the path of the port. */
  readonly name: string;
  /** Lines that come before anybody listens are not kept. */
  listen(listener: TransportListener): void;
  /** Rejects when the device is gone. */
  write(text: string): Promise<void>;
  /** False where the port has no such lines, as pseudo-terminals. */
  setSignals(signals: Signals): Promise<boolean>;
  /** Idempotent; resolves when the port is free. */
  close(): Promise<void>;
}
