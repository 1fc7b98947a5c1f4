/** Vectors of unit length side by side in one block of memory; the nearest are found by looking at all. */
export class VectorSet {
  private readonly values: Float32Array;
  readonly ids: Int32Array;
  private count = 0;

  constructor(
    readonly dimensions: number,
    capacity: number,
  ) {
    this.values = new Float32Array(dimensions * capacity);
    this.ids = new Int32Array(capacity);
  }

  add(id: number, vector: Float32Array): void {
    this.ids[this.count] = id;
    this.values.set(unit(vector), this.count * this.dimensions);
    this.count++;
  }

  /** The nearest by cosine, best first. */
  nearest(query: Float32Array, limit: number): { id: number; score: number }[] {
    const wanted = unit(query);
    const { dimensions, values } = this;
    const found: { id: number; score: number }[] = [];
    let least = -Infinity;
    for (let index = 0; index < this.count; index++) {
      const at = index * dimensions;
      // Four sums side by side keep the processor busier than one.
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      let k = 0;
      for (; k + 3 < dimensions; k += 4) {
        a += (values[at + k] as number) * (wanted[k] as number);
        b += (values[at + k + 1] as number) * (wanted[k + 1] as number);
        c += (values[at + k + 2] as number) * (wanted[k + 2] as number);
        d += (values[at + k + 3] as number) * (wanted[k + 3] as number);
      }
      for (; k < dimensions; k++) a += (values[at + k] as number) * (wanted[k] as number);
      const score = a + b + c + d;
      if (found.length >= limit && score <= least) continue;
      found.push({ id: this.ids[index] as number, score });
      found.sort((x, y) => y.score - x.score);
      if (found.length > limit) found.pop();
      least = found.at(-1)?.score ?? -Infinity;
    }
    return found;
  }
}

export function unit(vector: Float32Array): Float32Array {
  let square = 0;
  for (const value of vector) square += value * value;
  const length = Math.sqrt(square) || 1;
  return vector.map((value) => value / length);
}
