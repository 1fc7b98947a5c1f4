#!/usr/bin/env node
// Spreadsheets. usage: xlsx.mjs sheets FILE | read FILE [SHEET] [--json|--formulas] | fill FILE CHANGES.json OUT | make OUT.xlsx FILE.csv...
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { escapeXml, readZip, run, unescapeXml, writeZip } from './zip.mjs';

const USAGE =
  'usage: xlsx.mjs sheets FILE | read FILE [SHEET] [--json|--formulas] | fill FILE CHANGES.json OUT | make OUT.xlsx FILE.csv...';

run(() => {
  const [command, ...args] = process.argv.slice(2);
  const known = { sheets, read, fill, make };
  if (!Object.hasOwn(known, command ?? '') || args.length === 0) throw new Error(USAGE);
  known[command](...args);
});

function open(path) {
  const files = readZip(readFileSync(path));
  if (!files.has('xl/workbook.xml')) throw new Error(`${path} is not an .xlsx file: xl/workbook.xml is missing`);
  const text = (name) => files.get(name)?.toString('utf8') ?? '';
  const targets = new Map(
    [...text('xl/_rels/workbook.xml.rels').matchAll(/<Relationship ([^>]*?)\/>/g)].map(([, all]) => [
      attribute(all, 'Id'),
      attribute(all, 'Target'),
    ]),
  );
  const list = [...text('xl/workbook.xml').matchAll(/<sheet ([^>]*?)\/>/g)].map(([, all]) => {
    const target = targets.get(attribute(all, 'r:id')) ?? '';
    return {
      name: unescapeXml(attribute(all, 'name')),
      part: target.startsWith('/') ? target.slice(1) : `xl/${target}`,
    };
  });
  const shared = [...text('xl/sharedStrings.xml').matchAll(/<si>([\s\S]*?)<\/si>|<si\/>/g)].map(([, item = '']) =>
    plain(item),
  );
  return { files, list, shared, dates: dateStyles(text('xl/styles.xml')), text };
}

const attribute = (attributes, name) => new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
/** Text of a shared or inline string; readings of East Asian names are left out. */
const plain = (xml) =>
  unescapeXml(
    [...xml.replace(/<rPh[\s\S]*?<\/rPh>/g, '').matchAll(/<t(?: [^>]*)?>([^<]*)<\/t>/g)]
      .map(([, part]) => part)
      .join(''),
  );

/** Which cell styles show a number as a date. */
function dateStyles(styles) {
  const own = new Map(
    [...styles.matchAll(/<numFmt ([^>]*?)\/>/g)].map(([, all]) => [
      attribute(all, 'numFmtId'),
      unescapeXml(attribute(all, 'formatCode')),
    ]),
  );
  const formats = /<cellXfs[^>]*>([\s\S]*?)<\/cellXfs>/.exec(styles)?.[1] ?? '';
  return [...formats.matchAll(/<xf ([^>]*?)\/?>/g)].map(([, all]) => {
    const id = attribute(all, 'numFmtId');
    const code = (own.get(id) ?? '').replace(/"[^"]*"|\[[^\]]*\]|\\./g, '');
    return (Number(id) >= 14 && Number(id) <= 22) || /[dmyhs]/i.test(code);
  });
}

function columnOf(reference) {
  return [...reference.replace(/\d+$/, '')].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
}
function letters(column) {
  let name = '';
  for (let left = column; left > 0; left = Math.floor((left - 1) / 26))
    name = String.fromCharCode(65 + ((left - 1) % 26)) + name;
  return name;
}

/** A day of the calendar that Excel counts, with the time where it has one. */
function dateText(number) {
  const at = new Date(Math.round((number - 25569) * 86400) * 1000).toISOString();
  return number % 1 === 0 ? at.slice(0, 10) : `${at.slice(0, 10)} ${at.slice(11, 19)}`;
}

function cellValue({ type, style, content }, { shared, dates }, formulas) {
  const formula = /<f(?: [^>]*)?>([^<]*)<\/f>/.exec(content)?.[1];
  if (formulas && formula !== undefined) return `=${unescapeXml(formula)}`;
  if (type === 'inlineStr') return plain(content);
  const raw = /<v(?: [^>]*)?>([^<]*)<\/v>/.exec(content)?.[1];
  if (raw === undefined) return '';
  if (type === 's') return shared[Number(raw)] ?? '';
  if (type === 'b') return raw === '1';
  if (type === 'str' || type === 'e') return unescapeXml(raw);
  return dates[Number(style || 0)] ? dateText(Number(raw)) : Number(raw);
}

const cellsOf = (row) =>
  [...row.matchAll(/<c ([^>]*?)(?:\/>|>([\s\S]*?)<\/c>)/g)].map(([whole, all, content = '']) => ({
    whole,
    reference: attribute(all, 'r'),
    type: attribute(all, 't'),
    style: attribute(all, 's'),
    content,
  }));

