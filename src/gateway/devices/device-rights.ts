import type { RpcContext } from '../../rpc/rpc-context';
import { missingScope } from '../../rpc/rpc-error';
import { type OperatorScope, satisfies } from '../../rpc/scopes';
import type { Allow } from './device-pairing.service';
import { scopesOf } from './device-record';

/** Nobody may change what may do more than they may themselves. */
export const notAbove =
  (context: RpcContext): Allow =>
  (device) =>
    refuseMoreThanCaller(scopesOf(device), context);

/** Nobody may hand out more than they hold. */
export function refuseMoreThanCaller(scopes: readonly string[], context: RpcContext): void {
  const { caller } = context;
  const beyond = scopes.find((scope) => !satisfies(caller.scopes, scope as OperatorScope));
  if (beyond !== undefined) throw missingScope(caller, beyond);
}
