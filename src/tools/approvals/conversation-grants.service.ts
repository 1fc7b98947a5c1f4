import { Injectable } from '@nestjs/common';
import { EventBus } from '../../events/event-bus';
import { invalidRequest } from '../../rpc/rpc-error';
import { DatabaseService } from '../../storage/database.service';
import type { ApprovalRequest } from './approval-request';
import { isForConversation } from './approval.store';

/** What a conversation may do without another question. */
export interface ConversationGrant {
  /** Of the call that was asked for first. */
  id: string;
  sessionKey: string;
  label: string | null;
  agentId: string;
  tool: string;
  /** What it covers, as it was shown with the question. */
  text: string;
  grantedAtMs: number | null;
  grantedBy: string | null;
}

/** Permissions "for this conversation", for as long as the conversation is there. */
@Injectable()
export class ConversationGrants {
  constructor(
    private readonly database: DatabaseService,
    private readonly events: EventBus,
  ) {}

  /** The newest first. */
  async list(): Promise<ConversationGrant[]> {
    const rows = await this.database.read
      .selectFrom('approvals')
      .innerJoin('sessions', 'sessions.session_id', 'approvals.session_id')
      .select([
        'approvals.id',
        'approvals.request',
        'approvals.target',
        'approvals.session_id',
        'approvals.decided_at',
        'approvals.resolved_by',
        'sessions.key',
        'sessions.label',
        'sessions.agent_id',
      ])
      .where('approvals.target', 'is not', null)
      .where(isForConversation)
      .orderBy('approvals.created_at', 'desc')
      .execute();
    // The same may have been asked for in two windows and be allowed twice: it is one permission.
    const grants = new Map(rows.map((row) => [JSON.stringify([row.session_id, row.target]), row]));
    const read = (row: (typeof rows)[number]): ConversationGrant => {
      const { id, key, label, agent_id, request, decided_at, resolved_by } = row;
      const { sessionRule, command, tool } = JSON.parse(request) as ApprovalRequest;
      return {
        id,
        sessionKey: key,
        label,
        agentId: agent_id,
        tool,
        text: sessionRule ?? command,
        grantedAtMs: decided_at === null ? null : Number(decided_at),
        grantedBy: resolved_by,
      };
    };
    return this.database.readable('approvals', [...grants.values()], ({ id }) => id, read);
  }

  /**
   * From now on such calls of the conversation are asked for again. What was allowed keeps its answer for itself alone, and
   * its history says who has taken the rest back.
   * @throws RpcError GRANT_NOT_FOUND where there is no such permission any more
   */
  async takeBack(id: string, by: string): Promise<void> {
    const row = await this.database.write('approval.take-back', async (transaction) => {
      const known = await transaction
        .selectFrom('approvals')
        .select(['session_id', 'target'])
        .where('id', '=', id)
        .where('target', 'is not', null)
        .where(isForConversation)
        .executeTakeFirst();
      if (!known) return undefined;
      const all = await transaction
        .selectFrom('approvals')
        .select(['id', 'request'])
        .where('session_id', '=', known.session_id)
        .where('target', '=', known.target)
        .where(isForConversation)
        .execute();
      for (const each of all) {
        const noted: ApprovalRequest = { ...(JSON.parse(each.request) as ApprovalRequest), takenBackBy: by };
        await transaction
          .updateTable('approvals')
          .set({ decision: 'allow-once', request: JSON.stringify(noted) })
          .where('id', '=', each.id)
          .execute();
      }
      return known;
    });
    if (!row)
      throw invalidRequest(`id: no conversation has the permission ${id}; approval.grants lists those that hold`, {
        details: { code: 'GRANT_NOT_FOUND', id },
      });
    this.events.emit('wire.event', { event: 'exec.approval.revoked', payload: { id, revokedBy: by } });
  }
}
