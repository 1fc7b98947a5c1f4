import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { shortId } from '../../common/short-id';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import type { WaitingName } from '../../inbox/inbox.store';
import { type RpcError, invalidRequest } from '../../rpc/rpc-error';
import { keepConversationIn } from '../../sessions/ended-conversations';
import { type SessionEntry, withoutOrder } from '../../sessions/session-entry';
import { canonicalSessionKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import type { TranscriptEvent, UserMessage } from '../../sessions/transcript-event';
import { TranscriptStore } from '../../sessions/transcript.store';
import { DatabaseService } from '../../storage/database.service';
import { CompactionStore } from '../context/compaction.store';
import { LaneService } from '../turns/lane.service';
import { TurnStore } from '../turns/turn.store';
import { sessionChanged } from './patch-session';
import { SessionArchive } from './session-archive.service';
import { withoutRuns } from './stop-runs';

/** Where answers go belongs to the session, not to an earlier version of its conversation. */
const ROUTE = ['dock', 'deliveryContext', 'lastChannel', 'lastTo', 'lastAccountId', 'lastThreadId'] as const;
const UNCOUNTED = { inputTokens: 0, outputTokens: 0, totalTokens: 0 } as const;

/** Conversations that go on from an earlier message. What was said behind it stays, under a key of its own. */
@Injectable()
export class SessionBranches {
  constructor(
    private readonly config: ConfigService,
    private readonly database: DatabaseService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly compactions: CompactionStore,
    private readonly archive: SessionArchive,
    private readonly lanes: LaneService,
    private readonly turns: TurnStore,
    private readonly events: EventBus,
  ) {}

  /**
   * The message that is to be said anew.
   * @param by names the request
   * @throws RpcError INVALID_REQUEST where there is no such message to the assistant
   */
  async toReplace(key: string, messageId: string, by: string): Promise<UserMessage> {
    const { sessionId, rewound } = await this.sessionOf(key);
    return userMessageOf(await this.eventOf(rewound?.by === by ? rewound.from : sessionId, messageId));
  }

  /**
   * Goes back to before a message; what goes on is stopped. The whole is one commit.
   * @param isDropped what of the messages that wait is not answered
   * @param by names the request: the same again changes nothing
   * @throws RpcError INVALID_REQUEST where there is no such message to the assistant; UNAVAILABLE where a turn goes on
   */
  async rewind(
    key: string,
    messageId: string,
    isDropped: (row: WaitingName) => boolean,
    by: string,
  ): Promise<SessionEntry> {
    const session = await this.sessionOf(key);
    if (session.rewound?.by === by) return session;
    const event = await this.eventOf(session.sessionId, messageId);
    userMessageOf(event);
    return withoutRuns(this.lanes, key, isDropped, () => this.goBack(session, event, by));
  }

  private async goBack(session: SessionEntry, event: TranscriptEvent, by: string): Promise<SessionEntry> {
    const { key } = session;
    const fresh = randomUUID();
    const through = await this.transcripts.copy(session.sessionId, fresh, event.seq - 1);
    const branchKey = canonicalSessionKey(this.config.config, `branch-${shortId(randomUUID())}`, session.agentId);
    const entry = await this.database.write('session.rewind', async (transaction) => {
      const known = await this.sessions.findIn(transaction, key);
      if (known?.sessionId !== session.sessionId) throw sessionChanged();
      await this.turns.requireIdleIn(transaction, key);
      const next = { ...known, ...UNCOUNTED, sessionId: fresh, rewound: { by, from: known.sessionId } };
      await this.sessions.saveIn(transaction, { ...next, updatedAt: Date.now() });
      const branch = await this.sessions.ensureIn(transaction, branchKey, known.agentId);
      await this.sessions.saveIn(transaction, branchOf(known, branch));
      await keepConversationIn(transaction, fresh);
      await this.compactions.copyIn(transaction, known.sessionId, fresh, through);
      return next;
    });
    this.changed(key, 'rewind');
    return entry;
  }

  /** Earlier versions of a session's conversation, newest first. */
  async list(key: string): Promise<SessionEntry[]> {
    return (await this.sessions.page({ branchOf: key })).entries;
  }

  /**
   * Goes on with an earlier version; the one so far takes its place.
   * @throws RpcError INVALID_REQUEST where it is none; UNAVAILABLE where a turn goes on in one of both
   */
  async switch(key: string, branchKey: string, isDropped: (row: WaitingName) => boolean): Promise<SessionEntry> {
    const branch = await this.sessions.find(branchKey);
    if (branch?.branchOf !== key) throw noVersion(key, branchKey);
    return withoutRuns(this.lanes, key, isDropped, () =>
      withoutRuns(this.lanes, branchKey, isDropped, () => this.exchange(key, branchKey)),
    );
  }

  private async exchange(key: string, branchKey: string): Promise<SessionEntry> {
    const entry = await this.database.write('session.switch', async (transaction) => {
      const current = await this.sessions.findIn(transaction, key);
      const branch = await this.sessions.findIn(transaction, branchKey);
      if (!current || branch?.branchOf !== key) throw noVersion(key, branchKey);
      for (const each of [key, branchKey]) await this.turns.requireIdleIn(transaction, each);
      const { rewound: _, ...kept } = current;
      const next = { ...kept, ...UNCOUNTED, sessionId: branch.sessionId, updatedAt: Date.now() };
      await this.sessions.saveIn(transaction, next);
      await this.sessions.saveIn(transaction, { ...branch, ...UNCOUNTED, sessionId: current.sessionId });
      return next;
    });
    this.changed(key, 'switch');
    return entry;
  }

  /** The conversation up to a message under another key. @throws RpcError INVALID_REQUEST */
  async fork(key: string, messageId: string | undefined, newKey: string | undefined): Promise<SessionEntry> {
    const session = await this.sessionOf(key);
    const target = canonicalSessionKey(this.config.config, newKey ?? `fork-${shortId(randomUUID())}`, session.agentId);
    if (messageId === undefined) return this.archive.fork(session, target);
    const { seq, message } = await this.eventOf(session.sessionId, messageId);
    const calls = message.role === 'assistant' ? message.content.filter(({ type }) => type === 'toolCall').length : 0;
    // A call without its result is nothing that a model can go on from.
    return this.archive.fork(session, target, seq + calls);
  }

  /** Whoever shows the conversation has to read it again. */
  private changed(sessionKey: string, reason: string): void {
    this.events.emit('session.changed', { sessionKey, reason });
  }

  private async sessionOf(key: string): Promise<SessionEntry> {
    const session = await this.sessions.find(key);
    if (!session) throw invalidRequest(`No session found: ${key}`);
    return session;
  }

  private async eventOf(sessionId: string, messageId: string): Promise<TranscriptEvent> {
    const event = await this.transcripts.find(sessionId, messageId);
    if (!event) throw invalidRequest(`messageId: there is no message ${messageId} in this session`);
    return event;
  }
}

const noVersion = (key: string, branchKey: string): RpcError =>
  invalidRequest(`branchKey: ${branchKey} is no earlier version of ${key}; see sessions.branches.list`);

function userMessageOf({ message }: TranscriptEvent): UserMessage {
  if (message.role !== 'user')
    throw invalidRequest('messageId: only a message to the assistant can be said again; its answers come after it');
  return message;
}

/** The earlier version of a session as a session of its own. */
function branchOf(known: SessionEntry, branch: SessionEntry): SessionEntry {
  const { label: _label, rewound: _rewound, ...kept } = known;
  const choices = withoutOrder(kept);
  for (const field of ROUTE) delete choices[field];
  return { ...choices, key: branch.key, branchOf: known.key };
}
