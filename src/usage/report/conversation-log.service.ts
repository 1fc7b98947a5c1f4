import { Injectable } from '@nestjs/common';
import { textOf } from '../../common/content-parts';
import { cutText } from '../../common/cut-text';
import { takeHandover } from '../../common/markdown/handed-files';
import { SessionStore } from '../../sessions/session.store';
import type { TranscriptEvent, TranscriptMessage } from '../../sessions/transcript-event';
import { TranscriptStore } from '../../sessions/transcript.store';

/** Characters of a message that a log shows. */
const SHOWN = 2000;

/** A message, and what an answer took. */
export interface LoggedMessage {
  timestamp: number;
  role: TranscriptMessage['role'];
  content: string;
  tokens?: number;
  /** US dollars. */
  cost?: number;
}

/** The messages of a session beside what they used. */
@Injectable()
export class ConversationLog {
  constructor(
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
  ) {}

  /** The newest messages, the earliest of them first; what says nothing is left out. */
  async read(sessionKey: string, limit: number): Promise<LoggedMessage[]> {
    const session = await this.sessions.find(sessionKey);
    if (!session) return [];
    const events = await this.transcripts.readUnfilled(session.sessionId, Infinity, limit);
    return events
      .reverse()
      .map(logged)
      .filter(({ content }) => content !== '');
  }
}

function logged({ at, message }: TranscriptEvent): LoggedMessage {
  return {
    timestamp: at,
    role: message.role,
    content: cutText(contentOf(message), SHOWN),
    ...(message.role === 'assistant' ? { tokens: message.usage.totalTokens, cost: message.usage.cost.total } : {}),
  };
}

/** Tools stand in lines of their own, as readers of such logs know them. */
function contentOf(message: TranscriptMessage): string {
  const text = textOf(message.content);
  if (message.role === 'toolResult') return `[Tool Result]\n${text}`.trim();
  if (message.role === 'user') return text;
  const calls = message.content.flatMap((part) => (part.type === 'toolCall' ? [`[Tool: ${part.name}]`] : []));
  return [takeHandover(text).text, ...calls].join('\n').trim();
}
