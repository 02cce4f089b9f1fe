/**
 * A device's end of the control line, for boards whose firmware is a program of ours. As the C side
 * (firmware/line) has it: a request that comes once more gets its answer again and is not done
 * twice, and what is damaged is answered with number 0.
 */

import { checksum, decodeRequest, LINE_MAX, type Request } from "../protocol/line.ts";

/** What a request comes to: words behind `ok`, or the code and text of a refusal. */
export type DeviceReply = { readonly ok: string } | { readonly refused: string };

export interface LineDeviceOptions {
  readonly send: (text: string) => void;
  readonly act: (words: readonly string[]) => DeviceReply;
}

export class LineDevice {
  readonly #options: LineDeviceOptions;
  #line = "";
  #last: { readonly text: string; readonly reply: string } | null = null;
  #events = 0;

  constructor(options: LineDeviceOptions) {
    this.#options = options;
  }

  feed(bytes: Uint8Array): void {
    for (const byte of bytes) {
      const letter = String.fromCharCode(byte);
      if (letter === "\n") this.#take();
      else if (letter === "$") this.#line = letter;
      else if (letter !== "\r" && this.#line.length < LINE_MAX) this.#line += letter;
    }
  }

  /** Its number tells the host how many it has missed. */
  event(text: string): void {
    this.#events++;
    this.#send(`#${this.#events & 0xffff} ${text}`);
  }

  #take(): void {
    const text = this.#line;
    this.#line = "";
    if (text === "") return;
    const request = decodeRequest(text);
    if (request === null) {
      this.#send("!0 E_CRC");
      return;
    }
    const isRetry = text === this.#last?.text && request.words[0] !== "hello";
    if (!isRetry) this.#last = { text, reply: replyTo(request, this.#options.act(request.words)) };
    this.#send(this.#last?.reply ?? "");
  }

  #send(text: string): void {
    this.#options.send(`${text}*${checksum(text)}\n`);
  }
}

function replyTo({ sequence }: Request, reply: DeviceReply): string {
  if ("refused" in reply) return `!${sequence} ${reply.refused}`;
  return `=${sequence} ok${reply.ok === "" ? "" : ` ${reply.ok}`}`;
}
