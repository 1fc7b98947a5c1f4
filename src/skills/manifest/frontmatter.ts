import JSON5 from 'json5';
import { cutText } from '../../common/cut-text';
import { isPlainObject } from '../../common/plain-object';
import { onOneLine } from '../../common/text/edges';

/** A value of the frontmatter and the line it stands on, counted from 1. */
export interface FrontmatterValue {
  value: unknown;
  line: number;
}

export interface Frontmatter {
  values: ReadonlyMap<string, FrontmatterValue>;
  /** Text below the frontmatter. */
  body: string;
  /** Line the body begins on. */
  bodyLine: number;
  /** What could not be read, and was left out. */
  warnings: readonly SkillFault[];
}

export interface SkillFault {
  line: number;
  reason: string;
}

/** The file is no skill. */
export class FrontmatterError extends Error {
  constructor(
    readonly line: number,
    readonly reason: string,
  ) {
    super(`line ${line}: ${reason}`);
  }
}

const KEY = /^([A-Za-z][\w.-]*)\s*:(?:\s+(.*)|\s*)$/;

/**
 * The block between the two `---` lines. Forgiving like the readers that skills were written for: values on one line
 * are taken literally (also with colons in them), `metadata` is JSON5 on one line or several, all else is YAML.
 * @throws FrontmatterError
 */
export function parseFrontmatter(text: string): Frontmatter {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines[0]?.trim() !== '---')
    throw new FrontmatterError(1, 'the file does not begin with a frontmatter block (---)');
  const end = lines.findIndex((line, index) => index > 0 && line.trim() === '---');
  if (end < 0) throw new FrontmatterError(1, 'the frontmatter block is not closed (a second --- is missing)');
  const values = new Map<string, FrontmatterValue>();
  const warnings: SkillFault[] = [];
  for (let index = 1; index < end;) {
    const line = index + 1;
    const raw = lines[index] ?? '';
    const key = KEY.exec(raw);
    let next = index + 1;
    while (next < end && !isTopLevel(lines[next] ?? '')) next++;
    if (key?.[1] !== undefined) {
      const rest = lines.slice(index + 1, next);
      try {
        values.set(key[1], { value: readValue(key[1], (key[2] ?? '').trim(), rest), line });
      } catch (error) {
        warnings.push({ line, reason: `${key[1]} can't be read: ${(error as Error).message.split('\n')[0]}` });
      }
    } else if (raw.trim() !== '' && !raw.trim().startsWith('#')) {
      warnings.push({ line, reason: `not "key: value": ${cutText(raw.trim(), 60)}` });
    }
    index = next;
  }
  return { values, body: lines.slice(end + 1).join('\n'), bodyLine: end + 2, warnings };
}

/** Lines of a value go on while they are indented, empty, comments, list items or closing brackets. */
const isTopLevel = (line: string): boolean => /^[^\s#}\])-]/.test(line);

function readValue(key: string, first: string, rest: readonly string[]): unknown {
  const more = rest.some((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  const whole = [first, ...rest].join('\n').trim();
  if (key === 'metadata' || key === 'capabilities') {
    if (whole.startsWith('{')) return parseJson5(whole);
    if (/^['"]/.test(whole) && !more) return parseJson5(unquote(first));
    return readYaml(key, first, rest);
  }
  if (more) {
    // Plain text over several lines, perhaps with colons in it.
    return /^[A-Za-z0-9]/.test(first) ? onOneLine(whole) : readYaml(key, first, rest);
  }
  if (/^(["']).*\1$/.test(first)) return unquote(first);
  if (/^[[{|>&*!]/.test(first)) return readYaml(key, first, rest);
  if (first === 'true' || first === 'false') return first === 'true';
  const remark = first.search(/\s#\s/);
  return remark < 0 ? first : first.slice(0, remark).trimEnd();
}

/** Most of it is plain JSON, which is read much quicker. */
function parseJson5(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return JSON5.parse(text);
  }
}

function unquote(text: string): string {
  const inner = text.slice(1, -1);
  if (text.startsWith("'")) return inner.replaceAll("''", "'");
  try {
    return JSON.parse(text) as string;
  } catch {
    return inner.replaceAll('\\"', '"');
  }
}

/** The YAML library is loaded for the few files that need it. */
function readYaml(key: string, first: string, rest: readonly string[]): unknown {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- synchronous, on first use
  const yaml = require('yaml') as typeof import('yaml');
  const parsed: unknown = yaml.parse([`${key}: ${first}`, ...rest].join('\n'), { logLevel: 'silent' });
  return isPlainObject(parsed) ? parsed[key] : undefined;
}
