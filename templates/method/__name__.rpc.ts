import { Injectable } from '@nestjs/common';
import { RpcMethod } from '__src__/rpc/rpc-method';
import { __Name__Params } from './__name__.dto';

@Injectable()
export class __Name__Rpc {
  @RpcMethod({
    name: '__declared__',
    scope: 'operator.read',
    params: __Name__Params,
    summary: 'A greeting.',
  })
  answer({ name = 'you' }: __Name__Params): { greeting: string } {
    return { greeting: `Hello ${name}` };
  }
}
