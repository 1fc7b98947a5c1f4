import { Injectable } from '@nestjs/common';
import { OpenclawError } from '../../common/openclaw-error';
import { ConfigService } from '../../config/config.service';
import { NoParams } from '../../rpc/no-params.dto';
import { invalidRequest, unavailable } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { mostInsistentAsk, strictestSecurity } from '../exec/exec-modes';
import type { ExecAsk, ExecSecurity } from '../tools.config';
import { ExecApprovalsSetParams } from './approval.dto';
import { ExecApprovalsFile } from './exec-approvals-file';
import { type ShownApprovals, replaceApprovals, showApprovals } from './shown-approvals';

interface OwnApprovals extends ShownApprovals {
  /** What holds for an agent without rules of its own: configuration and `file.defaults` together, the stricter one. */
  resolvedDefaults: {
    security: ExecSecurity;
    ask: ExecAsk;
    /** Where nobody answers. */
    askFallback: 'deny';
    autoAllowSkills: false;
  };
}

/** The rules of the owner: what runs on the machine without a question. */
@Injectable()
export class ExecApprovalsRpc {
  constructor(
    private readonly rules: ExecApprovalsFile,
    private readonly config: ConfigService,
  ) {}

  @RpcMethod({
    name: 'exec.approvals.get',
    scope: 'operator.admin',
    params: NoParams,
    summary: 'Who may run what on the machine without being asked.',
  })
  get(): OwnApprovals {
    return asRpc(() => this.whole(showApprovals(this.rules)));
  }

  @RpcMethod({
    name: 'exec.approvals.set',
    scope: 'operator.admin',
    params: ExecApprovalsSetParams,
    summary: 'Replaces these rules. Whoever does has read them: baseHash says which.',
  })
  set({ file, baseHash }: ExecApprovalsSetParams): OwnApprovals {
    return asRpc(() => this.whole(replaceApprovals(this.rules, file, baseHash)));
  }

  private whole(shown: ShownApprovals): OwnApprovals {
    const { exec } = this.config.config.tools ?? {};
    const defaults = shown.file.defaults ?? {};
    return {
      ...shown,
      resolvedDefaults: {
        security: strictestSecurity([exec?.security ?? 'allowlist', defaults.security as ExecSecurity | undefined]),
        ask: mostInsistentAsk([exec?.ask ?? 'on-miss', defaults.ask as ExecAsk | undefined]),
        askFallback: 'deny',
        autoAllowSkills: false,
      },
    };
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
