/** Much text on stdout: gathered in large pieces, and no faster than its reader takes it. */

import { once } from "node:events";

export class TextOutput {
  readonly #stream: NodeJS.WriteStream;
  #pieces: string[] = [];

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  write(text: string): void {
    if (text !== "") this.#pieces.push(text);
  }

  async flush(): Promise<void> {
    if (this.#pieces.length === 0) return;
    const text = this.#pieces.join("");
    this.#pieces = [];
    if (!this.#stream.write(text)) await once(this.#stream, "drain");
  }
}
