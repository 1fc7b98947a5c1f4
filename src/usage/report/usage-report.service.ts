import { Injectable } from '@nestjs/common';
import { momentOf } from '../../common/zoned-time';
import { ConfigService } from '../../config/config.service';
import { userTimeZone } from '../../config/user-zone';
import type { SessionEntry } from '../../sessions/session-entry';
import { sessionKind } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { type UsageCell, type UsageFilter, UsageStore } from '../usage.store';
import { aggregates } from './aggregates';
import { type Range, SaidMessages } from './said-messages.service';
import { sessionUsage } from './session-usage';
import type { SaidMessage } from './said-message';

const DAY_MS = 86_400_000;
const DEFAULT_SESSIONS = 50;

/** Of which days, and of which session or agent. */
export interface ReportQuery {
  /** YYYY-MM-DD where the person lives. */
  startDate: string;
  endDate: string;
  filter: UsageFilter;
  limit?: number;
}

interface ReportedSession {
  entry: SessionEntry;
  said: SaidMessage[];
}

/** What sessions used and what happened in them: money and tokens by the calls, everything else by the transcripts. */
@Injectable()
export class UsageReport {
  constructor(
    private readonly config: ConfigService,
    private readonly store: UsageStore,
    private readonly sessions: SessionStore,
    private readonly messages: SaidMessages,
  ) {}

  async read({ startDate, endDate, filter, limit = DEFAULT_SESSIONS }: ReportQuery): Promise<Record<string, unknown>> {
    const range = this.rangeOf(startDate, endDate);
    const reported: ReportedSession[] = [];
    for (const entry of await this.entries(filter, range, limit))
      reported.push({ entry, said: await this.messages.read(entry.sessionId, range) });
    const sessionKeys = reported.map(({ entry }) => entry.key);
    const [cells, ofSessions, byChannel, channels] = await Promise.all([
      this.store.cells(filter),
      this.store.sessionCells({ ...filter, sessionKeys }),
      this.store.groups(filter, 'channel'),
      this.store.channels(sessionKeys),
    ]);
    return {
      startDate,
      endDate,
      sessions: reported.map(({ entry, said }) =>
        reportedSession(entry, channels.get(entry.key), said, ofSessions.get(entry.key) ?? []),
      ),
      aggregates: aggregates({ conversations: reported.map(({ said }) => said), cells, channels: byChannel }),
    };
  }

  private rangeOf(startDate: string, endDate: string): Range {
    const zone = userTimeZone(this.config.config);
    return {
      from: momentOf(Date.parse(startDate), zone),
      until: momentOf(Date.parse(endDate) + DAY_MS, zone),
      zone,
    };
  }

  private async entries(
    { sessionKey, agentId }: UsageFilter,
    { from }: Range,
    limit: number,
  ): Promise<readonly SessionEntry[]> {
    if (sessionKey !== undefined) {
      const entry = await this.sessions.find(sessionKey);
      return entry ? [entry] : [];
    }
    const agent = agentId === undefined ? {} : { agentId };
    return this.sessions.list({ ...agent, updatedAfter: from, limit });
  }
}

function reportedSession(
  entry: SessionEntry,
  lastChannel: string | undefined,
  said: readonly SaidMessage[],
  cells: readonly UsageCell[],
): Record<string, unknown> {
  const { key, sessionId, updatedAt, agentId, label, modelProvider, model, providerOverride, modelOverride } = entry;
  const channel = entry.channel ?? entry.lastChannel ?? lastChannel;
  const chatType = entry.chatType ?? (sessionKind(key) === 'group' ? 'group' : 'direct');
  return {
    key,
    sessionId,
    ...(label === undefined ? {} : { label }),
    updatedAt,
    agentId,
    ...(channel === undefined ? {} : { channel, origin: { provider: channel, surface: channel, chatType } }),
    chatType,
    ...(modelProvider === undefined ? {} : { modelProvider }),
    ...(model === undefined ? {} : { model }),
    ...(providerOverride === undefined ? {} : { providerOverride }),
    ...(modelOverride === undefined ? {} : { modelOverride }),
    usage: sessionUsage(sessionId, said, cells) ?? null,
  };
}
