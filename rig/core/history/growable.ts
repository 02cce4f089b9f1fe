/**
 * Typed arrays that grow by doubling: the columns of a history while it is being read. They keep
 * millions of small numbers out of the garbage-collected heap, which is what makes reading a
 * history of a million transactions a matter of seconds and megabytes.
 */

/** Small, so that growing is nothing new to code that has been compiled for speed. */
const FIRST_CAPACITY = 64;

export class GrowableInt32 {
  array = new Int32Array(FIRST_CAPACITY);
  length = 0;

  push(value: number): void {
    if (this.length === this.array.length) {
      const larger = new Int32Array(this.length * 2);
      larger.set(this.array);
      this.array = larger;
    }
    this.array[this.length++] = value;
  }

  finish(): Int32Array {
    return this.array.slice(0, this.length);
  }
}

export class GrowableFloat64 {
  array = new Float64Array(FIRST_CAPACITY);
  length = 0;

  push(value: number): void {
    if (this.length === this.array.length) {
      const larger = new Float64Array(this.length * 2);
      larger.set(this.array);
      this.array = larger;
    }
    this.array[this.length++] = value;
  }

  finish(): Float64Array {
    return this.array.slice(0, this.length);
  }
}

export class GrowableUint8 {
  array = new Uint8Array(FIRST_CAPACITY);
  length = 0;

  push(value: number): void {
    if (this.length === this.array.length) {
      const larger = new Uint8Array(this.length * 2);
      larger.set(this.array);
      this.array = larger;
    }
    this.array[this.length++] = value;
  }

  finish(): Uint8Array {
    return this.array.slice(0, this.length);
  }
}
