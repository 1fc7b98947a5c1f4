import { isPlainObject, valueAt } from '../../common/plain-object';
import { findAgent } from '../../config/agent-entries';
import type { OpenclawConfig } from '../../config/openclaw.config';
import type { PolicySubject } from '../../tools/agent-tool';

export type SkillFilter = (name: string) => boolean;

/**
 * Lists of skills that a turn is limited to: of the agent, of the group and of the topic. Each can only take away; an
 * empty list takes all.
 */
export function skillFilter(config: OpenclawConfig, subject: PolicySubject): SkillFilter {
  const lists = [
    findAgent(config, subject.agentId)?.skills ?? config.agents?.defaults?.skills,
    ...groupLists(config, subject),
  ].filter((list): list is string[] => Array.isArray(list));
  return (name) => lists.every((list) => list.includes(name));
}

function groupLists(config: OpenclawConfig, { channel, account, groupId, threadId }: PolicySubject): unknown[] {
  if (!channel || !groupId) return [];
  const bases = [['channels', channel], ...(account ? [['channels', channel, 'accounts', account]] : [])];
  return bases.flatMap((base) => {
    const groups = valueAt(config, [...base, 'groups']);
    if (!isPlainObject(groups)) return [];
    const group = groups[groupId] ?? groups['*'];
    if (!isPlainObject(group)) return [];
    const topics = isPlainObject(group['topics']) ? group['topics'] : {};
    const topic = threadId === undefined ? undefined : topics[threadId];
    return [group['skills'], isPlainObject(topic) ? topic['skills'] : undefined];
  });
}
