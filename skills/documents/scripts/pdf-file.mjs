// Reading and writing the objects of a PDF. Streams are carried over as they are, so that nothing in them can suffer.
import { inflateSync } from 'node:zlib';
import { Parser, Ref, Stream, isName, written } from './pdf-values.mjs';

const MOST_DEPTH = 200;

/** A PDF in memory: objects are read when they are asked for. */
export class PdfFile {
  constructor(bytes) {
    this.bytes = bytes;
    this.places = new Map();
    this.known = new Map();
    if (!bytes.subarray(0, 1024).includes('%PDF-')) throw new Error('this is not a PDF');
    try {
      this.readTables();
      this.catalog = this.get(this.trailer.get('Root'));
      if (!(this.catalog instanceof Map) || !this.get(this.catalog.get('Pages'))) throw new Error('no pages');
    } catch {
      this.findObjects();
    }
    if (this.trailer?.has('Encrypt'))
      throw new Error('this PDF is encrypted; qpdf --decrypt IN OUT, or its owner, can open it');
    this.catalog = this.get(this.trailer?.get('Root'));
    if (!(this.catalog instanceof Map)) throw new Error('the PDF is damaged: it has no catalog');
  }

  readTables() {
    const tail = this.bytes.lastIndexOf('startxref');
    if (tail < 0) throw new Error('no table');
    let next = Number(/startxref\s+(\d+)/.exec(this.bytes.toString('latin1', tail, tail + 40))?.[1]);
    const seen = new Set();
    while (Number.isInteger(next) && !seen.has(next)) {
      seen.add(next);
      const dict = this.readTable(next);
      this.trailer ??= dict;
      const hybrid = dict.get('XRefStm');
      if (Number.isInteger(hybrid) && !seen.has(hybrid)) {
        seen.add(hybrid);
        this.readTable(hybrid);
      }
      next = dict.get('Prev');
    }
  }

  readTable(at) {
    const parser = new Parser(this.bytes, at);
    parser.skip();
    if (this.bytes.toString('latin1', parser.at, parser.at + 4) !== 'xref') return this.readTableStream(at);
    parser.at += 4;
    for (;;) {
      parser.skip();
      const word = parser.word();
      if (word === 'trailer') return parser.value();
      const first = Number(word);
      parser.skip();
      const count = Number(parser.word());
      if (!Number.isInteger(first) || !Number.isInteger(count)) throw new Error('table');
      for (let index = 0; index < count; index++) {
        parser.skip();
        const place = Number(parser.word());
        parser.skip();
        parser.word();
        parser.skip();
        if (parser.word() === 'n' && !this.places.has(first + index)) this.places.set(first + index, { at: place });
      }
    }
  }

  readTableStream(at) {
    const stream = this.objectAt(at).value;
    const data = decode(stream);
    const widths = stream.dict.get('W');
    const index = stream.dict.get('Index') ?? [0, stream.dict.get('Size')];
    let offset = 0;
    const field = (width, standard) => {
      if (width === 0) return standard;
      const value = data.readUIntBE(offset, width);
      offset += width;
      return value;
    };
    for (let pair = 0; pair < index.length; pair += 2)
      for (let number = index[pair]; number < index[pair] + index[pair + 1]; number++) {
        const [kind, one, two] = [field(widths[0], 1), field(widths[1], 0), field(widths[2], 0)];
        if (this.places.has(number)) continue;
        if (kind === 1) this.places.set(number, { at: one });
        else if (kind === 2) this.places.set(number, { inside: one, index: two });
      }
    return stream.dict;
  }

  /** Without a table that can be used: every "N G obj" counts, the last of a number most. */
  findObjects() {
    this.places.clear();
    this.known.clear();
    const text = this.bytes.toString('latin1');
    for (const match of text.matchAll(/(?:^|[\r\n ])(\d+)\s+\d+\s+obj\b/g))
      this.places.set(Number(match[1]), { at: match.index + match[0].search(/\d/) });
    for (const number of [...this.places.keys()]) {
      const value = this.tried(number);
      if (value instanceof Stream && isName(value.dict.get('Type'), 'ObjStm'))
        for (const [index, inner] of this.numbersIn(value).entries())
          if (!this.places.has(inner)) this.places.set(inner, { inside: number, index });
    }
    for (const match of text.matchAll(/\btrailer\b/g)) {
      try {
        const dict = new Parser(this.bytes, match.index + 7).value();
        if (dict.has('Root')) this.trailer = dict;
      } catch {
        // The next one may be whole.
      }
    }
    if (this.trailer?.has('Root')) return;
    const root = [...this.places.keys()].find((number) => {
      const value = this.tried(number);
      return value instanceof Map && isName(value.get('Type'), 'Catalog');
    });
    this.trailer = new Map(root === undefined ? [] : [['Root', new Ref(root)]]);
  }

  tried(number) {
    try {
      return this.get(new Ref(number));
    } catch {
      return undefined;
    }
  }

