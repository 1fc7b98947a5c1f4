import type { RpcCaller } from '../../rpc/rpc-context';
import type { CommandGiver } from './chat-commands.service';

/** A connected client as the giver of a command; what it may do comes from its scopes. */
export const giverOf = (caller: RpcCaller): CommandGiver => ({
  name: caller.displayName ?? caller.clientId,
  mayApprove: caller.scopes.has('operator.approvals') || caller.scopes.has('operator.admin'),
});
