import { type SenderIdentity, listAdmits, listHoldsId, listNames } from '../../common/sender-identity';
import type { InboundUpdate } from '../channel-adapter';

export type AccessVerdict =
  /** Goes on to a session. */
  | { kind: 'admit'; isOwner: boolean; isListed: boolean }
  /** An unknown person in a direct chat: told a pairing code, once. */
  | { kind: 'pair' }
  /** Kept with the reason, not answered. */
  | { kind: 'drop'; reason: string };

/** What a chat or its message says beside the rules. */
export interface ChatChoices {
  /** `/activation` of the session. */
  activation?: string;
  /** The message is a command of ours: people on the list need no mention for it. */
  isCommand?: boolean;
}

/** People who were let in by pairing, by id. */
export type PairedPeople = ReadonlyMap<string, PairedRole>;

/** What people who were let in are called, by id. */
export type PeoplesNames = ReadonlyMap<string, string>;

/** Whether somebody shares the gateway with its owner, or is a guest with a room of their own. */
export const PAIRED_ROLES = ['owner', 'guest'] as const;
export type PairedRole = (typeof PAIRED_ROLES)[number];

/** What is known of people beside the policy of the account. */
export interface KnownPeople {
  paired: PairedPeople;
  /** Ids of the owners on this channel, where the configuration lists them (`commands.ownerAllowFrom`). */
  owners?: readonly string[];
  /** What those who are paired were called when they wrote last. */
  names?: PeoplesNames;
}

/** Said in a group, but not to the bot. */
export const NOT_MENTIONED = 'not mentioned';

const drop = (reason: string): AccessVerdict => ({ kind: 'drop', reason });

/**
 * Decides what happens to a message, before anything else reads it. Pure. Policies only tighten: a group's list
 * narrows the account's list.
 */
export function judgeAccess(update: InboundUpdate, people: KnownPeople, chat: ChatChoices = {}): AccessVerdict {
  if (update.sender.isBot && !hearsBot(update)) return drop('bot');
  const who = identityOf(update);
  const person: Person = { who, isOwner: ownsGateway(update, people), isPaired: people.paired.has(who.id) };
  return update.chat.type === 'direct' ? judgeDirect(update, person) : judgeGroup(update, person, chat);
}

const hearsBot = ({ policy, chat, mentionsBot }: InboundUpdate): boolean =>
  policy.allowBots === true || (policy.allowBots === 'mentions' && (mentionsBot || chat.type === 'direct'));

/** Whether what a platform tells of a chat is heard: a group by its rules, a direct chat by those for its person. */
export function hearsOf(update: InboundUpdate, people: KnownPeople): boolean {
  const { chat, policy } = update;
  if (chat.type === 'direct') return judgeAccess(update, people).kind === 'admit';
  return policy.group?.enabled === true && policy.groupPolicy !== 'disabled';
}

/**
 * Whether the sender is an owner of the gateway: listed as such, else in the account's `allowFrom` or paired as an owner.
 * Always by id: a handle can change hands, and `*` makes nobody an owner. Nor does the id of a group or channel, in whose
 * name several people write.
 */
export function ownsGateway(
  { sender, policy }: Pick<InboundUpdate, 'sender' | 'policy'>,
  people: KnownPeople,
): boolean {
  if (sender.isPlace) return false;
  if (people.owners) return listHoldsId(people.owners, sender);
  return listHoldsId(policy.allowFrom, sender) || people.paired.get(sender.id) === 'owner';
}

interface Person {
  who: SenderIdentity;
  isOwner: boolean;
  isPaired: boolean;
}

const identityOf = ({ sender: { id, username } }: Pick<InboundUpdate, 'sender'>): SenderIdentity => ({
  id,
  ...(username ? { handle: username } : {}),
});

function judgeDirect({ policy }: InboundUpdate, { who, isOwner, isPaired }: Person): AccessVerdict {
  if (policy.dmPolicy === 'disabled') return drop('direct messages are off');
  const isListed = isOwner || isPaired || listNames(policy.allowFrom, who);
  if (policy.dmPolicy === 'open') return admit(isOwner, isListed);
  if (isListed || listAdmits(policy.allowFrom, who)) return admit(isOwner, isListed);
  return policy.dmPolicy === 'allowlist' ? drop('sender is not on the allow-list') : { kind: 'pair' };
}

const admit = (isOwner: boolean, isListed: boolean): AccessVerdict => ({ kind: 'admit', isOwner, isListed });

function judgeGroup(
  { policy, mentionsBot, isForAnother }: InboundUpdate,
  { who, isOwner, isPaired }: Person,
  chat: ChatChoices,
): AccessVerdict {
  const { group } = policy;
  if (!group) return drop('group is not listed');
  if (!group.enabled) return drop('group is switched off');
  if (group.allowFrom && !listAdmits(group.allowFrom, who)) return drop('sender is not allowed in this group');
  if (policy.groupPolicy === 'disabled') return drop('groups are off');
  const groupList = policy.groupAllowFrom.length > 0 ? policy.groupAllowFrom : policy.allowFrom;
  const isListed = listAdmits(groupList, who) || (policy.groupAllowFrom.length === 0 && (isPaired || isOwner));
  if (policy.groupPolicy === 'allowlist' && !isListed) return drop('sender is not on the allow-list for groups');
  if (isForAnother) return drop(NOT_MENTIONED);
  const isNamedHere = isOwner || isPaired || listNames(groupList, who);
  const needsMention = chat.activation === undefined ? group.requireMention : chat.activation !== 'always';
  if (needsMention && !mentionsBot && !(chat.isCommand && isNamedHere)) return drop(NOT_MENTIONED);
  return admit(isOwner, isNamedHere);
}
