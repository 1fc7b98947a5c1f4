import { Injectable } from '@nestjs/common';
import { NoParams } from '../../rpc/no-params.dto';
import { type RpcContext, nameOf } from '../../rpc/rpc-context';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { refused } from './approval-refusals';
import { type ApprovalSnapshot, endedSnapshot, pendingCommand, pendingSnapshot } from './approval-snapshot';
import {
  ApprovalGetParams,
  ApprovalHistoryParams,
  ApprovalIdParams,
  ApprovalRequestParams,
  ApprovalResolveParams,
  ApprovalRevokeParams,
} from './approval.dto';
import { ApprovalService } from './approval.service';
import { ClientApprovals, type ClientDecision } from './client-approvals.service';
import { type ConversationGrant, ConversationGrants } from './conversation-grants.service';
import type { EndedApproval, PendingApproval } from './pending-approval';

const DEFAULT_ENDED = 100;
const WAIT_MS = { 3: 120_000, 4: 1_800_000 } as const;

@Injectable()
export class ApprovalRpc {
  constructor(
    private readonly approvals: ApprovalService,
    private readonly clients: ClientApprovals,
    private readonly grants: ConversationGrants,
  ) {}

  @RpcMethod({
    name: 'exec.approval.list',
    scope: 'operator.approvals',
    params: NoParams,
    summary: 'What waits for a decision. Calls of one step are one question, with each of them in `calls`.',
  })
  list(): Promise<PendingApproval[]> {
    return this.approvals.list();
  }

  @RpcMethod({
    name: 'approval.get',
    scope: 'operator.approvals',
    params: ApprovalGetParams,
    summary: 'What was asked with this id, whether it waits, and what was answered.',
  })
  async get({ id }: ApprovalGetParams): Promise<{ approval: ApprovalSnapshot }> {
    const { asked, ended, isOpen } = await this.approvals.read(id);
    return { approval: isOpen ? pendingSnapshot(asked) : endedSnapshot(ended, asked) };
  }

  @RpcMethod({
    name: 'exec.approval.get',
    scope: 'operator.approvals',
    params: ApprovalGetParams,
    summary: 'What waits with this id, in short.',
  })
  async getPending({ id }: ApprovalGetParams): Promise<unknown> {
    const { asked, isOpen } = await this.approvals.read(id);
    if (!isOpen)
      throw refused('APPROVAL_NOT_FOUND', id, 'it does not wait any more; approval.get says what became of it');
    return pendingCommand(asked);
  }

  @RpcMethod({
    name: 'approval.history',
    scope: 'operator.approvals',
    params: ApprovalHistoryParams,
    summary: 'Calls that were decided or whose time ran out, with who answered, the newest first.',
  })
  async history({ limit = DEFAULT_ENDED, before }: ApprovalHistoryParams): Promise<{ approvals: EndedApproval[] }> {
    return { approvals: await this.approvals.history({ limit, ...(before === undefined ? {} : { before }) }) };
  }

  @RpcMethod({
    name: 'approval.grants',
    scope: 'operator.approvals',
    params: NoParams,
    summary:
      'What conversations may do without another question because somebody allowed it for them, the newest first.',
  })
  async granted(): Promise<{ grants: ConversationGrant[] }> {
    return { grants: await this.grants.list() };
  }

  @RpcMethod({
    name: 'approval.revoke',
    scope: 'operator.approvals',
    params: ApprovalRevokeParams,
    summary: 'Ends what was allowed for a conversation; such calls are asked for again.',
  })
  async revoke({ id }: ApprovalRevokeParams, { caller }: RpcContext): Promise<{ ok: true }> {
    await this.grants.takeBack(id, caller.displayName ?? caller.clientId);
    return { ok: true };
  }

  @RpcMethod({
    name: 'exec.approval.resolve',
    scope: 'operator.approvals',
    params: ApprovalResolveParams,
    summary:
      'Allows what waits once, for its conversation or always, or denies it; choices of the question say which. The id of a common question answers for all its calls that are open, that of a call for this one.',
  })
  async resolve(params: ApprovalResolveParams, context: RpcContext): Promise<{ ok: true }> {
    const { id, decision, reason, hash, grantExpiresInDays } = params;
    await this.approvals.resolve(id, decision, nameOf(context.caller), undefined, {
      ...(reason ? { reason } : {}),
      ...(hash ? { hash } : {}),
      ...(grantExpiresInDays === undefined ? {} : { forDays: grantExpiresInDays }),
    });
    return { ok: true };
  }

  @RpcMethod({
    name: 'exec.approval.request',
    scope: 'operator.approvals',
    params: ApprovalRequestParams,
    summary:
      'Asks people about a command that the caller runs itself, and answers with their decision; null where nobody answered. With `twoPhase` it answers at once with the id.',
  })
  async request(params: ApprovalRequestParams, context: RpcContext): Promise<unknown> {
    const { caller } = context;
    if (params.command === undefined && params.commandArgv === undefined)
      throw invalidRequest("invalid exec.approval.request params: must have required property 'command'");
    const timeoutMs = params.timeoutMs ?? WAIT_MS[caller.protocol];
    const { id, createdAtMs, expiresAtMs } = await this.clients.ask(params, nameOf(caller), timeoutMs);
    if (params.twoPhase) return { status: 'accepted', id, createdAtMs, expiresAtMs };
    return this.clients.decision(id, context.signal);
  }

  @RpcMethod({
    name: 'exec.approval.waitDecision',
    scope: 'operator.approvals',
    params: ApprovalIdParams,
    summary: 'The decision about what waits, when it is there; null where nobody answered in time.',
  })
  waitDecision({ id }: ApprovalIdParams, { signal }: RpcContext): Promise<ClientDecision> {
    return this.clients.decision(id, signal);
  }
}
