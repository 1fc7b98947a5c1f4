import { Injectable } from '@nestjs/common';
import { Bool, Int, Opt, Text } from '../common/validation/fields';
import { invalidRequest } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';

export class WebLoginParams {
  @Opt() @Bool() force?: boolean;
  @Opt() @Bool() verbose?: boolean;
  @Opt() @Int({ min: 0 }) timeoutMs?: number;
  @Opt() @Text() accountId?: string;
  @Opt() @Text() channel?: string;
}

/** Logging in to a channel by scanning a picture. None of the channels here does that: each has a token. */
@Injectable()
export class WebLoginRpc {
  @RpcMethod({
    name: 'web.login.start',
    scope: 'operator.admin',
    params: WebLoginParams,
    unlisted: true,
    summary: 'Says that no channel logs in by a picture that is scanned; channels.add takes tokens.',
  })
  start(): never {
    return refuse();
  }

  @RpcMethod({
    name: 'web.login.wait',
    scope: 'operator.admin',
    params: WebLoginParams,
    unlisted: true,
    summary: 'The same.',
  })
  wait(): never {
    return refuse();
  }
}

function refuse(): never {
  throw invalidRequest('web login provider is not available: the channels of this gateway log in with tokens', {
    details: { code: 'WEB_LOGIN_UNAVAILABLE' },
  });
}
