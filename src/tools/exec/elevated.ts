import { EVERYBODY, listAdmits } from '../../common/sender-identity';
import { findAgent } from '../../config/agent-entries';
import type { OpenclawConfig } from '../../config/openclaw.config';
import type { ToolContext } from '../agent-tool';

/** Channels on which only the owner writes, with a proven token or device. */
const OWNER_CHANNELS = new Set(['webchat', 'agent', 'rpc', 'internal', 'cli']);

/** The facts that decide. */
export interface ElevatedAsk {
  agentId: string;
  isOwner: boolean;
  origin: { channel: string };
  subject: Pick<ToolContext['subject'], 'senders' | 'isSandboxed' | 'isSubagent'>;
}

/** Why a turn may not run commands outside the sandbox; names each gate that failed and the key that opens it. */
export function elevatedRefusal(config: OpenclawConfig, context: ElevatedAsk): string | undefined {
  const failed: string[] = [];
  const { channel } = context.origin;
  if (context.subject.isSandboxed && context.subject.isSubagent)
    failed.push('a sandboxed sub-agent stays in its sandbox');
  if (!context.isOwner) failed.push('only an owner may ask for it');
  const agent = findAgent(config, context.agentId)?.tools?.elevated;
  for (const [name, gate] of [
    ['tools.elevated', config.tools?.elevated],
    [`agents.list[${context.agentId}].tools.elevated`, agent],
  ] as const) {
    if (gate?.enabled === false) failed.push(`${name}.enabled is false`);
    const list = gate?.allowFrom?.[channel];
    if (OWNER_CHANNELS.has(channel) && list === undefined) continue;
    if (gate === undefined && name !== 'tools.elevated') continue;
    const senders = context.subject.senders ?? [];
    if (!(list ?? []).includes(EVERYBODY) && !senders.some((sender) => listAdmits(list ?? [], sender)))
      failed.push(`${name}.allowFrom.${channel} does not hold the sender`);
  }
  return failed.length === 0 ? undefined : `elevated commands are not allowed here: ${failed.join('; ')}`;
}
