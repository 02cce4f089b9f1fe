/**
 * Counting into typed arrays, for compressed rows: count the items of each row, add the counts up
 * to where each row starts, then fill the rows.
 */

/** Adds one to an entry and gives what it was. */
export function countUp(array: Int32Array, at: number): number {
  const count = array[at] as number;
  array[at] = count + 1;
  return count;
}

/** Turns counts, each one place after its row, into starts of rows. */
export function addUp(counts: Int32Array): void {
  let sum = 0;
  for (let row = 0; row < counts.length; row++) {
    sum += counts[row] as number;
    counts[row] = sum;
  }
}

/** Numbers in groups: those of `group` are `items[start[group]]` to `items[start[group + 1]]`. */
export interface Groups {
  readonly start: Int32Array;
  readonly items: Int32Array;
}

/** Puts the numbers below `count` in groups; a negative group leaves a number out. */
export function grouped(count: number, groups: number, groupOf: (item: number) => number): Groups {
  const start = new Int32Array(groups + 1);
  for (let item = 0; item < count; item++) {
    const group = groupOf(item);
    if (group >= 0) countUp(start, group + 1);
  }
  addUp(start);
  const next = start.slice(0, groups);
  const items = new Int32Array(start[groups] as number);
  for (let item = 0; item < count; item++) {
    const group = groupOf(item);
    if (group >= 0) items[countUp(next, group)] = item;
  }
  return { start, items };
}
