/**
 * Many arrays of one length cut from few large ones: a search makes millions of states, and an array with a buffer of its
 * own costs the garbage collector far more than its contents.
 */

/** Arrays in the first chunk; each further chunk has twice as many, up to `most`. */
const first = 32;
const most = 2048;

export class Arena {
  private readonly length: number;
  private chunk: Int32Array = new Int32Array(0);
  private used = 0;
  private count = first;
  private readonly free: Int32Array[] = [];

  /** `length`: of each array. */
  constructor(length: number) {
    this.length = length;
  }

  /** An array of zeroes. */
  take(): Int32Array {
    return this.free.pop()?.fill(0) ?? this.cut();
  }

  copyOf(array: Int32Array): Int32Array {
    const copy = this.free.pop() ?? this.cut();
    copy.set(array);
    return copy;
  }

  /** The array came from here and nobody uses it any more. */
  giveBack(array: Int32Array): void {
    this.free.push(array);
  }

  private cut(): Int32Array {
    if (this.used + this.length > this.chunk.length) {
      this.chunk = new Int32Array(this.length * this.count);
      this.count = Math.min(this.count * 2, most);
      this.used = 0;
    }
    this.used += this.length;
    return this.chunk.subarray(this.used - this.length, this.used);
  }
}
