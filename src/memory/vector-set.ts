/**
 * `dot(a, b, endOfA)` over memory that is imported: products of 32-bit floats, eight at a time (two SIMD sums side by
 * side), as WebAssembly. Made from this text:
 *
 *     (func (export "dot") (param $a i32) (param $b i32) (param $end i32) (result f32) (local $s v128) (local $t v128)
 *       (loop
 *         (local.set $s (f32x4.add (local.get $s)
 *           (f32x4.mul (v128.load (local.get $a)) (v128.load (local.get $b)))))
 *         (local.set $t (f32x4.add (local.get $t)
 *           (f32x4.mul (v128.load offset=16 (local.get $a)) (v128.load offset=16 (local.get $b)))))
 *         (local.set $b (i32.add (local.get $b) (i32.const 32)))
 *         (br_if 0 (i32.lt_u (local.tee $a (i32.add (local.get $a) (i32.const 32))) (local.get $end))))
 *       … sum of the four lanes of $s + $t)
 */
const DOT = Buffer.from(
  [
    '0061736d01000000', // magic number and version
    '01080160037f7f7f017d', // type: three i32 to one f32
    '020d01016d066d656d6f7279020000', // memory, imported from "m"
    '03020100', // one function of that type
    '07070103646f740000', // exported as "dot"
    '0a68016601027b', // its code: two local v128
    '0340', // loop
    '20032000fd0002002001fd000200fde601fde4012103', // s
    '20042000fd0002102001fd000210fde601fde4012104', // t
    '200141206a2101200041206a22002002490d000b', // b, a, end of the loop
    '20032004fde4012103', // s + t
    '2003fd1f002003fd1f01922003fd1f02922003fd1f0392', // the four lanes
    '0b',
  ].join(''),
  'hex',
);
const STEP = 8;
const PAGE_BYTES = 65_536;
const FLOAT_BYTES = 4;

type Dot = (a: number, b: number, endOfA: number) => number;

/** As far as it is used here; the compiler's library for Node does not know it. */
interface WebAssemblyLibrary {
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  Module: new (code: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: Record<string, Record<string, unknown>>,
  ) => { exports: Record<string, unknown> };
}
const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyLibrary }).WebAssembly;
let compiled: object | undefined;

/** Vectors of unit length side by side in one block of memory; the nearest are found by looking at all. */
export class VectorSet {
  readonly ids: Int32Array;
  private readonly values: Float32Array;
  private readonly dot: Dot;
  /** Floats from one vector to the next: whole steps, filled up with zeros. */
  private readonly stride: number;
  private count = 0;

  constructor(
    readonly dimensions: number,
    capacity: number,
  ) {
    this.stride = Math.ceil(dimensions / STEP) * STEP;
    // One place more, for what is looked for.
    const floats = this.stride * (capacity + 1);
    const memory = new Memory({ initial: Math.ceil((floats * FLOAT_BYTES) / PAGE_BYTES) });
    compiled ??= new Module(DOT);
    this.dot = new Instance(compiled, { m: { memory } }).exports['dot'] as Dot;
    this.values = new Float32Array(memory.buffer, 0, floats);
    this.ids = new Int32Array(capacity);
  }

  add(id: number, vector: Float32Array): void {
    this.ids[this.count] = id;
    this.count++;
    this.values.set(unit(vector), this.count * this.stride);
  }

  /** The nearest by cosine, best first. */
  nearest(query: Float32Array, limit: number): { id: number; score: number }[] {
    const { dot, stride } = this;
    this.values.set(unit(query), 0);
    const bytes = stride * FLOAT_BYTES;
    const found: { id: number; score: number }[] = [];
    let least = -Infinity;
    for (let index = 0; index < this.count; index++) {
      const at = (index + 1) * bytes;
      const score = dot(at, 0, at + bytes);
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
