import { textOfReminder } from '../../../common/reminder-text';
import { withoutEnd } from '../../../common/text/edges';

/** What the offline assistant understands. Anything else is `other`. */
export type OfflineRequest =
  | { kind: 'help' }
  | { kind: 'time' }
  | { kind: 'list'; path?: string }
  | { kind: 'read'; path: string }
  | { kind: 'write'; path: string; content: string }
  | { kind: 'run'; command: string }
  | { kind: 'remember'; fact: string }
  | { kind: 'recall'; about?: string }
  | { kind: 'remind'; delayMs: number; text: string }
  | { kind: 'due'; text: string }
  | { kind: 'other' };

/** Nobody asks for one of these in so many letters. */
const MOST_READ = 4000;
const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads a request out of what a person wrote. English, without regard to case and closing punctuation. */
export function parseOfflineRequest(text: string): OfflineRequest {
  const due = textOfReminder(text);
  if (due !== undefined) return { kind: 'due', text: due.replace(/^reminder:\s*/i, '').trim() };
  const said = text.trim().replace(/^(please|hey|hi|hello)[,!. ]+/i, '');
  if (said.length > MOST_READ) return { kind: 'other' };
  const plain = withoutEnd(said, '?.! ');
  let match: RegExpExecArray | null;

  if (/^(help|what can you do|commands)$/i.test(plain)) return { kind: 'help' };
  if (/^(time|date|what( i|')?s the (time|date)|what time is it|what day is it)( now| today)?$/i.test(plain))
    return { kind: 'time' };
  if (
    (match = /^(?:ls|list)(?:\s+(?:the\s+|my\s+)?(?:files|folder|directory))?(?:\s+(?:in|of)\s+(.+)|\s+(\S+))?$/i.exec(
      plain,
    ))
  ) {
    const path = match[1] ?? match[2];
    return path ? { kind: 'list', path: unquote(path) } : { kind: 'list' };
  }
  if ((match = /^(?:read|show|cat|open)\s+(?:the\s+)?(?:file\s+)?(.+)$/i.exec(plain)))
    return { kind: 'read', path: unquote(match[1] ?? '') };
  if ((match = /^write\s+([\s\S]+?)\s+(?:to|into)\s+(?:the\s+)?(?:file\s+)?(\S+)$/i.exec(said))) {
    return { kind: 'write', path: unquote(match[2] ?? ''), content: unquote(match[1] ?? '') };
  }
  if ((match = /^write\s+(\S+?):\s*([\s\S]+)$/i.exec(said)))
    return { kind: 'write', path: unquote(match[1] ?? ''), content: match[2] ?? '' };
  if ((match = /^(?:run|execute)(?:\s+the\s+command)?:?\s+([\s\S]+)$/i.exec(said) ?? /^\$\s+([\s\S]+)$/.exec(said))) {
    return { kind: 'run', command: unquote(match[1] ?? '', '`') };
  }
  if ((match = /^remember(?:\s+that)?:?\s+([\s\S]+)$/i.exec(plain))) return { kind: 'remember', fact: match[1] ?? '' };
  if ((match = /^(?:recall|what do you (?:remember|know))(?:\s+(?:about\s+)?([\s\S]+))?$/i.exec(plain))) {
    return match[1] ? { kind: 'recall', about: match[1] } : { kind: 'recall' };
  }
  if (
    (match = /^remind me in\s+(\d+(?:\.\d+)?)\s*(s|m|h|d)[a-z]*\s*(?:to|that|about|:|of)?\s*([\s\S]+)$/i.exec(plain))
  ) {
    const unit = UNITS_MS[(match[2] ?? '').toLowerCase()] ?? 0;
    return { kind: 'remind', delayMs: Math.round(Number(match[1]) * unit), text: (match[3] ?? '').trim() };
  }
  return { kind: 'other' };
}

function unquote(text: string, extra = ''): string {
  const trimmed = text.trim();
  const first = trimmed[0] ?? '';
  const isQuoted =
    trimmed.length >= 2 &&
    (first === '"' || first === "'" || (extra !== '' && first === extra)) &&
    trimmed.endsWith(first);
  return isQuoted ? trimmed.slice(1, -1) : trimmed;
}
