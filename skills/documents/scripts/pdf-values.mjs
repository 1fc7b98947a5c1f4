// Values of a PDF, read from and written as bytes.

export class Name {
  constructor(text) {
    this.text = text;
  }
}
export class Ref {
  constructor(number) {
    this.number = number;
  }
}
export class Stream {
  constructor(dict, bytes) {
    this.dict = dict;
    this.bytes = bytes;
  }
}
/** Bytes of a string. */
export class Text {
  constructor(bytes) {
    this.bytes = bytes;
  }
}

export const name = (text) => new Name(text);
export const isName = (value, text) => value instanceof Name && value.text === text;

const SPACE = new Set([0, 9, 10, 12, 13, 32]);
const DELIMITER = new Set([...'()<>[]{}/%'].map((sign) => sign.charCodeAt(0)));
const MOST_DEPTH = 200;

export class Parser {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  skip() {
    for (; this.at < this.bytes.length; this.at++) {
      if (this.bytes[this.at] === 37)
        while (this.at < this.bytes.length && this.bytes[this.at] !== 10 && this.bytes[this.at] !== 13) this.at++;
      else if (!SPACE.has(this.bytes[this.at])) return;
    }
  }

  word() {
    const start = this.at;
    while (this.at < this.bytes.length && !SPACE.has(this.bytes[this.at]) && !DELIMITER.has(this.bytes[this.at]))
      this.at++;
    return this.bytes.toString('latin1', start, this.at);
  }

  value(depth = 0) {
    if (depth > MOST_DEPTH) throw new Error('the PDF is nested too deeply');
    this.skip();
    const sign = String.fromCharCode(this.bytes[this.at] ?? 0);
    if (sign === '/') {
      this.at++;
      return name(this.word().replace(/#([\da-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))));
    }
    if (sign === '(') return this.literal();
    if (sign === '<' && this.bytes[this.at + 1] === 60) return this.dict(depth);
    if (sign === '<') return this.hex();
    if (sign === '[') {
      this.at++;
      const list = [];
      for (;;) {
        this.skip();
        if (this.at >= this.bytes.length) throw new Error('a list of the PDF has no end');
        if (this.bytes[this.at] === 93) break;
        list.push(this.value(depth + 1));
      }
      this.at++;
      return list;
    }
    const word = this.word();
    if (/^\d+$/.test(word)) {
      const after = this.at;
      this.skip();
      const generation = this.word();
      this.skip();
      if (
        /^\d+$/.test(generation) &&
        this.bytes[this.at] === 82 &&
        !/[\w]/.test(String.fromCharCode(this.bytes[this.at + 1] ?? 32))
      ) {
        this.at++;
        return new Ref(Number(word));
      }
      this.at = after;
    }
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null') return null;
    const number = Number(word);
    if (word === '' || Number.isNaN(number)) throw new Error(`the PDF can't be read at byte ${this.at}`);
    return number;
  }

  literal() {
    const out = [];
    this.at++;
    for (let open = 1; this.at < this.bytes.length; this.at++) {
      let byte = this.bytes[this.at];
      if (byte === 40) open++;
      else if (byte === 41 && --open === 0) break;
      else if (byte === 92) {
        byte = this.bytes[++this.at];
        const octal = /^[0-7]{1,3}/.exec(this.bytes.toString('latin1', this.at, this.at + 3))?.[0];
        if (octal) {
          out.push(parseInt(octal, 8) & 255);
          this.at += octal.length - 1;
          continue;
        }
        if (byte === 13 || byte === 10) {
          if (byte === 13 && this.bytes[this.at + 1] === 10) this.at++;
          continue;
        }
        byte = { 110: 10, 114: 13, 116: 9, 98: 8, 102: 12 }[byte] ?? byte;
      }
      out.push(byte);
    }
    this.at++;
    return new Text(Buffer.from(out));
  }

  hex() {
    const end = this.bytes.indexOf(62, this.at);
    if (end < 0) throw new Error('a string of the PDF has no end');
    const digits = this.bytes.toString('latin1', this.at + 1, end).replace(/\s/g, '');
    this.at = end + 1;
    return new Text(Buffer.from(digits.length % 2 ? `${digits}0` : digits, 'hex'));
  }

  dict(depth) {
    this.at += 2;
    const map = new Map();
    for (;;) {
      this.skip();
      if (this.bytes[this.at] === 62) break;
      const key = this.value(depth + 1);
      if (!(key instanceof Name)) throw new Error(`the PDF can't be read at byte ${this.at}`);
      map.set(key.text, this.value(depth + 1));
    }
    this.at += 2;
    return map;
  }
}

/** How a value is written down. */
export function written(value) {
  if (value instanceof Stream) {
    const dict = new Map(value.dict).set('Length', value.bytes.length);
    return Buffer.concat([written(dict), Buffer.from('\nstream\n'), value.bytes, Buffer.from('\nendstream')]);
  }
  if (value instanceof Map)
    return Buffer.concat([
      Buffer.from('<<'),
      ...[...value].flatMap(([key, item]) => [Buffer.from(`/${nameText(key)} `, 'latin1'), written(item)]),
      Buffer.from('>>'),
    ]);
  if (Array.isArray(value))
    return Buffer.concat([
      Buffer.from('['),
      ...value.flatMap((item) => [written(item), Buffer.from(' ')]),
      Buffer.from(']'),
    ]);
  if (value instanceof Name) return Buffer.from(`/${nameText(value.text)}`, 'latin1');
  if (value instanceof Ref) return Buffer.from(`${value.number} 0 R`);
  if (value instanceof Text) return Buffer.from(`<${value.bytes.toString('hex')}>`);
  if (typeof value === 'number')
    return Buffer.from(Number.isInteger(value) ? String(value) : value.toFixed(6).replace(/0+$/, ''));
  return Buffer.from(String(value ?? null));
}

const nameText = (text) =>
  text.replace(
    /[\u0000-\u0020()<>[\]{}/%#\u007f-\u00ff]/g,
    (sign) => `#${sign.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
