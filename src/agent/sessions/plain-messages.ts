import { cutText } from '../../common/cut-text';
import { textOf } from '../../common/content-parts';
import type { TranscriptEvent } from '../../sessions/transcript-event';

const MAX_TEXT = 4000;

export interface PlainMessage {
  role: string;
  text: string;
  timestamp: number;
  toolName?: string;
}

/** Messages as short texts; calls and results of tools only where they are asked for. */
export function plainMessages(events: readonly TranscriptEvent[], includeTools: boolean): PlainMessage[] {
  return events.flatMap(({ message, at }): PlainMessage[] => {
    if (message.role === 'toolResult' && !includeTools) return [];
    const calls =
      includeTools && message.role === 'assistant'
        ? message.content.flatMap((part) =>
            part.type === 'toolCall' ? [`[calls ${part.name} ${JSON.stringify(part.arguments)}]`] : [],
          )
        : [];
    const text = cutText([textOf(message.content), ...calls].filter((part) => part !== '').join('\n'), MAX_TEXT);
    if (text === '') return [];
    return [
      {
        role: message.role,
        text,
        timestamp: at,
        ...(message.role === 'toolResult' ? { toolName: message.toolName } : {}),
      },
    ];
  });
}
