import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../../common/content-parts';
import { Doc, Int, Opt, StrList } from '../../common/validation/fields';
import { ConfigService } from '../../config/config.service';
import type { SessionEntry } from '../../sessions/session-entry';
import { SessionStore } from '../../sessions/session.store';
import { TranscriptStore } from '../../sessions/transcript.store';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../../tools/agent-tool';
import { worstOrigin } from '../../tools/provenance/taint';
import { SESSION_KINDS, type ListedKind, listedKind } from './session-kind';
import { hiddenReason } from './session-visibility';
import { SessionOrigins } from '../context/session-origins.service';
import { saidIn } from '../../sessions/said-texts';
import { plainMessages } from './plain-messages';
import { Leaves } from '../../tools/provenance/sinks';

const DEFAULT_LIMIT = 50;

@Leaves<SessionsListToolParams>({ kinds: 'none', limit: 'none', activeMinutes: 'none', messageLimit: 'none' })
export class SessionsListToolParams {
  @Opt() @StrList({ max: 6 }) @Doc(`Only these kinds: ${SESSION_KINDS.join(', ')}.`) kinds?: string[];
  @Opt() @Int({ min: 1, max: 500 }) @Doc(`${DEFAULT_LIMIT} by default.`) limit?: number;
  @Opt() @Int({ min: 1 }) @Doc('Only those used in the last minutes.') activeMinutes?: number;
  @Opt() @Int({ min: 0, max: 20 }) @Doc('Last messages of each to include.') messageLimit?: number;
}

@Injectable()
@AgentTool({
  name: 'sessions_list',
  description: 'List the conversations you can see, newest first.',
  params: SessionsListToolParams,
  idempotent: true,
  parallel: true,
  core: true,
  rare: 'other conversations',
  origin: 'gateway',
})
export class SessionsListTool {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly origins: SessionOrigins,
  ) {}

  async execute(params: SessionsListToolParams, context: ToolContext): Promise<ToolResult> {
    const unknown = (params.kinds ?? []).filter((kind) => !SESSION_KINDS.includes(kind as ListedKind));
    if (unknown.length > 0)
      throw new ToolError('invalid_args', `kinds: "${unknown.join('", "')}" must be of ${SESSION_KINDS.join(', ')}`);
    const since = params.activeMinutes === undefined ? undefined : Date.now() - params.activeMinutes * 60_000;
    const all = await this.sessions.list(since === undefined ? {} : { updatedAfter: since });
    const visible = all
      .filter((entry) => hiddenReason(this.config.config, entry, context) === undefined)
      .filter((entry) => !params.kinds?.length || params.kinds.includes(listedKind(entry)))
      .slice(0, params.limit ?? DEFAULT_LIMIT);
    const origins = new Set<ContentOrigin>();
    const rows = [];
    for (const entry of visible) {
      const row = rowOf(entry);
      if (!params.messageLimit) {
        // The key of a webhook's may be made of what came with it.
        if (row.kind === 'hook') origins.add('stranger');
        rows.push(row);
        continue;
      }
      const events = saidIn(await this.transcripts.readTail(entry.sessionId, params.messageLimit * 3));
      const found = await this.origins.of(entry.sessionId, events);
      // A name was given by whoever made it, and nothing of it has been said there yet.
      if (found.size === 0 && entry.displayName !== undefined) found.add('stranger');
      for (const origin of found) origins.add(origin);
      rows.push({ ...row, messages: plainMessages(events, false).slice(-params.messageLimit) });
    }
    const lines = rows.map(
      (row) =>
        `${row.key}${row.label ? ` "${row.label}"` : ''} (${row.kind}, ${new Date(row.updatedAt).toISOString()})`,
    );
    const text = params.messageLimit ? JSON.stringify(rows, null, 1) : lines.join('\n') || 'No conversations.';
    return textResult(text, { count: rows.length, sessions: rows }, worstOrigin(origins));
  }
}

const rowOf = (
  entry: SessionEntry,
): Record<string, unknown> & { key: string; kind: ListedKind; label?: string; updatedAt: number } => ({
  key: entry.key,
  kind: listedKind(entry),
  ...(entry.label ? { label: entry.label } : {}),
  ...(entry.displayName ? { displayName: entry.displayName } : {}),
  ...(entry.lastChannel ? { channel: entry.lastChannel, lastChannel: entry.lastChannel } : {}),
  ...(entry.lastTo ? { lastTo: entry.lastTo } : {}),
  updatedAt: entry.updatedAt,
  sessionId: entry.sessionId,
  ...(entry.model ? { model: entry.model } : {}),
  ...(entry.contextTokens ? { contextTokens: entry.contextTokens } : {}),
  ...(entry.totalTokens ? { totalTokens: entry.totalTokens } : {}),
  ...(entry.deliveryContext ? { deliveryContext: entry.deliveryContext } : {}),
});
