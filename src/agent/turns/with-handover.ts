import type { TakenHandover } from '../media/handover.service';
import type { TurnEnd } from './turn-closer.service';

/** The conversation keeps what was handed over, and the model learns what was not. */
export function withHandover(end: TurnEnd, { text, files, handed, note }: TakenHandover): TurnEnd {
  const last = end.messages.findLastIndex(({ message }) => message.role === 'assistant');
  const messages = end.messages.map((each, index) => {
    const { message } = each;
    if (index !== last || message.role !== 'assistant') return each;
    const said = { type: 'text' as const, text: note ?? '', origin: 'gateway' as const };
    const content = note === undefined ? message.content : [...message.content, said];
    return { ...each, message: { ...message, content, ...(handed.length > 0 ? { files: [...handed] } : {}) } };
  });
  const told = [text, note ?? ''].filter((part) => part !== '').join('\n\n');
  return { ...end, messages, text: told, files, handed };
}
