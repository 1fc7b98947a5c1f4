import { defaultAgentId, findAgent } from '../config/agent-entries';
import type { OpenclawConfig } from '../config/openclaw.config';
import { directSessionKey, groupSessionKey } from '../sessions/session-key';
import type { InboundUpdate } from './channel-adapter';

export interface RouteChoice {
  agentId: string;
  sessionKey: string;
  /** Binding that decided, or why none did. */
  because: string;
}

/** Agent and session that a message reaches: peer, then guild, team, account, then channel bindings, then the default agent. */
export function chooseRoute(
  config: OpenclawConfig,
  channel: string,
  account: string,
  chat: InboundUpdate['chat'],
  senderId: string,
  isOwner = false,
): RouteChoice {
  const { agentId, because } = chooseAgent(config, channel, account, chat, senderId);
  const isGuest = !isOwner && config.session?.shareMainWithOthers !== true;
  if (chat.type === 'direct') {
    const facts = {
      agentId,
      channel,
      account,
      peer: senderId,
      ...(chat.threadId ? { threadId: chat.threadId } : {}),
      isGuest: isGuest || chat.isAlone === true,
    };
    return { agentId, because, sessionKey: directSessionKey(config, facts) };
  }
  const facts = {
    agentId,
    channel,
    groupId: chat.id,
    kind: chat.type,
    ...(chat.threadId ? { topicId: chat.threadId } : {}),
    ...(chat.threadWord ? { topicWord: chat.threadWord } : {}),
    isGuest,
  };
  return { agentId, because, sessionKey: groupSessionKey(config, facts) };
}

function chooseAgent(
  config: OpenclawConfig,
  channel: string,
  account: string,
  chat: InboundUpdate['chat'],
  senderId: string,
): { agentId: string; because: string } {
  const bindings = (config.bindings ?? []).filter((binding) => binding.match.channel.toLowerCase() === channel);
  const peerId = chat.type === 'direct' ? senderId : chat.id;
  const isDirect = chat.type === 'direct';
  const ranks: ((binding: (typeof bindings)[number]) => boolean)[] = [
    ({ match }) =>
      match.peer !== undefined &&
      match.peer.id === peerId &&
      ['dm', 'direct'].includes(match.peer.kind) === isDirect &&
      accountFits(match.accountId, account),
    ({ match }) =>
      match.peer === undefined &&
      match.guildId !== undefined &&
      match.guildId === chat.guildId &&
      accountFits(match.accountId, account),
    ({ match }) =>
      match.peer === undefined &&
      match.teamId !== undefined &&
      match.teamId === chat.teamId &&
      accountFits(match.accountId, account),
    ({ match }) => isWide(match) && match.accountId !== '*' && accountFits(match.accountId, account),
    ({ match }) => isWide(match) && match.accountId === '*',
  ];
  for (const fits of ranks) {
    const binding = bindings.find(fits);
    if (!binding) continue;
    const known = findAgent(config, binding.agentId);
    const index = config.bindings?.indexOf(binding) ?? 0;
    return {
      agentId: known?.id ?? defaultAgentId(config),
      because: `bindings[${index}]${known ? '' : ` names the unknown agent "${binding.agentId}"`}`,
    };
  }
  return { agentId: defaultAgentId(config), because: 'no binding matches' };
}

/** A binding for a whole account or channel. */
const isWide = ({ peer, guildId, teamId }: { peer?: unknown; guildId?: string; teamId?: string }): boolean =>
  peer === undefined && guildId === undefined && teamId === undefined;

/** A binding without an account means the default account. */
export const accountFits = (wanted: string | undefined, account: string): boolean =>
  wanted === '*' || (wanted ?? 'default').toLowerCase() === account;
