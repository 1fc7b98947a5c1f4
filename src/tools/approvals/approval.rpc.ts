import { Injectable } from '@nestjs/common';
import { NoParams } from '../../rpc/no-params.dto';
import type { RpcContext } from '../../rpc/rpc-context';
import { RpcMethod } from '../../rpc/rpc-method';
import { ApprovalResolveParams } from './approval.dto';
import { ApprovalService, type PendingApproval } from './approval.service';

@Injectable()
export class ApprovalRpc {
  constructor(private readonly approvals: ApprovalService) {}

  @RpcMethod({
    name: 'exec.approval.list',
    scope: 'operator.approvals',
    params: NoParams,
    summary: 'Commands that wait for a decision.',
  })
  list(): Promise<PendingApproval[]> {
    return this.approvals.list();
  }

  @RpcMethod({
    name: 'exec.approval.resolve',
    scope: 'operator.approvals',
    params: ApprovalResolveParams,
    summary: 'Allows what waits once, for its conversation or always, or denies it; choices of the question say which.',
  })
  async resolve(params: ApprovalResolveParams, context: RpcContext): Promise<{ ok: true }> {
    const { id, decision, reason, hash } = params;
    await this.approvals.resolve(id, decision, context.caller.displayName ?? context.caller.clientId, undefined, {
      ...(reason ? { reason } : {}),
      ...(hash ? { hash } : {}),
    });
    return { ok: true };
  }
}
