import { basename, dirname, join } from 'node:path';
import { commonLevel } from '../../common/common-level';
import { cutText } from '../../common/cut-text';
import { SKILL_FILE } from './skill-scan';

export interface ListedSkill {
  name: string;
  description: string;
  baseDir: string;
  /** Comes with the gateway. */
  isBundled?: boolean;
}

export interface ListRoom {
  /** Most characters of skills that come with the gateway. */
  bundled: number;
  /** The same of the owner's own. */
  own: number;
}

/** Characters of a description, from the most to none, until the list fits. */
const DESCRIPTION_LENGTHS = [140, 90, 70, 55, 40, 28, 0];
const PLACE = '{name}';
/** Where a description says when the skill is to be used: that alone decides whether it is. */
const WHEN =
  /(?:^|(?<=[.!?;:,)–—-]\s*))(?:use|invoke|trigger|call|apply|read)\b[^.]{0,30}?\b(?:when|whenever|for|if|to)\b/i;
/** With less of a description nobody could tell what a skill is for. */
const LEAST_CHARS = { own: 60, bundled: 40 };

/**
 * Skills as a model sees them: name, what for, where the text is. Own ones and those that come with the gateway have room
 * apart, so that neither takes the other's. Where all of one kind have no room with their whole descriptions, the longest
 * are cut alike, but for when they are to be used: that is cut only where it alone has no room. Names end with a count.
 */
export function renderSkillList(skills: readonly ListedSkill[], room: ListRoom): string {
  const own = skills.filter(({ isBundled }) => isBundled !== true);
  const bundled = skills.filter(({ isBundled }) => isBundled === true);
  return [fairList(own, room.own, LEAST_CHARS.own), fairList(bundled, room.bundled, LEAST_CHARS.bundled)]
    .filter((text) => text !== '')
    .join('\n');
}

function fairList(skills: readonly ListedSkill[], maxChars: number, leastChars: number): string {
  if (skills.length === 0) return '';
  const atLevel = (level: number): string =>
    render(
      skills,
      ({ name, description }) =>
        `${name}: ${keepingWhen(description, Math.max(level, whenOf(plainText(description)).length))}`,
    );
  let [fits, tooLong] = [-1, Math.max(...skills.map(({ description }) => description.length)) + 1];
  while (tooLong - fits > 1) {
    const level = Math.floor((fits + tooLong) / 2);
    if (atLevel(level).length <= maxChars) fits = level;
    else tooLong = level;
  }
  return fits >= 0 ? atLevel(fits) : cutList(skills, maxChars, leastChars);
}

/** Not even when they are to be used has room: the longest of that are cut alike. */
function cutList(skills: readonly ListedSkill[], maxChars: number, leastChars: number): string {
  const fixed = render(skills, (skill) => `${skill.name}: `).length;
  const level = commonLevel(
    skills.map(({ description }) => whenOf(plainText(description)).length),
    Math.max(0, maxChars - fixed),
  );
  if (level < leastChars) return shortList(skills, maxChars);
  return render(skills, ({ name, description }) => `${name}: ${keepingWhen(description, level)}`);
}

function shortList(skills: readonly ListedSkill[], maxChars: number): string {
  for (const length of DESCRIPTION_LENGTHS) {
    const text = render(skills, shortLine(length), length === 0);
    if (text.length <= maxChars) return text;
  }
  const names = (count: number): string => render(skills.slice(0, count), shortLine(0), true, skills.length - count);
  let count = skills.length;
  while (count > 0 && names(count).length > maxChars) count--;
  return names(count);
}

const shortLine =
  (length: number) =>
  ({ name, description }: ListedSkill): string =>
    length === 0 ? name : `${name}: ${shortened(description, length)}`;

function render(
  skills: readonly ListedSkill[],
  lineOf: (skill: ListedSkill) => string,
  inOne = false,
  left = 0,
): string {
  const places = new Map<string, string[]>();
  for (const skill of skills) {
    const usual = basename(skill.baseDir) === skill.name;
    const place = join(usual ? join(dirname(skill.baseDir), PLACE) : skill.baseDir, SKILL_FILE);
    places.set(place, [...(places.get(place) ?? []), lineOf(skill)]);
  }
  return [
    ...[...places].flatMap(([place, lines]) => [
      `<available_skills location="${place}">`,
      inOne ? lines.join(', ') : lines.join('\n'),
      '</available_skills>',
    ]),
    ...(left > 0 ? [`${left} more: find_tools`] : []),
  ].join('\n');
}

const plainText = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** From where a description says when the skill is to be used; all of it where it does not say so. */
const whenOf = (plain: string): string => plain.slice(WHEN.exec(plain)?.index ?? 0);

/** At most so many characters; what is left out is said before it says when it is to be used, or behind that. */
function keepingWhen(text: string, length: number): string {
  const plain = plainText(text);
  if (plain.length <= length) return escaped(plain);
  const at = plain.length - whenOf(plain).length;
  const when = cutAtWord(plain.slice(at), length);
  const left = length - when.length - 2;
  return escaped(at > 0 && left >= 20 ? `${cutAtWord(cutText(plain, at, { mark: '' }), left)} ${when}` : when);
}

/** At most so many characters, ended at a word; a first sentence that fits is enough. */
function shortened(text: string, length: number): string {
  const [first = ''] = /^.*?[.:;](?=\s|$)/.exec(text) ?? [];
  const sentence = first.replace(/[.:;]$/, '');
  if (sentence !== '' && sentence.length <= length) return escaped(sentence);
  return escaped(cutAtWord(text, length));
}

const cutAtWord = (text: string, length: number): string =>
  text.length <= length ? text : `${cutText(text, length - 1, { mark: '' }).replace(/[\s,;:.]+\S*$/, '')}…`;

const escaped = (text: string): string => text.replace(/[<>]/g, '');
