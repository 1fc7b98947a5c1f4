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
    summary: 'Allows a waiting command once, allows it always, or denies it.',
  })
  async resolve(params: ApprovalResolveParams, context: RpcContext): Promise<{ ok: true }> {
    await this.approvals.resolve(params.id, params.decision, context.caller.displayName ?? context.caller.clientId);
    return { ok: true };
  }
}
