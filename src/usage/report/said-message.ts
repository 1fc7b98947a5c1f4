import { causeOf } from '../../sessions/history-view';
import type { TranscriptEvent } from '../../sessions/transcript-event';

/** What a report counts of a message; its text is not kept. */
export interface SaidMessage {
  at: number;
  /** YYYY-MM-DD where the person lives. */
  day: string;
  role: 'user' | 'assistant' | 'toolResult';
  /** A person waits for what the assistant says to it. */
  isAsked: boolean;
  /** A model said it: commands are answered by the gateway itself. */
  isAnswer: boolean;
  /** Names of the tools it calls. */
  tools: readonly string[];
  isError: boolean;
}

export function saidMessage({ message, at, runId, excludeFromContext }: TranscriptEvent, day: string): SaidMessage {
  const isTalk = excludeFromContext !== true;
  const said = { at, day, role: message.role, isAsked: false, isAnswer: false, tools: [], isError: false };
  switch (message.role) {
    case 'user':
      return { ...said, isAsked: isTalk && causeOf(message, runId) === 'person' };
    case 'assistant':
      return {
        ...said,
        isAnswer: isTalk && message.stopReason !== 'injected',
        tools: message.content.flatMap((part) => (part.type === 'toolCall' ? [part.name] : [])),
        isError: message.stopReason === 'error',
      };
    case 'toolResult':
      return { ...said, isError: message.isError };
  }
}
