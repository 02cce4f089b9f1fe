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
