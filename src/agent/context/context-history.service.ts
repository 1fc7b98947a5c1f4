import { Injectable } from '@nestjs/common';
import { TranscriptStore } from '../../sessions/transcript.store';
import type { PromptMessage } from '../prompt/derive-prompt';
import { type Compaction, CompactionStore } from './compaction.store';
import { summaryMessage } from './summary-text';

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
    const { summary, at, origin } = compaction;
    return { messages: [summaryMessage(summary, at, origin), ...messages], compaction };
  }
}
