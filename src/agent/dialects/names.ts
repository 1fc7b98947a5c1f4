import { createHash } from 'node:crypto';
import { shortId } from '../../common/short-id';
import type { NameRules } from './dialect';

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Characters of a name that tell it from another that looks alike after cleaning. */
const MARK_LENGTH = 6;

/** Letters and digits that follow from a text; the same text gives the same. */
export function digestOf(text: string, length: number): string {
  let digest = '';
  for (let round = 0; digest.length < length; round++) {
    for (const byte of createHash('sha256').update(`${round}:${text}`).digest())
      digest += ALPHANUMERIC[byte % ALPHANUMERIC.length] ?? '';
  }
  return shortId(digest, length);
}

export function fits(name: string, { alphabet, min, max, first }: NameRules): boolean {
  if (name.length < min || name.length > max) return false;
  if (first !== undefined && !first.includes(name.charAt(0))) return false;
  for (const character of name) if (!alphabet.includes(character)) return false;
  return true;
}

/** A name that fits: what can stay of it stays, and where something had to go a mark tells it from its like. */
export function cleaned(name: string, rules: NameRules, salt = ''): string {
  if (salt === '' && fits(name, rules)) return name;
  const { alphabet, max, first } = rules;
  let kept = [...name].map((character) => (alphabet.includes(character) ? character : '_')).join('');
  if (!alphabet.includes('_')) kept = kept.replaceAll('_', '');
  if (first !== undefined && !first.includes(kept.charAt(0) || ' ')) kept = `_${kept}`;
  const mark = digestOf(`${salt}${name}`, Math.min(MARK_LENGTH, max));
  return `${kept.slice(0, Math.max(0, max - mark.length - 1))}_${mark}`;
}

/** Gives each name one that fits and that no other name has; a name that fits keeps its own. */
export class NameMap {
  private readonly sent = new Map<string, string>();
  private readonly meant = new Map<string, string>();

  /** @param names all that there are; those that fit as they are come first */
  constructor(
    private readonly rules: NameRules,
    names: Iterable<string> = [],
  ) {
    const all = [...names];
    for (const name of all) if (fits(name, rules)) this.take(name, name);
    for (const name of all) this.of(name);
  }

  of(name: string): string {
    const known = this.sent.get(name);
    if (known !== undefined) return known;
    for (let round = 0; ; round++) {
      const candidate = cleaned(name, this.rules, round === 0 ? '' : String(round));
      if (!this.meant.has(candidate)) return this.take(name, candidate);
    }
  }

  /** What a name that came back stands for. */
  meaning(given: string): string {
    return this.meant.get(this.sentFor(given)) ?? given;
  }

  /**
   * The name that was sent and that one that came back means: models put blanks and the marks of their templates around it,
   * the name of a namespace before it, and capital letters into it. Itself where it means none.
   */
  sentFor(given: string): string {
    const bare = given.replace(/<[|\uff5c][\s\S]*$/, '').trim();
    const last = bare.split(/[.:/]/).at(-1) ?? bare;
    for (const name of [given, bare, last]) if (this.meant.has(name)) return name;
    const alike = [...this.meant.keys()].filter((name) => name.toLowerCase() === last.toLowerCase());
    return alike.length === 1 ? (alike[0] ?? given) : given;
  }

  private take(name: string, as: string): string {
    this.sent.set(name, as);
    this.meant.set(as, name);
    return as;
  }
}
