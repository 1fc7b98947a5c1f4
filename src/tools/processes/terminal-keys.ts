/** Names of keys as terminals send them. */
const KEYS: Readonly<Record<string, string>> = {
  enter: '\r',
  return: '\r',
  tab: '\t',
  escape: '\x1b',
  esc: '\x1b',
  space: ' ',
  backspace: '\x7f',
  bspace: '\x7f',
  delete: '\x1b[3~',
  dc: '\x1b[3~',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
  pageup: '\x1b[5~',
  pagedown: '\x1b[6~',
  insert: '\x1b[2~',
  f1: '\x1bOP',
  f2: '\x1bOQ',
  f3: '\x1bOR',
  f4: '\x1bOS',
  f5: '\x1b[15~',
  f6: '\x1b[17~',
  f7: '\x1b[18~',
  f8: '\x1b[19~',
  f9: '\x1b[20~',
  f10: '\x1b[21~',
  f11: '\x1b[23~',
  f12: '\x1b[24~',
};

/** Bytes of a named key: `Enter`, `C-c`, `M-x`, `Up`, or a single character; undefined for an unknown name. */
export function keyBytes(name: string): string | undefined {
  const known = KEYS[name.toLowerCase()];
  if (known !== undefined) return known;
  const control = /^(?:C-|\^|ctrl\+)(.)$/i.exec(name)?.[1];
  if (control !== undefined) return String.fromCharCode(control.toUpperCase().charCodeAt(0) & 0x1f);
  const meta = /^(?:M-|alt\+)(.)$/i.exec(name)?.[1];
  if (meta !== undefined) return `\x1b${meta}`;
  return [...name].length === 1 ? name : undefined;
}

/** Text as a terminal marks pasted text, so that a program does not take its line breaks for commands. */
export const pasted = (text: string): string => `\x1b[200~${text}\x1b[201~`;