function sheets(path) {
  const book = open(path);
  for (const { name, part } of book.list) {
    const rows = [...book.text(part).matchAll(/<row [^>]*?(?:\/>|>([\s\S]*?)<\/row>)/g)];
    const width = rows.reduce(
      (most, [, row = '']) => Math.max(most, ...cellsOf(row).map(({ reference }) => columnOf(reference))),
      0,
    );
    console.log(`${name}\t${rows.length} rows\t${width > 0 ? `A to ${letters(width)}` : 'empty'}`);
  }
}

function find(book, name) {
  const sheet = name === undefined ? book.list[0] : book.list.find((each) => each.name === name);
  if (!sheet)
    throw new Error(`there is no sheet "${name}"; there are: ${book.list.map((each) => each.name).join(', ')}`);
  return sheet;
}

function read(path, ...rest) {
  const flags = rest.filter((word) => word.startsWith('--'));
  const [name] = rest.filter((word) => !word.startsWith('--'));
  const wrong = flags.find((flag) => flag !== '--json' && flag !== '--formulas');
  if (wrong) throw new Error(`unknown option ${wrong}`);
  const book = open(path);
  const rows = [];
  let last = 0;
  for (const [, all, row = ''] of book
    .text(find(book, name).part)
    .matchAll(/<row ([^>]*?)(?:\/>|>([\s\S]*?)<\/row>)/g)) {
    const number = Number(attribute(all, 'r')) || last + 1;
    // Empty rows and cells keep their place, so that columns don't move.
    while (rows.length < number - 1) rows.push([]);
    const cells = [];
    for (const cell of cellsOf(row)) {
      const column = cell.reference === '' ? cells.length : columnOf(cell.reference) - 1;
      while (cells.length < column) cells.push('');
      cells[column] = cellValue(cell, book, flags.includes('--formulas'));
    }
    rows.push(cells);
    last = number;
  }
  if (flags.includes('--json')) console.log(JSON.stringify(rows));
  else for (const cells of rows) console.log(cells.map(csvField).join(','));
}

