/**
 * Names of the nodes that served the operations, by row. Histories that name no node, which is
 * most large ones, pay nothing for the column.
 */

import { GrowableInt32 } from "./growable.ts";

/** Row numbers begin at 0, numbers of names at 1; 0 is no name. */
export class NodeColumn {
  private numbers: GrowableInt32 | undefined;
  private readonly names: string[] = [];
  private readonly numberOf = new Map<string, number>();

  put(row: number, name: string): void {
    this.numbers ??= new GrowableInt32();
    while (this.numbers.length < row) this.numbers.push(0);
    let number = this.numberOf.get(name);
    if (number === undefined) {
      number = this.names.push(name);
      this.numberOf.set(name, number);
    }
    this.numbers.push(number);
  }

  finish(): (row: number) => string | undefined {
    const numbers = this.numbers?.finish();
    const { names } = this;
    return (row) => {
      const number = numbers?.[row] ?? 0;
      return number === 0 ? undefined : names[number - 1];
    };
  }
}
