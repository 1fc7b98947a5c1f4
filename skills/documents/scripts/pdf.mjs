#!/usr/bin/env node
// PDF files. usage: pdf.mjs info FILE | merge OUT FILE... | pages FILE RANGES OUT [--rotate N] | split FILE PREFIX | fields FILE | fill FILE VALUES.json OUT
import { readFileSync, writeFileSync } from 'node:fs';
import { PdfFile, PdfWriter } from './pdf-file.mjs';
import { Name, Ref, Stream, Text, isName, name } from './pdf-values.mjs';
import { run } from './zip.mjs';

const USAGE =
  'usage: pdf.mjs info FILE | merge OUT FILE FILE... | pages FILE RANGES OUT [--rotate 90] | split FILE PREFIX | fields FILE | fill FILE VALUES.json OUT';

run(() => {
  const [command, ...args] = process.argv.slice(2);
  const known = { info, merge, pages, split, fields, fill };
  if (!Object.hasOwn(known, command ?? '') || args.length === 0) throw new Error(USAGE);
  known[command](...args);
});

function open(path) {
  try {
    return new PdfFile(readFileSync(path));
  } catch (error) {
    throw new Error(`${path}: ${error.message}`);
  }
}

function save(out, sources, bytes, what) {
  if (sources.includes(out)) throw new Error(`${out} is one of the sources; write to another file`);
  writeFileSync(out, bytes);
  console.log(`${out}: ${what}`);
}

/** Copies objects of one file into another; pages that are not wanted stay behind. */
class Copy {
  constructor(file, writer, rotate = 0) {
    Object.assign(this, { file, writer, rotate, made: new Map() });
  }

  page({ ref, inherited }, parent) {
    const source = this.file.get(ref);
    const target = this.made.get(ref.number);
    const page = new Map(
      [...inherited, ...source].filter(([key]) => key !== 'Parent' && key !== 'B' && key !== 'StructParents'),
    );
    const angle = (Number(this.file.get(page.get('Rotate')) ?? 0) + this.rotate + 360) % 360;
    if (angle !== 0) page.set('Rotate', angle);
    const copy = this.value(page);
    copy.set('Parent', parent);
    this.writer.objects[target.number - 1] = copy;
  }

  value(value) {
    if (value instanceof Ref) return this.ref(value);
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, this.value(item)]));
    if (value instanceof Stream) return new Stream(this.value(value.dict), value.bytes);
    return value;
  }

  ref(ref) {
    const known = this.made.get(ref.number);
    if (known) return known;
    const value = this.file.get(ref);
    if (value instanceof Map && (isName(value.get('Type'), 'Page') || isName(value.get('Type'), 'Pages'))) return null;
    if (value === null || value === undefined) return null;
    const target = this.writer.add(null);
    this.made.set(ref.number, target);
    this.writer.objects[target.number - 1] = this.value(value);
    return target;
  }
}

/** @param parts files with the pages to take of each @param keepForm the form stays one that can be filled */
function build(parts, { rotate = 0, keepForm = false } = {}) {
  const writer = new PdfWriter();
  const tree = writer.add(null);
  const kids = [];
  let form;
  for (const { file, chosen } of parts) {
    const copy = new Copy(file, writer, rotate);
    // All pages have their places before links between them are copied. A page taken twice is copied twice.
    const again = new Map();
    for (const { ref } of chosen) {
      if (copy.made.has(ref.number)) continue;
      copy.made.set(ref.number, writer.add(null));
      again.set(ref.number, 0);
    }
    for (const page of chosen) {
      const times = again.get(page.ref.number);
      again.set(page.ref.number, times + 1);
      if (times > 0) copy.made.set(page.ref.number, writer.add(null));
      kids.push(copy.made.get(page.ref.number));
      copy.page(page, tree);
    }
    if (keepForm && file.catalog.has('AcroForm')) form = copy.value(file.catalog.get('AcroForm'));
  }
  writer.objects[tree.number - 1] = new Map([
    ['Type', name('Pages')],
    ['Kids', kids],
    ['Count', kids.length],
  ]);
  return writer.bytes(
    writer.add(new Map([['Type', name('Catalog')], ['Pages', tree], ...(form ? [['AcroForm', form]] : [])])),
  );
}

