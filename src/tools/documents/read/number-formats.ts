import { attribute, decode, named } from './office-xml';
import { numberCell } from './sheet-writer';

/** How a number of a sheet is meant. `duration` counts hours beyond a day. */
export type NumberKind = 'number' | 'date' | 'duration' | 'percent';

/** What the formats with fixed numbers show, where that is not a plain number; those from 27 on are of East Asia. */
const DATE_FORMATS = [
  14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 45, 47, 50, 51, 52, 53, 54, 55, 56, 57,
  58,
];
const DURATION_FORMATS = [46];
const PERCENT_FORMATS = [9, 10];
const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(1899, 11, 30);
/** Day numbers of workbooks of old Macs begin so much later. */
const DAYS_TO_1904 = 1462;
/** The day that Excel holds for 29 February 1900, which there never was. */
const NO_DAY = 60;

/** What a number is shown as. */
export function numberText(value: string, kind: NumberKind, isFrom1904: boolean): string {
  switch (kind) {
    case 'date':
      return dateText(Number(value), isFrom1904);
    case 'duration':
      return durationText(Number(value));
    case 'percent':
      return `${numberCell(String(Number(value) * 100))}%`;
    default:
      return numberCell(value);
  }
}

function dateText(days: number, isFrom1904: boolean): string {
  if (!Number.isFinite(days) || Math.abs(days) > 3_000_000) return String(days);
  const shift = isFrom1904 ? DAYS_TO_1904 : days >= 1 && days < NO_DAY ? 1 : 0;
  const at = new Date(Math.round(((days + shift) * DAY_MS) / 1000) * 1000 + FIRST_DAY);
  const [date = '', time = ''] = at
    .toISOString()
    .replace(/\.000Z$/, '')
    .split('T');
  if (days >= 0 && days < 1) return time;
  return time === '00:00:00' ? date : `${date} ${time}`;
}

function durationText(days: number): string {
  if (!Number.isFinite(days)) return String(days);
  const seconds = Math.round(Math.abs(days) * 86_400);
  const two = (number: number): string => String(number).padStart(2, '0');
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  return days < 0 ? `-${clock}` : clock;
}

/** Kinds of the cells' styles, by number. @param styles the part that describes them */
export function kindsOf(styles: string): NumberKind[] {
  const kinds = new Map<number, NumberKind>([
    ...DATE_FORMATS.map((id) => [id, 'date'] as const),
    ...DURATION_FORMATS.map((id) => [id, 'duration'] as const),
    ...PERCENT_FORMATS.map((id) => [id, 'percent'] as const),
  ]);
  for (const { attributes } of named(named(styles, 'numFmts')[0]?.inner ?? '', 'numFmt'))
    kinds.set(Number(attribute(attributes, 'numFmtId')), kindOfCode(decode(attribute(attributes, 'formatCode') ?? '')));
  const [used] = named(styles, 'cellXfs');
  return named(used?.inner ?? '', 'xf').map(
    ({ attributes }) => kinds.get(Number(attribute(attributes, 'numFmtId') ?? 0)) ?? 'number',
  );
}

/** Office programs write no longer codes. */
const MOST_CODE = 255;

/** Letters in quotes, brackets, or behind a backslash are shown as they are; `_` and `*` only make room. */
function kindOfCode(code: string): NumberKind {
  if (code.length > MOST_CODE) return 'number';
  const [positive = ''] = code.replace(/"[^"]*"|\[(?!(?:h+|m+|s+)\])[^\]]*\]|[\\_*]./gi, '').split(';');
  if (/\[(?:h+|m+|s+)\]/i.test(positive)) return 'duration';
  if (/[dmyhs]|g{1,3}e/i.test(positive.replace(/general/gi, ''))) return 'date';
  return positive.includes('%') ? 'percent' : 'number';
}
