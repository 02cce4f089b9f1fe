/** A supply that a person switches, who is asked and says when it is done. */

import type { PowerState, PowerSwitch } from "../../rig/ports/power-switch.ts";

/** Shows a sentence and resolves when it was answered; rejects when nobody is there to answer. */
export type Prompt = (sentence: string, signal: AbortSignal) => Promise<void>;

export class ManualSwitch implements PowerSwitch {
  readonly #prompt: Prompt;
  readonly #names: ReadonlyMap<number, string>;

  constructor(prompt: Prompt, names: ReadonlyMap<number, string>) {
    this.#prompt = prompt;
    this.#names = names;
  }

  on(node: number, signal: AbortSignal): Promise<void> {
    return this.#ask(`Switch ${this.#name(node)} on`, signal);
  }

  off(node: number, signal: AbortSignal): Promise<void> {
    return this.#ask(`Switch ${this.#name(node)} off`, signal);
  }

  async cycle(node: number, signal: AbortSignal): Promise<void> {
    await this.off(node, signal);
    await this.on(node, signal);
  }

  /** Nobody can read it back. */
  async state(): Promise<PowerState> {
    return "unknown";
  }

  #name(node: number): string {
    return this.#names.get(node) ?? `node ${node}`;
  }

  #ask(sentence: string, signal: AbortSignal): Promise<void> {
    return this.#prompt(`${sentence}, then press Enter`, signal);
  }
}