function info(path) {
  const file = open(path);
  const list = file.pages();
  const box = file.get(list[0]?.inherited.get('MediaBox'))?.map((value) => file.get(value)) ?? [];
  const about = file.get(file.trailer.get('Info'));
  console.log(`pages: ${list.length}`);
  if (box.length === 4)
    console.log(
      `first page: ${Math.round(((box[2] - box[0]) / 72) * 25.4)} × ${Math.round(((box[3] - box[1]) / 72) * 25.4)} mm`,
    );
  for (const key of ['Title', 'Author', 'Producer']) {
    const value = file.get(about?.get?.(key));
    if (value instanceof Text) console.log(`${key.toLowerCase()}: ${readText(value)}`);
  }
  console.log(`form fields: ${formFields(file).length}`);
}

function merge(out, ...sources) {
  if (sources.length < 2) throw new Error(USAGE);
  const parts = sources.map(open).map((file) => ({ file, chosen: file.pages() }));
  save(
    out,
    sources,
    build(parts),
    `${parts.reduce((sum, { chosen }) => sum + chosen.length, 0)} pages of ${sources.length} files`,
  );
}

/** `1-3,7,9-` → numbers of pages. */
function numbers(ranges, count) {
  return ranges.split(',').flatMap((range) => {
    const [, from, dash, to] = /^(\d+)(-)?(\d+)?$/.exec(range.trim()) ?? [];
    const [first, last] = [Number(from), dash ? Number(to ?? count) : Number(from)];
    if (!from || (to && !dash) || first < 1 || last > count || last < first)
      throw new Error(`"${range}" is not a range of pages within 1 to ${count}`);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

function pages(path, ranges, out, flag, angle) {
  if (!out || (flag !== undefined && flag !== '--rotate')) throw new Error(USAGE);
  const rotate = flag ? Number(angle) : 0;
  if (![0, 90, 180, 270].includes(rotate)) throw new Error(`--rotate ${angle}: 90, 180 or 270, clockwise`);
  const file = open(path);
  const all = file.pages();
  const chosen = numbers(ranges, all.length).map((number) => all[number - 1]);
  save(out, [path], build([{ file, chosen }], { rotate }), `${chosen.length} of ${all.length} pages`);
}

function split(path, prefix) {
  if (!prefix) throw new Error(USAGE);
  const file = open(path);
  const all = file.pages();
  const width = String(all.length).length;
  all.forEach((page, index) =>
    save(
      `${prefix}${String(index + 1).padStart(width, '0')}.pdf`,
      [path],
      build([{ file, chosen: [page] }]),
      `page ${index + 1}`,
    ),
  );
}

/** Ends of the tree of fields, with their whole names and what they inherit. */
function formFields(file) {
  const found = [];
  const walk = (ref, path, inherited, depth) => {
    const node = file.get(ref);
    if (!(node instanceof Map) || depth > 50) return;
    const own = file.get(node.get('T'));
    const here = own instanceof Text ? [...path, readText(own)] : path;
    const facts = new Map(inherited);
    for (const key of ['FT', 'Ff', 'DA', 'V', 'Opt']) if (node.has(key)) facts.set(key, node.get(key));
    const kids = file.get(node.get('Kids')) ?? [];
    const parts = kids.filter((kid) => file.get(kid)?.has?.('T'));
    if (parts.length > 0) for (const kid of parts) walk(kid, here, facts, depth + 1);
    else
      found.push({
        name: here.join('.'),
        node,
        facts,
        widgets: kids.length > 0 ? kids.map((kid) => file.get(kid)) : [node],
      });
  };
  for (const ref of file.get(file.get(file.catalog.get('AcroForm'))?.get('Fields')) ?? []) walk(ref, [], new Map(), 0);
  return found;
}

const onStates = (file, widgets) =>
  [
    ...new Set(widgets.flatMap((widget) => [...(file.get(file.get(widget.get('AP'))?.get('N'))?.keys?.() ?? [])])),
  ].filter((state) => state !== 'Off');
const kindOf = (file, { facts }) => file.get(facts.get('FT'))?.text;

function shown(file, value) {
  const plain = file.get(value);
  return plain instanceof Text ? readText(plain) : plain instanceof Name ? plain.text : '';
}

function fields(path) {
  const file = open(path);
  const list = formFields(file);
  if (list.length === 0) console.log('no form fields: this PDF is not a form that can be filled');
  for (const field of list) {
    const kind = kindOf(file, field);
    const choices =
      kind === 'Ch'
        ? (file.get(field.facts.get('Opt')) ?? []).map((option) => shown(file, [file.get(option)].flat()[0]))
        : kind === 'Btn'
          ? onStates(file, field.widgets)
          : [];
    console.log(
      [
        field.name,
        { Tx: 'text', Btn: 'button', Ch: 'choice', Sig: 'signature' }[kind] ?? 'unknown',
        `now: ${shown(file, field.facts.get('V')) || '(empty)'}`,
        ...(choices.length > 0 ? [`one of: ${choices.join(' | ')}`] : []),
      ].join('\t'),
    );
  }
}

function fill(path, valuesFile, out) {
  if (!out) throw new Error(USAGE);
  const values = JSON.parse(readFileSync(valuesFile, 'utf8'));
  const file = open(path);
  const byName = new Map(formFields(file).map((field) => [field.name, field]));
  const unknown = Object.keys(values).filter((key) => !byName.has(key));
  if (unknown.length > 0)
    throw new Error(`no such field: ${unknown.join(', ')}. There are: ${[...byName.keys()].join(', ') || 'none'}`);
  for (const [key, value] of Object.entries(values)) setField(file, byName.get(key), value);
  const form = file.get(file.catalog.get('AcroForm'));
  form.set('NeedAppearances', true);
  form.delete('XFA');
  save(
    out,
    [path],
    build([{ file, chosen: file.pages() }], { keepForm: true }),
    `${Object.keys(values).length} fields`,
  );
}

function setField(file, field, value) {
  const kind = kindOf(file, field);
  if (kind === 'Sig') throw new Error(`${field.name}: a signature can't be filled in`);
  if (kind === 'Btn') {
    const states = onStates(file, field.widgets);
    const state = value === true ? states[0] : value === false || value === null ? 'Off' : String(value);
    if (state === undefined || (state !== 'Off' && !states.includes(state)))
      throw new Error(`${field.name}: true, false or one of ${states.join(', ')}`);
    field.node.set('V', name(state));
    for (const widget of field.widgets)
      widget.set('AS', name(file.get(file.get(widget.get('AP'))?.get('N'))?.has(state) ? state : 'Off'));
    return;
  }
  const text = value === null ? '' : String(value);
  if (kind === 'Ch') {
    const options = (file.get(field.facts.get('Opt')) ?? []).map((option) => shown(file, [file.get(option)].flat()[0]));
    const editable = (Number(file.get(field.facts.get('Ff')) ?? 0) & (1 << 18)) !== 0;
    if (text !== '' && !editable && !options.includes(text))
      throw new Error(`${field.name}: one of ${options.join(', ')}`);
  }
  field.node.set('V', makeText(text));
  for (const widget of field.widgets) drawText(file, field, widget, text);
}

/** What a viewer shows that does not draw fields itself: one line in Helvetica, where it has the letters. */
function drawText(file, { facts }, widget, text) {
  const box = (file.get(widget.get('Rect')) ?? []).map((value) => file.get(value));
  if (box.length !== 4 || [...text].some((sign) => sign.codePointAt(0) > 255 || sign === '\n')) {
    widget.delete('AP');
    return;
  }
  const [width, height] = [Math.abs(box[2] - box[0]), Math.abs(box[3] - box[1])];
  const wished = Number(/([\d.]+)\s+Tf/.exec(shown(file, facts.get('DA')))?.[1] ?? 0);
  const size = wished > 0 ? wished : Math.max(4, Math.min(12, height * 0.7));
  const bytes = Buffer.from(text, 'latin1').toString('hex');
  const content = `/Tx BMC q 0 0 ${width.toFixed(2)} ${height.toFixed(2)} re W n BT 0 g /Helv ${size.toFixed(2)} Tf 2 ${((height - size) / 2 + size * 0.22).toFixed(2)} Td <${bytes}> Tj ET Q EMC`;
  const font = new Map([
    ['Type', name('Font')],
    ['Subtype', name('Type1')],
    ['BaseFont', name('Helvetica')],
    ['Encoding', name('WinAnsiEncoding')],
  ]);
  const dict = new Map([
    ['Type', name('XObject')],
    ['Subtype', name('Form')],
    ['BBox', [0, 0, width, height]],
    ['Resources', new Map([['Font', new Map([['Helv', font]])]])],
  ]);
  // A stream is always an object of its own: it gets a number that nothing else has.
  const number = Math.max(...file.places.keys(), ...file.known.keys()) + 1;
  file.known.set(number, new Stream(dict, Buffer.from(content)));
  widget.set('AP', new Map([['N', new Ref(number)]]));
}

function readText({ bytes }) {
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)))
      .swap16()
      .toString('utf16le');
  return bytes.toString('latin1');
}

const makeText = (text) =>
  new Text(
    /^[\u0000-\u007f]*$/.test(text)
      ? Buffer.from(text, 'latin1')
      : Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, 'utf16le').swap16()]),
  );
