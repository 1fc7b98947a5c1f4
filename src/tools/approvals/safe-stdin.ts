/**
 * What programs named in `tools.exec.safeBins` may be given: options and words with which they read standard input only,
 * and neither open nor write a file. Names and options that are not here are asked for.
 */
interface StdinForm {
  /** One short option, or several written together, none of which takes a value. */
  flags: string;
  /** Options with a value, glued to it or followed by it. */
  valued?: Readonly<Record<string, RegExp>>;
  /** `-5` means a number of lines. */
  counts?: true;
  /** How many words may stand beside the options. */
  words?: readonly [number, number];
}

const COUNT = /^[+-]?\d{1,9}$/;
const LIST = /^(?=.*\d)[\d,-]{1,60}$/;

const FORMS: Readonly<Record<string, StdinForm>> = {
  cut: { flags: 's', valued: { b: LIST, c: LIST, f: LIST, d: /^.$/u } },
  grep: { flags: 'EFGPchinovwx', valued: { A: COUNT, B: COUNT, C: COUNT, m: COUNT }, words: [1, 1] },
  head: { flags: 'qvz', counts: true, valued: { c: COUNT, n: COUNT } },
  nl: { flags: '' },
  rev: { flags: '' },
  sort: { flags: 'bdfghiMnRrsuVz', valued: { k: /^[\d.,bdfginrMhV]{1,30}$/, t: /^.$/u } },
  tac: { flags: '' },
  tail: { flags: 'qvz', counts: true, valued: { c: COUNT, n: COUNT } },
  tr: { flags: 'cCdst', words: [1, 2] },
  uniq: { flags: 'cdiuz', valued: { f: COUNT, s: COUNT, w: COUNT } },
  wc: { flags: 'clmwL' },
};

export const hasStdinForm = (name: string): boolean => Object.hasOwn(FORMS, name);

/** Whether a program with these arguments does nothing but read standard input and print. */
export function readsStdinOnly([name = '', ...args]: readonly string[]): boolean {
  const form = Object.hasOwn(FORMS, name) ? FORMS[name] : undefined;
  if (!form) return false;
  let words = 0;
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? '';
    if (!argument.startsWith('-') || argument === '-') {
      if (argument === '-') return false;
      words++;
      continue;
    }
    if (form.counts && COUNT.test(argument)) continue;
    const option = argument[1] ?? '';
    const value = form.valued && Object.hasOwn(form.valued, option) ? form.valued[option] : undefined;
    if (value) {
      const given = argument.length > 2 ? argument.slice(2) : args[++index];
      if (given === undefined || !value.test(given)) return false;
    } else if (![...argument.slice(1)].every((flag) => form.flags.includes(flag))) return false;
  }
  const [least, most] = form.words ?? [0, 0];
  return words >= least && words <= most;
}
