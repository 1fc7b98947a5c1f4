// Tables from CSV, TSV, JSON and JSON lines.
import { readFileSync } from 'node:fs';

/** @returns columns, and rows of texts or numbers */
export function readTable(path) {
  const text = readFileSync(path === '-' ? 0 : path, 'utf8').replace(/^\ufeff/, '');
  const records = /^\s*[[{]/.test(text) ? fromJson(text) : undefined;
  if (records) {
    const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
    return { columns, rows: records.map((record) => columns.map((column) => plain(record[column]))) };
  }
  const [head = [], ...rows] = parseCsv(text);
  const columns = head.map((name, index) => name.trim() || `column ${index + 1}`);
  const odd = rows.findIndex((row) => row.length !== columns.length);
  if (odd >= 0) throw new Error(`${path}, row ${odd + 2}: ${rows[odd].length} fields instead of ${columns.length}`);
  const decimalComma = usesDecimalComma(rows);
  return { columns, rows: rows.map((row) => row.map((value) => typed(value.trim(), decimalComma))) };
}

function fromJson(text) {
  try {
    const value = JSON.parse(text);
    return (Array.isArray(value) ? value : [value]).map((each) =>
      each && typeof each === 'object' ? each : { value: each },
    );
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    try {
      return lines.map((line) => JSON.parse(line));
    } catch {
      throw new Error(`this is neither JSON nor JSON lines: ${error.message}`);
    }
  }
}

const plain = (value) =>
  value === null || value === undefined
    ? ''
    : typeof value === 'number' || typeof value === 'string'
      ? value
      : JSON.stringify(value);

/** `1.234,5` is a number where no field is written the other way round. */
function usesDecimalComma(rows) {
  const fields = rows.flat().map((value) => value.trim());
  return (
    fields.some(
      (value) => /^-?\d{1,3}(\.\d{3})*,\d+$|^-?\d+,\d+$/.test(value) && !/^-?\d{1,3}(,\d{3})+$/.test(value),
    ) && !fields.some((value) => /^-?\d+\.\d{1,2}$/.test(value))
  );
}

function typed(value, decimalComma) {
  const text = decimalComma
    ? value.replaceAll('.', '').replace(',', '.')
    : value.replace(/^(-?\d{1,3})((?:,\d{3})+)(?=\.|$)/, (_, head, rest) => head + rest.replaceAll(',', ''));
  return value !== '' && /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : value;
}

function parseCsv(text) {
  const [head = ''] = text.split('\n');
  const comma = [',', ';', '\t', '|'].sort((a, b) => head.split(b).length - head.split(a).length)[0];
  const rows = [];
  let [row, field, quoted] = [[], '', false];
  const closeRow = () => {
    row.push(field);
    if (row.length > 1 || row[0].trim() !== '') rows.push(row);
    [row, field] = [[], ''];
  };
  for (let index = 0; index < text.length; index++) {
    const sign = text[index];
    if (quoted) {
      if (sign !== '"') field += sign;
      else if (text[index + 1] === '"') field += text[++index];
      else quoted = false;
    } else if (sign === '"' && field === '') quoted = true;
    else if (sign === comma) {
      row.push(field);
      field = '';
    } else if (sign === '\n') closeRow();
    else if (sign !== '\r') field += sign;
  }
  if (field !== '' || row.length > 0) closeRow();
  return rows;
}

export function columnIndex({ columns }, name) {
  const index = columns.indexOf(name);
  if (index < 0) throw new Error(`there is no column "${name}"; there are: ${columns.join(', ')}`);
  return index;
}

/** Numbers without the last bits that nobody wants to read. */
export const short = (value) => (typeof value === 'number' ? String(Number(value.toPrecision(10))) : String(value));

/** Starts when the whole script was read. */
export function run(main) {
  Promise.resolve(process.argv.slice(2))
    .then(main)
    .catch((error) => {
      console.error(error.message);
      process.exitCode = 1;
    });
}

/** Words, and options with their values. */
export function optionsOf(args, known) {
  const [options, words] = [{}, []];
  for (let index = 0; index < args.length; index++) {
    const name = args[index].slice(2);
    if (!args[index].startsWith('--')) words.push(args[index]);
    else if (!known.includes(name))
      throw new Error(`unknown option --${name}; known: ${known.map((each) => `--${each}`).join(' ')}`);
    else if (args[index + 1] === undefined) throw new Error(`--${name} needs a value`);
    else options[name] = args[++index];
  }
  return { options, words };
}
