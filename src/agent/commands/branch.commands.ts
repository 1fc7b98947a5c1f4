import { Injectable } from '@nestjs/common';
import { textOf } from '../../common/content-parts';
import { cutText } from '../../common/cut-text';
import { messageOf } from '../../common/openclaw-error';
import { SessionStore } from '../../sessions/session.store';
import type { TranscriptEvent } from '../../sessions/transcript-event';
import { TranscriptStore } from '../../sessions/transcript.store';
import { SessionBranches } from '../sessions/session-branches.service';
import { type ChatCommand, type CommandCall, type CommandEffect, ProvidesChatCommands, answer } from './chat-command';

const MOST_LISTED = 10;
/** Events that are read to find so many messages of people. */
const MOST_READ = 500;
const SHOWN_CHARS = 60;
const WAYS = 'Write /rewind <number> to go on from before one, and /rewind undo to take that back.';

/** Commands that go back in a conversation. */
@Injectable()
@ProvidesChatCommands()
export class BranchCommands {
  readonly commands: readonly ChatCommand[] = [
    {
      name: 'rewind',
      usage: '[number] | undo',
      summary: 'go on from before one of the last messages',
      category: 'session',
      right: 'sender',
      isRepeatable: true,
      run: (call) => this.rewind(call),
    },
  ];

  constructor(
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly branches: SessionBranches,
  ) {}

  private async rewind({ args, sessionKey, runId }: CommandCall): Promise<CommandEffect> {
    const by = `command/${runId}`;
    const session = await this.sessions.find(sessionKey);
    if (!session) return answer('Nothing was said yet.');
    const word = args.trim().toLowerCase();
    if (word === 'undo') return this.undo(sessionKey);
    // It was done before the gateway was stopped.
    if (session.rewound?.by === by) return answer(`Gone back. ${UNDO}`);
    const said = await this.said(session.sessionId);
    if (said.length === 0) return answer('Nothing was said yet.');
    if (word === '') return answer([...said.map((event, index) => `${index + 1}. ${shown(event)}`), WAYS].join('\n'));
    const event = /^\d+$/.test(word) ? said[Number(word) - 1] : undefined;
    if (!event) return answer(`"${args}" is none of 1 to ${said.length}. ${WAYS}`);
    try {
      await this.branches.rewind(sessionKey, event.id, () => false, by);
    } catch (error) {
      return answer(`Not gone back: ${messageOf(error)}.`);
    }
    return answer(`The conversation goes on from before “${shown(event)}”. ${UNDO}`);
  }

  private async undo(sessionKey: string): Promise<CommandEffect> {
    const [latest] = await this.branches.list(sessionKey);
    if (!latest) return answer('There is no earlier version of this conversation.');
    try {
      await this.branches.switch(sessionKey, latest.key, () => false);
    } catch (error) {
      return answer(`Not taken back: ${messageOf(error)}.`);
    }
    return answer('The conversation is as it was before; the other version is kept in its place.');
  }

  /** The last messages of people, newest first. */
  private async said(sessionId: string): Promise<TranscriptEvent[]> {
    const events = await this.transcripts.readTail(sessionId, MOST_READ);
    return events
      .filter(({ message, excludeFromContext }) => message.role === 'user' && excludeFromContext !== true)
      .reverse()
      .slice(0, MOST_LISTED);
  }
}

const UNDO = 'What was said since is kept; /rewind undo brings it back.';

const shown = ({ message }: TranscriptEvent): string =>
  cutText(textOf(message.content).replace(/\s+/g, ' ').trim() || '(a picture or file)', SHOWN_CHARS);
