/**
 * The last messages of a stream, by number. What is older is read from somewhere else, or is gone;
 * so the memory is bounded, however many listen and however slowly.
 */

export interface Messages {
  readonly first: number;
  readonly next: number;
  /** Text of a message from `first` on. */
  at(number: number): string;
  /** What is older than `first`, from `from` on; null where that is gone. */
  older(from: number): AsyncIterable<string> | null;
  /** Where the stream goes on, at its beginning, once this log has ended. */
  readonly successor: Messages | null;
  /** In the place of messages that are gone. */
  gap(from: number, to: number): string | null;
}

export interface MessageLogOptions {
  readonly capacity: number;
  readonly onAppend: () => void;
  readonly older?: (from: number) => AsyncIterable<string>;
  readonly gap?: (from: number, to: number) => string;
}

export class MessageLog implements Messages {
  successor: MessageLog | null = null;
  readonly #options: MessageLogOptions;
  readonly #ring: string[] = [];
  #next = 0;

  constructor(options: MessageLogOptions) {
    this.#options = options;
  }

  get next(): number {
    return this.#next;
  }

  get first(): number {
    return this.#next - this.#ring.length;
  }

  append(text: string): void {
    const { capacity, onAppend } = this.#options;
    if (this.#ring.length < capacity) this.#ring.push(text);
    else this.#ring[this.#next % capacity] = text;
    this.#next++;
    onAppend();
  }

  at(number: number): string {
    return this.#ring[number % this.#options.capacity] as string;
  }

  older(from: number): AsyncIterable<string> | null {
    return this.#options.older?.(from) ?? null;
  }

  gap(from: number, to: number): string | null {
    return this.#options.gap?.(from, to) ?? null;
  }
}
