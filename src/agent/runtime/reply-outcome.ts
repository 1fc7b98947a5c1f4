import { withoutEnd } from '../../common/text/edges';

/** How a turn ends for people. Only the text of a reply can reach a channel. */
export type ReplyOutcome =
  | { kind: 'reply'; text: string; replyTo?: 'current' | string }
  | { kind: 'silent'; reason: 'NO_REPLY' | 'HEARTBEAT_OK' | 'empty' | 'duplicate' };

const SILENT_WORDS = ['NO_REPLY', 'HEARTBEAT_OK', 'REPLY_SKIP', 'ANNOUNCE_SKIP'] as const;
const LONGEST_SILENT_WORD = 16;
const MARKUP = '[*_`~"\'\\s.!]*';
const ONLY_WORD = new RegExp(`^${MARKUP}(${SILENT_WORDS.join('|')})${MARKUP}$`, 'i');
const FIRST_WORD = new RegExp(`^${MARKUP}(${SILENT_WORDS.join('|')})\\b${MARKUP}`, 'i');
const REPLY_TAG = /\[\[\s*reply_to(?:_current\s*|\s*:\s*([^\]\s][^\]]{0,199}))\]\]/gi;
/** What may stand around a control word, and behind one at the end. */
const AROUND = '*_`~"\'';
const BEHIND = `${AROUND}.!`;

/**
 * Reads control words and tags out of a model's final text, once, at the edge; none of them is ever passed on.
 * @param heartbeat when an answer to a heartbeat says nothing new
 */
export function readReply(text: string, heartbeat?: { ackMaxChars: number; notAgain?: string }): ReplyOutcome {
  let replyTo: string | undefined;
  const untagged = text.replace(REPLY_TAG, (_, id: string | undefined) => {
    replyTo ??= id?.trim() ?? 'current';
    return '';
  });
  const only = ONLY_WORD.exec(untagged);
  if (only) return { kind: 'silent', reason: /HEARTBEAT/i.test(only[1] ?? '') ? 'HEARTBEAT_OK' : 'NO_REPLY' };
  const clean = withoutLastWord(untagged.replace(FIRST_WORD, '').trim());
  if (clean === '') return { kind: 'silent', reason: 'empty' };
  if (heartbeat) {
    const isAck = clean !== untagged.trim() && /HEARTBEAT_OK/i.test(untagged) && clean.length <= heartbeat.ackMaxChars;
    if (isAck) return { kind: 'silent', reason: 'HEARTBEAT_OK' };
    if (clean === heartbeat.notAgain) return { kind: 'silent', reason: 'duplicate' };
  }
  return { kind: 'reply', text: clean, ...(replyTo === undefined ? {} : { replyTo }) };
}

/** Holds back streamed text while it could still turn out to be a control word or tag. */
export class StreamFilter {
  private held = '';
  private begun = false;

  /** Text that may be shown now. */
  add(delta: string): string {
    this.held += delta;
    if (!this.begun) {
      const start = this.held.replace(/^[*_`~"'\s[]*/, '');
      const couldBeWord = SILENT_WORDS.some(
        (word) =>
          word.startsWith(start.slice(0, LONGEST_SILENT_WORD).toUpperCase()) || start.toUpperCase().startsWith(word),
      );
      const couldBeTag = /^\s*\[/.test(this.held) && !this.held.includes(']]');
      if (couldBeWord || (couldBeTag && this.held.length < 80)) return '';
      this.begun = true;
    }
    const safe = this.held.replace(REPLY_TAG, '');
    const openTag = safe.lastIndexOf('[[');
    const tail =
      openTag >= 0 && !safe.slice(openTag).includes(']]') && safe.length - openTag < 80 ? openTag : endOfSafe(safe);
    this.held = safe.slice(tail);
    return safe.slice(0, tail);
  }
}

/** Without a control word that is the last word of a text. Text and word end alike where nothing but marks is behind it. */
function withoutLastWord(text: string): string {
  const said = beforeBlanks(text, BEHIND);
  const word = SILENT_WORDS.find((each) => said.slice(-each.length).toUpperCase() === each);
  if (word === undefined) return text;
  const before = said.slice(0, said.length - word.length);
  const words = withoutEnd(before, AROUND);
  return /\w$/.test(before.slice(-1)) || !/\s$/.test(words.slice(-1)) ? text : words.trimEnd();
}

/** A control word at the very end is not shown until more text proves that it was none. */
function endOfSafe(text: string): number {
  const said = beforeBlanks(text, BEHIND);
  const [word = ''] = /[A-Z_]{0,16}$/.exec(said.slice(-LONGEST_SILENT_WORD)) ?? [];
  const name = word.replace(/^_+/, '');
  const couldBe = name.length > 1 && SILENT_WORDS.some((silent) => silent.startsWith(name));
  return couldBe ? beforeBlanks(said.slice(0, said.length - name.length), AROUND).length : text.length;
}

/** A text up to the marks and blanks at its end. */
function beforeBlanks(text: string, marks: string): string {
  let at = text.length;
  while (at > 0 && (marks.includes(text.charAt(at - 1)) || text.charAt(at - 1).trim() === '')) at--;
  return text.slice(0, at);
}