function csvField(value) {
  const text = value === true ? 'TRUE' : value === false ? 'FALSE' : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A cell by its value: a number, a truth, a formula that begins with =, or text. */
function cellXml(reference, style, value) {
  const looks = style ? ` s="${style}"` : '';
  if (value === null || value === '') return `<c r="${reference}"${looks}/>`;
  if (typeof value === 'number' && Number.isFinite(value)) return `<c r="${reference}"${looks}><v>${value}</v></c>`;
  if (typeof value === 'boolean') return `<c r="${reference}"${looks} t="b"><v>${value ? 1 : 0}</v></c>`;
  if (typeof value !== 'string') throw new Error(`${reference}: a value is text, a number, true, false or null`);
  if (value.startsWith('=')) return `<c r="${reference}"${looks}><f>${escapeXml(value.slice(1))}</f></c>`;
  return `<c r="${reference}"${looks} t="inlineStr"><is><t xml:space="preserve">${escapeXml(value)}</t></is></c>`;
}

/** Looks, widths and formulas stay; what formulas give is worked out by the program that opens the file. */
function fill(path, changesFile, out) {
  if (!out || out === path) throw new Error(out ? `${out} is the source; write to another file` : USAGE);
  const changes = JSON.parse(readFileSync(changesFile, 'utf8'));
  const book = open(path);
  const bySheet = new Map();
  for (const [place, value] of Object.entries(changes)) {
    const [, name, reference] = /^(?:(.+)!)?([A-Z]{1,3}[1-9]\d{0,6})$/.exec(place) ?? [];
    if (!reference) throw new Error(`"${place}" is no cell; write "B2" or "Sheet1!B2"`);
    const { part } = find(book, name);
    bySheet.set(part, [...(bySheet.get(part) ?? []), [reference, value]]);
  }
  for (const [part, cells] of bySheet) {
    let xml = book.text(part);
    for (const [reference, value] of cells) xml = setCell(xml, reference, value);
    book.files.set(part, Buffer.from(xml.replace(/(<f(?: [^>]*)?>[^<]*<\/f>)<v>[^<]*<\/v>/g, '$1')));
  }
  let workbook = book.text('xl/workbook.xml').replace(/<calcPr[^>]*\/>/, '');
  workbook = workbook.replace(
    /<\/(definedNames|sheets)>(?![\s\S]*<\/(?:definedNames|sheets)>)/,
    '$&<calcPr fullCalcOnLoad="1"/>',
  );
  book.files.set('xl/workbook.xml', Buffer.from(workbook));
  writeFileSync(out, writeZip(book.files));
  console.log(`${out}: ${Object.keys(changes).length} cells`);
}

function setCell(xml, reference, value) {
  const number = Number(/\d+$/.exec(reference)[0]);
  const whole = xml.replace(/<sheetData\/>/, '<sheetData></sheetData>');
  let later;
  for (const row of whole.matchAll(/<row ([^>]*?)(?:\/>|>([\s\S]*?)<\/row>)/g)) {
    const at = Number(attribute(row[1], 'r'));
    if (at > number) {
      later = row.index;
      break;
    }
    if (at !== number) continue;
    const content = withCell(row[2] ?? '', reference, value);
    return `${whole.slice(0, row.index)}<row ${row[1].trim()}>${content}</row>${whole.slice(row.index + row[0].length)}`;
  }
  const place = later ?? whole.indexOf('</sheetData>');
  return `${whole.slice(0, place)}<row r="${number}">${cellXml(reference, '', value)}</row>${whole.slice(place)}`;
}

function withCell(row, reference, value) {
  let at = 0;
  for (const cell of cellsOf(row)) {
    const index = row.indexOf(cell.whole, at);
    if (cell.reference === reference)
      return row.slice(0, index) + cellXml(reference, cell.style, value) + row.slice(index + cell.whole.length);
    if (columnOf(cell.reference) > columnOf(reference))
      return row.slice(0, index) + cellXml(reference, '', value) + row.slice(index);
    at = index + cell.whole.length;
  }
  return row + cellXml(reference, '', value);
}

function make(out, ...sources) {
  if (sources.length === 0 || sources.includes(out)) throw new Error(USAGE);
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const named = sources.map((path, index) => ({
    name:
      basename(path)
        .replace(/\.[^.]*$/, '')
        .replace(/[[\]:*?/\\]/g, ' ')
        .slice(0, 31) || `Sheet${index + 1}`,
    rows: parseCsv(readFileSync(path, 'utf8')),
  }));
  const twice = named.find(
    ({ name }, index) => named.findIndex((other) => other.name.toLowerCase() === name.toLowerCase()) < index,
  );
  if (twice) throw new Error(`two sheets would be called "${twice.name}"`);
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const sheetXml = (rows) =>
    `<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>${rows
      .map(
        (cells, row) =>
          `<row r="${row + 1}">${cells.map((value, column) => cellXml(letters(column + 1) + (row + 1), row === 0 ? '1' : '', row === 0 ? value : typed(value))).join('')}</row>`,
      )
      .join('')}</sheetData></worksheet>`;
  const parts = {
    '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/>${named.map((_, n) => `<Override PartName="/xl/worksheets/sheet${n + 1}.xml" ContentType="${type}.worksheet+xml"/>`).join('')}</Types>`,
    '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${named.map(({ name }, n) => `<sheet name="${escapeXml(name)}" sheetId="${n + 1}" r:id="rId${n + 1}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${named.map((_, n) => `<Relationship Id="rId${n + 1}" Type="${office}/worksheet" Target="worksheets/sheet${n + 1}.xml"/>`).join('')}<Relationship Id="rId0" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': `<styleSheet xmlns="${main}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>`,
    ...Object.fromEntries(named.map(({ rows }, n) => [`xl/worksheets/sheet${n + 1}.xml`, sheetXml(rows)])),
  };
  writeFileSync(
    out,
    writeZip(
      new Map(
        Object.entries(parts).map(([name, xml]) => [
          name,
          Buffer.from(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${xml}`),
        ]),
      ),
    ),
  );
  console.log(`${out}: ${named.map(({ name, rows }) => `${name} (${rows.length} rows)`).join(', ')}`);
}

/** Numbers are numbers; what begins with zeros or is longer than a number can be is text, such as a phone number. */
const typed = (value) => (/^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(value) ? Number(value) : value);

/** Commas, semicolons or tabs, whichever the first line has most of; quotes as RFC 4180 has them. */
function parseCsv(text) {
  const clean = text.replace(/^\ufeff/, '');
  const [head = ''] = clean.split('\n');
  const comma = [',', ';', '\t'].sort((a, b) => head.split(b).length - head.split(a).length)[0];
  const rows = [[]];
  let [field, quoted] = ['', false];
  const closeField = () => {
    rows.at(-1).push(field);
    field = '';
  };
  for (let index = 0; index < clean.length; index++) {
    const sign = clean[index];
    if (quoted) {
      if (sign !== '"') field += sign;
      else if (clean[index + 1] === '"') field += clean[++index];
      else quoted = false;
    } else if (sign === '"' && field === '') quoted = true;
    else if (sign === comma) closeField();
    else if (sign === '\n') {
      closeField();
      rows.push([]);
    } else if (sign !== '\r') field += sign;
  }
  if (field !== '' || rows.at(-1).length > 0) closeField();
  else rows.pop();
  return rows;
}
