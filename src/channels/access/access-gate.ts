import type { AccessPolicy, InboundUpdate } from '../channel-adapter';

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

/** Said in a group, but not to the bot. */
export const NOT_MENTIONED = 'not mentioned';

const drop = (reason: string): AccessVerdict => ({ kind: 'drop', reason });

/**
 * Decides what happens to a message, before anything else reads it. Pure. Policies only tighten: a group's list
 * narrows the account's list.
 * @param approved ids of people who were paired with this account
 */
export function judgeAccess(
  update: InboundUpdate,
  approved: ReadonlySet<string>,
  chat: ChatChoices = {},
): AccessVerdict {
  if (update.sender.isBot) return drop('bot');
  return update.chat.type === 'direct' ? judgeDirect(update, approved) : judgeGroup(update, approved, chat);
}

function judgeDirect(update: InboundUpdate, approved: ReadonlySet<string>): AccessVerdict {
  const { policy, sender } = update;
  if (policy.dmPolicy === 'disabled') return drop('direct messages are off');
  const isListed = matchesSender(policy.allowFrom, update) || approved.has(sender.id);
  switch (policy.dmPolicy) {
    case 'open':
      return admit(isNamed(policy.allowFrom, update) || approved.has(sender.id));
    case 'allowlist':
      return isListed ? admit(true) : drop('sender is not on the allow-list');
    case 'pairing':
      return isListed ? admit(true) : { kind: 'pair' };
  }
}

const admit = (isOwner: boolean, isListed = isOwner): AccessVerdict => ({ kind: 'admit', isOwner, isListed });

function judgeGroup(update: InboundUpdate, approved: ReadonlySet<string>, chat: ChatChoices): AccessVerdict {
  const { policy, sender } = update;
  const { group } = policy;
  if (!group) return drop('group is not listed');
  if (!group.enabled) return drop('group is switched off');
  if (group.allowFrom && !matchesSender(group.allowFrom, update)) return drop('sender is not allowed in this group');
  if (policy.groupPolicy === 'disabled') return drop('groups are off');
  const groupList = policy.groupAllowFrom.length > 0 ? policy.groupAllowFrom : policy.allowFrom;
  const isListed = matchesSender(groupList, update) || (policy.groupAllowFrom.length === 0 && approved.has(sender.id));
  if (policy.groupPolicy === 'allowlist' && !isListed) return drop('sender is not on the allow-list for groups');
  const isOwner = isNamed(policy.allowFrom, update) || approved.has(sender.id);
  const isNamedHere = isOwner || isNamed(groupList, update);
  const needsMention = chat.activation === undefined ? group.requireMention : chat.activation !== 'always';
  if (needsMention && !update.mentionsBot && !(chat.isCommand && isNamedHere)) return drop(NOT_MENTIONED);
  return admit(isOwner, isNamedHere);
}

/** Whether a list lets the sender pass; `*` lets everybody. */
function matchesSender(list: AccessPolicy['allowFrom'], update: InboundUpdate): boolean {
  return list.includes('*') || isNamed(list, update);
}

/** Whether a list names the sender, by id or name. */
function isNamed(list: AccessPolicy['allowFrom'], update: InboundUpdate): boolean {
  const { id, username } = update.sender;
  const name = username?.toLowerCase();
  return list.some((entry) => entry === id || (name !== undefined && entry.replace(/^@/, '').toLowerCase() === name));
}
