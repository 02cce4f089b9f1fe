/**
 * Typed arrays that grow by doubling: the columns of a history while it is being read. They keep
 * millions of small numbers out of the garbage-collected heap, which is what makes reading a
 * history of a million transactions a matter of seconds and megabytes. Several columns may lie in
 * one array, row after row, so that a row costs one look at the capacity.
 */

/** Small, so that growing is nothing new to code that has been compiled for speed. */
const FIRST_CAPACITY = 64;

export class GrowableInt32 {
  array = new Int32Array(FIRST_CAPACITY);
  length = 0;

  push(value: number): void {
    if (this.length === this.array.length) this.grow();
    this.array[this.length++] = value;
  }

  /** Where so many more entries go, at most as many as the first capacity. */
  room(count: number): number {
    const at = this.length;
    this.length = at + count;
    if (this.length > this.array.length) this.grow();
    return at;
  }

  finish(): Int32Array {
    return this.array.slice(0, this.length);
  }

  /** One of the columns that lie in the array, `width` entries a row. */
  column(width: number, offset: number): Int32Array {
    const column = new Int32Array(this.length / width);
    const { array } = this;
    for (let row = 0, at = offset; row < column.length; row++, at += width) {
      column[row] = array[at] as number;
    }
    return column;
  }

  private grow(): void {
    const larger = new Int32Array(this.array.length * 2);
    larger.set(this.array);
    this.array = larger;
  }
}

export class GrowableFloat64 {
  array = new Float64Array(FIRST_CAPACITY);
  length = 0;

  push(value: number): void {
    const at = this.room(1);
    this.array[at] = value;
  }

  /** Where so many more entries go, at most as many as the first capacity. */
  room(count: number): number {
    const at = this.length;
    this.length = at + count;
    if (this.length > this.array.length) this.grow();
    return at;
  }

  /** One of the columns that lie in the array, `width` entries a row. */
  column(width: number, offset: number): Float64Array {
    const column = new Float64Array(this.length / width);
    const { array } = this;
    for (let row = 0, at = offset; row < column.length; row++, at += width) {
      column[row] = array[at] as number;
    }
    return column;
  }

  private grow(): void {
    const larger = new Float64Array(this.array.length * 2);
    larger.set(this.array);
    this.array = larger;
  }
}
