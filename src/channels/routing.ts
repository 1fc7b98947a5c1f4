import { defaultAgentId, findAgent, ownerOfTheRest } from '../config/agent-entries';
import type { OpenclawConfig } from '../config/openclaw.config';
import { directSessionKey, groupSessionKey } from '../sessions/session-key';
import type { InboundUpdate } from './channel-adapter';

export interface RouteChoice {
  agentId: string;
  sessionKey: string;
  /** Binding that decided, or why none did. */
  because: string;
  /** Why nobody answers there: no agent is named for it. */
  refusal?: string;
}

type AgentChoice = Pick<RouteChoice, 'agentId' | 'because' | 'refusal'>;

/** Agent and session that a message reaches: peer, then guild, team, account, then channel bindings, then the default agent. */
export function chooseRoute(
  config: OpenclawConfig,
  channel: string,
  account: string,
  chat: InboundUpdate['chat'],
  senderId: string,
  isOwner = false,
): RouteChoice {
  const choice = chooseAgent(config, channel, account, chat, senderId);
  const { agentId } = choice;
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
    return { ...choice, sessionKey: directSessionKey(config, facts) };
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
  return { ...choice, sessionKey: groupSessionKey(config, facts) };
}

function chooseAgent(
  config: OpenclawConfig,
  channel: string,
  account: string,
  chat: InboundUpdate['chat'],
  senderId: string,
): AgentChoice {
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
    if (known) return { agentId: known.id, because: `bindings[${index}]` };
    return ofNobody(config, `bindings[${index}] names the unknown agent "${binding.agentId}"`);
  }
  return ofNobody(config, 'no binding matches');
}

/** What no agent is named for is the default agent's, if there is one. */
function ofNobody(config: OpenclawConfig, because: string): AgentChoice {
  const owner = ownerOfTheRest(config);
  if (owner !== undefined) return { agentId: owner, because };
  const refusal = `${because}, and agents.ownership is "explicit": name an agent in bindings or in agents.defaults.systemAgent.agentId`;
  return { agentId: defaultAgentId(config), because, refusal };
}

/** A binding for a whole account or channel. */
const isWide = ({ peer, guildId, teamId }: { peer?: unknown; guildId?: string; teamId?: string }): boolean =>
  peer === undefined && guildId === undefined && teamId === undefined;

/** A binding without an account means the default account. */
export const accountFits = (wanted: string | undefined, account: string): boolean =>
  wanted === '*' || (wanted ?? 'default').toLowerCase() === account;
