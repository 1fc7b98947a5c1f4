import { i18n } from '@lingui/core';

/**
 * How dates and numbers are written: the browser's own variety of the page's language, such as British English, else the
 * language itself.
 */
export function formatLocale(): string {
  const { locale } = i18n;
  if (locale === '') return 'en';
  return languages().find((each) => each.split('-')[0] === locale) ?? locale;
}

/** None where there is no browser. */
const languages = (): readonly string[] => (typeof navigator === 'undefined' ? [] : (navigator.languages ?? []));

/** Formats that were made before: making one takes a hundred times as long as using it. */
function kept<Options, Format>(make: new (locale: string, options: Options) => Format): (options: Options) => Format {
  const known = new Map<string, Format>();
  return (options) => {
    const locale = formatLocale();
    const name = `${locale} ${JSON.stringify(options)}`;
    const format = known.get(name) ?? new make(locale, options);
    known.set(name, format);
    return format;
  };
}

const numberFormat = kept<Intl.NumberFormatOptions, Intl.NumberFormat>(Intl.NumberFormat);
const dateFormat = kept<Intl.DateTimeFormatOptions, Intl.DateTimeFormat>(Intl.DateTimeFormat);

export const number = (value: number, options: Intl.NumberFormatOptions = {}): string =>
  numberFormat(options).format(value);

export const date = (at: number | Date, options: Intl.DateTimeFormatOptions): string => dateFormat(options).format(at);

/** A share of 1 as "40 %". */
export const percent = (share: number): string => number(share, { style: 'percent', maximumFractionDigits: 0 });

/** "a, b and c". */
export const allOf = (words: readonly string[]): string =>
  new Intl.ListFormat(formatLocale(), { type: 'conjunction' }).format(words);

/** "a, b or c". */
export const anyOf = (words: readonly string[]): string =>
  new Intl.ListFormat(formatLocale(), { type: 'disjunction' }).format(words);

/** A day of the week; 0 is Sunday, as the 4th of January 1970 was. */
export const weekdayName = (day: number, length: 'long' | 'short' = 'long'): string =>
  date(Date.UTC(1970, 0, 4 + day), { weekday: length, timeZone: 'UTC' });
