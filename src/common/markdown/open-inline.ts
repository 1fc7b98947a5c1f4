const SPACE = /^\s?$/;
const WORD = /[\p{L}\p{N}]/u;

/**
 * Where in a paragraph something begins that may be markup once more has come: emphasis, code, a link or a formula without
 * its end.
 * @returns its index; undefined: the paragraph reads the same whatever follows
 */
export function openFrom(text: string): number | undefined {
  const open: { mark: string; at: number }[] = [];
  const first = (at: number): number => Math.min(at, open[0]?.at ?? at);
  for (let at = 0; at < text.length;) {
    const sign = text[at] ?? '';
    const run = runAt(text, at);
    const after = at + run.length;
    switch (sign) {
      case '\\':
        at += 2;
        continue;
      case '`': {
        const end = endOfRun(text, run, after);
        if (end === undefined) return first(at);
        at = end;
        continue;
      }
      case '$': {
        const isMoney = run === '$' && /^[\d\s]?$/.test(text[after] ?? '');
        const end = isMoney ? after : endOfRun(text, run, after);
        if (end === undefined) return first(at);
        at = end;
        continue;
      }
      case '[':
        if (isOpenLink(text, at)) return first(at);
        break;
      case '<':
        if (/^[a-z/]/i.test(text[after] ?? '') && !text.slice(after).includes('>')) return first(at);
        break;
      case '*':
      case '_':
      case '~':
      case '|':
        if (sign === '|' && run !== '||') break;
        if (sign === '_' && WORD.test(text[at - 1] ?? '') && WORD.test(text[after] ?? '')) break;
        mark(open, run, at, !SPACE.test(text[at - 1] ?? ''), !SPACE.test(text[after] ?? ''));
        break;
    }
    at = after;
  }
  return open[0]?.at;
}

function mark(
  open: { mark: string; at: number }[],
  run: string,
  at: number,
  mayClose: boolean,
  mayOpen: boolean,
): void {
  // A shorter run does not end a longer one: the rest of it may still come.
  const begun = open.findLastIndex((one) => one.mark[0] === run[0] && one.mark.length <= run.length);
  if (mayClose && begun !== -1) open.length = begun;
  else if (mayOpen) open.push({ mark: run, at });
}

/** The same sign as often as it stands there. */
function runAt(text: string, at: number): string {
  let end = at + 1;
  while (end < text.length && text[end] === text[at]) end++;
  return text.slice(at, end);
}

/** Behind the next run of just these signs. */
function endOfRun(text: string, run: string, from: number): number | undefined {
  for (let at = text.indexOf(run, from); at !== -1;) {
    const found = runAt(text, at);
    if (found === run) return at + run.length;
    at = text.indexOf(run, at + found.length);
  }
  return undefined;
}

function isOpenLink(text: string, at: number): boolean {
  let depth = 0;
  for (let end = at; end < text.length; end++) {
    if (text[end] === '[') depth++;
    else if (text[end] === ']' && --depth === 0) return text[end + 1] === '(' && !text.slice(end + 2).includes(')');
  }
  return true;
}
