import type { InboundMessage } from '../../inbox/inbound-message';
import type { PolicySubject } from '../../tools/agent-tool';

/** Who may answer a question that a turn asks: whoever it works for. */
export type AskedPeople = Pick<PolicySubject, 'isOwner' | 'senders'>;

/**
 * Whether a message is the answer to a question in the middle of a turn. What the gateway itself tells (a command that has
 * ended, a reminder, a sub-agent's result) is none, and neither is what others in the chat write.
 */
export function isAnswer(message: InboundMessage, { isOwner, senders = [] }: AskedPeople): boolean {
  if (message.isSystemEvent || message.dialogue || message.heartbeat || message.jobId !== undefined) return false;
  if (message.isOwner !== (isOwner !== false)) return false;
  const ids = senders.map(({ id }) => id).filter((id) => id !== '');
  // An owner at a client, who has no id there, may answer for a chat and the other way round.
  const { id } = message.sender ?? {};
  return ids.length === 0 || id === undefined || ids.includes(id);
}