  objectAt(at) {
    const parser = new Parser(this.bytes, at);
    parser.skip();
    const number = Number(parser.word());
    parser.skip();
    parser.word();
    parser.skip();
    if (parser.word() !== 'obj') throw new Error(`no object at byte ${at}`);
    const value = parser.value();
    parser.skip();
    if (!(value instanceof Map) || this.bytes.toString('latin1', parser.at, parser.at + 6) !== 'stream')
      return { number, value };
    let start = parser.at + 6;
    if (this.bytes[start] === 13) start++;
    if (this.bytes[start] === 10) start++;
    let length = this.get(value.get('Length'));
    const ends = (size) => /^\s*endstream/.test(this.bytes.toString('latin1', start + size, start + size + 20));
    if (!Number.isInteger(length) || !ends(length)) length = this.bytes.indexOf('endstream', start) - start;
    return { number, value: new Stream(value, this.bytes.subarray(start, start + length)) };
  }

  numbersIn(stream) {
    const parser = new Parser(decode(stream));
    return Array.from({ length: this.get(stream.dict.get('N')) }, () => [parser.value(), parser.value()][0]);
  }

  /** What a value stands for: references are followed. */
  get(value) {
    for (let steps = 0; value instanceof Ref; steps++) {
      if (steps > MOST_DEPTH) throw new Error('references of the PDF lead in a circle');
      const { number } = value;
      if (!this.known.has(number)) this.known.set(number, this.load(number));
      value = this.known.get(number);
    }
    return value;
  }

  load(number) {
    const place = this.places.get(number);
    if (!place) return null;
    if (place.at !== undefined) {
      const found = this.objectAt(place.at);
      if (found.number !== number) throw new Error(`object ${number} is not where it should be`);
      return found.value;
    }
    const holder = this.get(new Ref(place.inside));
    const data = decode(holder);
    const parser = new Parser(data);
    const offsets = Array.from({ length: this.get(holder.dict.get('N')) }, () => [parser.value(), parser.value()]);
    return new Parser(data, this.get(holder.dict.get('First')) + offsets[place.index][1]).value();
  }

  /** References to the pages, in order, with what they inherit. */
  pages() {
    const found = [];
    const walk = (ref, inherited, depth) => {
      const node = this.get(ref);
      if (!(node instanceof Map) || depth > MOST_DEPTH) return;
      const own = new Map(inherited);
      for (const key of ['Resources', 'MediaBox', 'CropBox', 'Rotate']) if (node.has(key)) own.set(key, node.get(key));
      const kids = this.get(node.get('Kids'));
      if (!Array.isArray(kids)) found.push({ ref, inherited: own });
      else for (const kid of kids) walk(kid, own, depth + 1);
    };
    walk(this.catalog.get('Pages'), new Map(), 0);
    return found;
  }
}

/** Content of a stream that is not packed, or with Flate alone; enough for tables and packed objects. */
function decode({ dict, bytes }) {
  const filters = [dict.get('Filter') ?? []].flat();
  if (filters.length === 0) return bytes;
  if (filters.length > 1 || !isName(filters[0], 'FlateDecode'))
    throw new Error('the PDF packs its objects in a way that is not known here');
  const data = inflateSync(bytes, { finishFlush: 2 });
  const parms = [dict.get('DecodeParms') ?? []].flat()[0];
  const predictor = parms?.get('Predictor') ?? 1;
  if (predictor < 10) return data;
  const columns = parms.get('Columns') ?? 1;
  const out = Buffer.alloc(Math.floor(data.length / (columns + 1)) * columns);
  for (let row = 0; row * columns < out.length; row++) {
    const kind = data[row * (columns + 1)];
    for (let column = 0; column < columns; column++) {
      const raw = data[row * (columns + 1) + 1 + column];
      const left = column > 0 ? out[row * columns + column - 1] : 0;
      const up = row > 0 ? out[(row - 1) * columns + column] : 0;
      const corner = row > 0 && column > 0 ? out[(row - 1) * columns + column - 1] : 0;
      const add = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][kind] ?? 0;
      out[row * columns + column] = raw + add;
    }
  }
  return out;
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(guess - value));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** Collects objects for a new file. */
export class PdfWriter {
  objects = [];

  add(value) {
    this.objects.push(value);
    return new Ref(this.objects.length);
  }

  bytes(root) {
    const parts = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
    let at = parts[0].length;
    const places = this.objects.map((value, index) => {
      const place = at;
      const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), written(value), Buffer.from('\nendobj\n')]);
      parts.push(part);
      at += part.length;
      return `${String(place).padStart(10, '0')} 00000 n \n`;
    });
    const size = this.objects.length + 1;
    parts.push(
      Buffer.from(
        `xref\n0 ${size}\n0000000000 65535 f \n${places.join('')}trailer\n<< /Size ${size} /Root ${root.number} 0 R >>\nstartxref\n${at}\n%%EOF\n`,
      ),
    );
    return Buffer.concat(parts);
  }
}
