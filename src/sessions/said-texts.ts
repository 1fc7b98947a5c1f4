import type { ContentOrigin } from '../common/content-parts';
import type { TranscriptEvent } from './transcript-event';

/** What a model may be told of a conversation: commands and their answers are between a person and the gateway. */
export const saidIn = (events: readonly TranscriptEvent[]): TranscriptEvent[] =>
  events.filter(({ excludeFromContext }) => excludeFromContext !== true);

/** Whose text is in these messages. The answer to a command may show anything, such as notes that wait for review. */
export function originsOf(
  events: readonly Pick<TranscriptEvent, 'message' | 'excludeFromContext'>[],
): Set<ContentOrigin> {
  const origins = new Set<ContentOrigin>();
  for (const { message, excludeFromContext } of events) {
    for (const part of message.content as readonly { origin?: ContentOrigin }[])
      if (part.origin) origins.add(part.origin);
    if (excludeFromContext === true && message.role === 'assistant') origins.add('tool');
  }
  return origins;
}
