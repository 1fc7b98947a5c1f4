import { plainName } from '../../common/plain-name';
import { onOneLine, withoutEdges } from '../../common/text/edges';
import { markdownOf } from './telegram-entities';
import type { Checklist, ChecklistTask, MessageContent, Poll } from './telegram-message';
import { chatName, personName } from './telegram-people';

/** Most lines of a contact's own card. */
const MAX_CARD_LINES = 40;
/** Lines of a card that say nothing to a reader, or are pictures. */
const SILENT = new Set(['BEGIN', 'END', 'VERSION', 'PRODID', 'REV', 'UID', 'PHOTO', 'LOGO', 'SOUND', 'KEY']);

export const pollKind = (poll: Poll): string =>
  [
    poll.type === 'quiz' ? 'quiz' : 'poll',
    ...(poll.is_anonymous ? ['anonymous'] : []),
    ...(poll.allows_multiple_answers ? ['several answers'] : []),
    ...(poll.is_closed ? ['closed'] : []),
  ].join(', ');

/** The question with its answers, as a list. @param namesOf who voted for an answer, by its place */
export function pollText(poll: Poll, namesOf: (index: number) => string = () => ''): string {
  const right = poll.correct_option_ids ?? (poll.correct_option_id === undefined ? [] : [poll.correct_option_id]);
  const options = poll.options.map(({ text, voter_count: votes }, index) => {
    const names = namesOf(index);
    const count = `${votes} ${votes === 1 ? 'vote' : 'votes'}${names === '' ? '' : `: ${names}`}`;
    return `- ${onOneLine(text)} (${count})${right.includes(index) ? ' ✓' : ''}`;
  });
  return [
    onOneLine(poll.question),
    ...(poll.description ? [markdownOf(poll.description, poll.description_entities)] : []),
    ...options,
    ...(poll.explanation ? [onOneLine(poll.explanation)] : []),
  ].join('\n');
}

export function checklistText({ title, title_entities: entities, tasks }: Checklist): string {
  return [onOneLine(markdownOf(title, entities)), ...tasks.map(taskText)].join('\n');
}

export function taskText({ text, text_entities: entities, completion_date: done, ...by }: ChecklistTask): string {
  const who = by.completed_by_user
    ? personName(by.completed_by_user)
    : by.completed_by_chat && chatName(by.completed_by_chat);
  const isDone = (done ?? 0) > 0 || who !== undefined;
  return `- [${isDone ? 'x' : ' '}] ${onOneLine(markdownOf(text, entities))}${who === undefined ? '' : ` (${who})`}`;
}

/** Name and number, and what else the contact's card says. */
export function contactText(contact: NonNullable<MessageContent['contact']>): string {
  const { phone_number: phone, user_id: id, vcard = '' } = contact;
  const lines = cardLines(vcard).filter(({ name, value }) => name !== 'FN' && name !== 'N' && value !== phone);
  return [
    plainName([contact.first_name, contact.last_name].filter(Boolean).join(' ')),
    `Phone: ${plainName(phone)}`,
    ...(id === undefined ? [] : [`Telegram id: ${id}`]),
    ...lines.slice(0, MAX_CARD_LINES).map(({ name, value }) => `${name}: ${value}`),
    ...(lines.length > MAX_CARD_LINES ? [`(${lines.length - MAX_CARD_LINES} more lines are left out)`] : []),
  ].join('\n');
}

/** Content lines of a vCard (RFC 6350): long ones are folded, `name;parameters:value`, with backslashes before signs. */
function cardLines(vcard: string): { name: string; value: string }[] {
  return vcard
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .flatMap((line) => {
      const colon = line.indexOf(':');
      const [head = ''] = line.slice(0, Math.max(colon, 0)).split(';');
      const name = plainName(head.slice(head.lastIndexOf('.') + 1)).toUpperCase();
      const value = plainName(
        line.slice(colon + 1).replace(/\\([nN,;\\])/g, (_, sign: string) => (/n/i.test(sign) ? ' ' : sign)),
      );
      return name === '' || value === '' || SILENT.has(name) ? [] : [{ name, value: withoutEdges(value, ';') }];
    });
}
