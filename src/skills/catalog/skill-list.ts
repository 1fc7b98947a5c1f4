import { basename, dirname, join } from 'node:path';
import { cutText } from '../../common/cut-text';
import { SKILL_FILE } from './skill-scan';

export interface ListedSkill {
  name: string;
  description: string;
  baseDir: string;
}

/** Characters of a description, from the most to none, until the list fits. */
const DESCRIPTION_LENGTHS = [140, 90, 70, 55, 40, 28, 0];
const PLACE = '{name}';

/**
 * Skills as a model sees them: name, what for, where the text is. Descriptions get shorter and names end with a count
 * where the whole would have more characters than it may.
 */
export function renderSkillList(skills: readonly ListedSkill[], maxChars: number): string {
  if (skills.length === 0) return '';
  for (const length of DESCRIPTION_LENGTHS) {
    const text = render(skills, length);
    if (text.length <= maxChars) return text;
  }
  let count = skills.length;
  while (count > 0 && render(skills.slice(0, count), 0, skills.length - count).length > maxChars) count--;
  return render(skills.slice(0, count), 0, skills.length - count);
}

function render(skills: readonly ListedSkill[], length: number, left = 0): string {
  const places = new Map<string, string[]>();
  for (const skill of skills) {
    const usual = basename(skill.baseDir) === skill.name;
    const place = join(usual ? join(dirname(skill.baseDir), PLACE) : skill.baseDir, SKILL_FILE);
    const line = length === 0 ? skill.name : `${skill.name}: ${shortened(skill.description, length)}`;
    places.set(place, [...(places.get(place) ?? []), line]);
  }
  return [
    ...[...places].flatMap(([place, lines]) => [
      `<available_skills location="${place}">`,
      length === 0 ? lines.join(', ') : lines.join('\n'),
      '</available_skills>',
    ]),
    ...(left > 0 ? [`${left} more: find_tools`] : []),
  ].join('\n');
}

/** At most so many characters, ended at a word; a first sentence that fits is enough. */
function shortened(text: string, length: number): string {
  const [first = ''] = /^.*?[.:;](?=\s|$)/.exec(text) ?? [];
  const sentence = first.replace(/[.:;]$/, '');
  if (sentence !== '' && sentence.length <= length) return escaped(sentence);
  if (text.length <= length) return escaped(text);
  return escaped(`${cutText(text, length, { mark: '' }).replace(/[\s,;:.]+\S*$/, '')}…`);
}

const escaped = (text: string): string => text.replace(/[<>]/g, '');
