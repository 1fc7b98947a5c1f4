import { Injectable } from '@nestjs/common';
import { TranscriptStore } from '../../sessions/transcript.store';
import type { PromptMessage } from '../prompt/derive-prompt';
import { type Compaction, CompactionStore } from './compaction.store';

/** A conversation as its model sees it: the summary of what was summed up, then the messages after it. */
@Injectable()
export class ContextHistory {
  constructor(
    private readonly transcripts: TranscriptStore,
    private readonly compactions: CompactionStore,
  ) {}

  async of(sessionId: string): Promise<{ messages: readonly PromptMessage[]; compaction?: Compaction }> {
    const compaction = await this.compactions.latest(sessionId);
    const events = await this.transcripts.read(sessionId, compaction?.throughSeq ?? 0);
    const messages = events.some((event) => event.excludeFromContext)
      ? events.filter((event) => !event.excludeFromContext)
      : events;
    if (!compaction) return { messages };
    return { messages: [summaryMessage(compaction), ...messages], compaction };
  }
}

function summaryMessage({ summary, at, origin }: Compaction): PromptMessage {
  return {
    at,
    message: {
      role: 'user',
      content: [
        {
          type: 'text',
          text: `[from the gateway] What was said before, summed up:\n\n${summary}`,
          origin,
        },
      ],
    },
  };
}
