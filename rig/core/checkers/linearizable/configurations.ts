/**
 * The configurations that a search has been in, exactly. A configuration is a head, which must be
 * equal, and a tail: the set of steps without answer that were used up to get there. Whoever has
 * used less can do all that whoever has used more can, so of configurations with one head only the
 * smallest sets are kept. A hash that collides costs time only.
 */

const FIRST_ROWS = 64;
const NONE = -1;

export class Configurations {
  private readonly headWidth: number;
  private readonly width: number;
  private words: Int32Array;
  /** The next row with the same head, or NONE. */
  private link = new Int32Array(FIRST_ROWS);
  /** First row of each head plus one, by hash; zero where there is none. At most half full. */
  private table = new Int32Array(2 * FIRST_ROWS);
  private rows = 0;
  private heads = 0;
  private wordsCompared = 0;

  /** A configuration is so many words of head and then so many of tail. */
  constructor(headWidth: number, tailWidth: number) {
    this.headWidth = headWidth;
    this.width = headWidth + tailWidth;
    this.words = new Int32Array(this.width * FIRST_ROWS);
  }

  get size(): number {
    return this.rows;
  }

  /** What all comparisons of tails have cost so far, in words. */
  get cost(): number {
    return this.wordsCompared;
  }

  /**
   * Whether no configuration that was there could do all that this one can. Words after head and
   * tail don't count.
   */
  add(configuration: Int32Array): boolean {
    if (this.rows === this.link.length) this.growRows();
    if (2 * (this.heads + 1) > this.table.length) this.growTable();
    const place = this.find(configuration);
    const first = (this.table[place] as number) - 1;
    let last = NONE;
    for (let row = first; row !== NONE; row = this.link[row] as number) {
      if (this.isCovered(configuration, row)) return false;
      last = row;
    }
    const row = this.rows++;
    const offset = row * this.width;
    for (let i = 0; i < this.width; i++) this.words[offset + i] = configuration[i] as number;
    this.link[row] = NONE;
    if (last === NONE) {
      this.table[place] = row + 1;
      this.heads++;
    } else {
      this.link[last] = row;
    }
    return true;
  }

  /** Whether the row has used nothing that the configuration has not. */
  private isCovered(configuration: Int32Array, row: number): boolean {
    const offset = row * this.width;
    for (let i = this.headWidth; i < this.width; i++) {
      this.wordsCompared++;
      if (((this.words[offset + i] as number) & ~(configuration[i] as number)) !== 0) return false;
    }
    return true;
  }

  /** Place in the table of the configuration's head, or the free one where it belongs. */
  private find(configuration: Int32Array): number {
    const mask = this.table.length - 1;
    let place = hashOf(configuration, 0, this.headWidth) & mask;
    for (;;) {
      const row = (this.table[place] as number) - 1;
      if (row < 0 || this.hasHead(row, configuration)) return place;
      place = (place + 1) & mask;
    }
  }

  private hasHead(row: number, configuration: Int32Array): boolean {
    const offset = row * this.width;
    for (let i = 0; i < this.headWidth; i++) {
      if (this.words[offset + i] !== configuration[i]) return false;
    }
    return true;
  }

  private growRows(): void {
    const words = new Int32Array(this.words.length * 2);
    words.set(this.words);
    this.words = words;
    const link = new Int32Array(this.link.length * 2);
    link.set(this.link);
    this.link = link;
  }

  private growTable(): void {
    const before = this.table;
    this.table = new Int32Array(before.length * 2);
    const mask = this.table.length - 1;
    for (const row of before) {
      if (row === 0) continue;
      let place = hashOf(this.words, (row - 1) * this.width, this.headWidth) & mask;
      while (this.table[place] !== 0) place = (place + 1) & mask;
      this.table[place] = row;
    }
  }
}

function hashOf(words: Int32Array, offset: number, width: number): number {
  let hash = 0x9e3779b9;
  for (let i = offset; i < offset + width; i++) {
    hash = Math.imul(hash ^ (words[i] as number), 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
