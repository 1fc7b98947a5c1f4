import { Injectable } from '@nestjs/common';
import { OpenclawError } from '../../common/openclaw-error';
import { NoParams } from '../../rpc/no-params.dto';
import { invalidRequest, unavailable } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { ExecApprovalsSetParams } from './approval.dto';
import { ExecApprovalsFile } from './exec-approvals-file';
import { type ShownApprovals, replaceApprovals, showApprovals } from './shown-approvals';

/** The rules of the owner: what runs on the machine without a question. */
@Injectable()
export class ExecApprovalsRpc {
  constructor(private readonly rules: ExecApprovalsFile) {}

  @RpcMethod({
    name: 'exec.approvals.get',
    scope: 'operator.admin',
    params: NoParams,
    summary: 'Who may run what on the machine without being asked.',
  })
  get(): ShownApprovals {
    return asRpc(() => showApprovals(this.rules));
  }

  @RpcMethod({
    name: 'exec.approvals.set',
    scope: 'operator.admin',
    params: ExecApprovalsSetParams,
    summary: 'Replaces these rules. Whoever does has read them: baseHash says which.',
  })
  set({ file, baseHash }: ExecApprovalsSetParams): ShownApprovals {
    return asRpc(() => replaceApprovals(this.rules, file, baseHash));
  }
}

function asRpc<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OpenclawError)) throw error;
    if (error.code === 'EXEC_APPROVALS_UNREADABLE') throw unavailable(error.message);
    throw invalidRequest(error.message, { details: { code: error.code, ...error.details } });
  }
}
