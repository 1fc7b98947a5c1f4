import type { ChatOrigin } from '../../common/chat-origin';
import type { SenderIdentity } from '../../common/sender-identity';
import type { RpcCaller } from '../../rpc/rpc-context';

/** The giver as lists of senders mean them; empty for connected clients. */
export const sendersOf = ({ senderId, senderHandle }: ChatOrigin): { senders?: SenderIdentity[] } =>
  senderId === undefined ? {} : { senders: [{ id: senderId, ...(senderHandle ? { handle: senderHandle } : {}) }] };

/** Somebody on a platform who does not own the gateway. */
export const isGuestGiver = ({ isOwner, senderId }: ChatOrigin): boolean => !isOwner && senderId !== undefined;

/** A connected client; what it may do comes from its scopes. */
export const giverOf = (caller: RpcCaller): ChatOrigin => ({
  name: caller.displayName ?? caller.clientId,
  channel: 'webchat',
  account: 'default',
  isAuthorised: true,
  isOwner: caller.scopes.has('operator.admin'),
  mayApprove: caller.scopes.has('operator.approvals') || caller.scopes.has('operator.admin'),
  isGroup: false,
});
