import { Injectable } from '@nestjs/common';
import { Redactor } from '../common/redactor';
import { NoParams } from '../rpc/no-params.dto';
import { RpcMethod } from '../rpc/rpc-method';
import { type OriginRow, describeOrigins } from './config-origins';
import { changesBetween } from './config-review';
import { type TakenBack, takenBack } from './config-rollback';
import { ConfigService } from './config.service';

interface Origins {
  /** Of the file. */
  hash: string | null;
  origins: OriginRow[];
  /** Paths that hold something else since the start, which takes a restart. */
  needRestart: string[];
  takenBack?: TakenBack;
}

/** What a form has to know besides the values. */
@Injectable()
export class ConfigOriginsRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly redactor: Redactor,
  ) {}

  @RpcMethod({
    name: 'config.origins',
    scope: 'operator.admin',
    scopeV4: 'operator.read',
    params: NoParams,
    summary:
      'Where each value in effect comes from (file, include, env, secret, default), what waits for a restart, and a change that was taken back because the gateway did not start with it. Secrets are replaced.',
  })
  list(): Origins {
    const file = this.config.peek();
    const { started, stateDir } = this.config;
    const back = takenBack(stateDir, file.hash);
    return {
      hash: file.hash ?? null,
      origins: describeOrigins(file, true),
      needRestart:
        file.issues.length > 0
          ? []
          : changesBetween(started, file).flatMap(({ path, effect }) => (effect === 'restart' ? [path] : [])),
      ...(back ? { takenBack: { ...back, because: this.redactor.redact(back.because) } } : {}),
    };
  }
}
