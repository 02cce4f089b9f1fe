/**
 * A binary heap of things to happen, ordered by time and, at one time, by the order in which they
 * were put in: nothing about it depends on anything but its input.
 */

export class EventHeap<T> {
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #items: T[] = [];
  #order = 0;

  get size(): number {
    return this.#times.length;
  }

  /** Time of the first item; infinity when there is none. */
  nextNs(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  push(timeNs: number, item: T): void {
    let at = this.#times.length;
    const order = this.#order++;
    this.#times.push(timeNs);
    this.#orders.push(order);
    this.#items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#times[parent] as number) <= timeNs) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, timeNs, order, item);
  }

  pop(): T {
    const first = this.#items[0] as T;
    const timeNs = this.#times.pop() as number;
    const order = this.#orders.pop() as number;
    const item = this.#items.pop() as T;
    const size = this.#times.length;
    if (size === 0) return first;
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && this.#isBefore(child + 1, child)) child++;
      const childNs = this.#times[child] as number;
      if (timeNs < childNs || (timeNs === childNs && order < (this.#orders[child] as number)))
        break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, timeNs, order, item);
    return first;
  }

  #isBefore(a: number, b: number): boolean {
    const timeA = this.#times[a] as number;
    const timeB = this.#times[b] as number;
    return (
      timeA < timeB ||
      (timeA === timeB && (this.#orders[a] as number) < (this.#orders[b] as number))
    );
  }

  #move(from: number, to: number): void {
    this.#put(
      to,
      this.#times[from] as number,
      this.#orders[from] as number,
      this.#items[from] as T,
    );
  }

  #put(at: number, timeNs: number, order: number, item: T): void {
    this.#times[at] = timeNs;
    this.#orders[at] = order;
    this.#items[at] = item;
  }
}
