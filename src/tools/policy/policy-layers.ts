import { findAgent } from '../../config/agent-entries';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { EVERYBODY, type SenderIdentity, entryMeans } from '../../common/sender-identity';
import { isPlainObject, valueAt } from '../../common/plain-object';
import { type PolicySubject, isGuest } from '../agent-tool';
import type { ToolPolicyConfig } from '../tools.config';
import type { PolicyLayer } from './evaluate-policy';
import { GUEST_NEVER, GUEST_TOOLS, HTTP_DENY, OUTSIDE_DENY, SANDBOX_TOOLS, SUBAGENT_DENY } from './tool-groups';

interface PolicySource extends ToolPolicyConfig {
  byProvider?: Record<string, ToolPolicyConfig>;
}

/**
 * The chain that a tool must pass for somebody, in order: configuration as a whole, per provider, per agent, per group
 * and sender, then what holds for everybody who is no owner, sandboxed, a sub-agent or outside a turn.
 */
export function policyLayers(config: OpenclawConfig, subject: PolicySubject): PolicyLayer[] {
  const { tools } = config;
  const agent = findAgent(config, subject.agentId)?.tools;
  const agentName = `agents.list[${subject.agentId}].tools`;
  return [
    ...sourceLayers('tools', tools, subject),
    ...sourceLayers(agentName, agent, subject),
    ...groupLayers(config, subject),
    ...(isGuest(subject) ? guestLayers(config, subject, agent?.guests ?? tools?.guests) : []),
    ...(subject.isSandboxed ? sandboxLayers(tools?.sandbox?.tools, agent?.sandbox?.tools, agentName) : []),
    ...(subject.isSubagent
      ? [
          { name: 'sub-agent', policy: { deny: [...SUBAGENT_DENY] } },
          { name: 'tools.subagents.tools', policy: tools?.subagents?.tools },
        ]
      : []),
    ...(subject.via ? outsideLayers(config, subject.via) : []),
  ];
}

/** What callers outside a turn have: for HTTP the owner can give some of it, and take more. */
function outsideLayers({ gateway }: OpenclawConfig, via: NonNullable<PolicySubject['via']>): PolicyLayer[] {
  const name = `call over ${via.toUpperCase()}`;
  if (via !== 'http') return [{ name, policy: { deny: [...OUTSIDE_DENY] } }];
  const { allow = [], deny = [] } = gateway?.tools ?? {};
  const never = OUTSIDE_DENY.filter((tool) => !HTTP_DENY.includes(tool));
  const refused = HTTP_DENY.filter((tool) => !allow.includes(tool));
  return [
    { name, policy: { deny: never } },
    { name: 'gateway.tools', policy: { deny: [...refused, ...deny] } },
  ];
}

/** Profile, the provider's profile, own lists, the provider's lists: each a layer with its name. */
function sourceLayers(name: string, source: PolicySource | undefined, subject: PolicySubject): PolicyLayer[] {
  if (!source) return [];
  const { provider, model } = subject;
  const keys = provider ? [provider, `${provider}/${model ?? ''}`] : [];
  return [
    { name, policy: source },
    ...keys
      .filter((key) => source.byProvider?.[key])
      .map((key) => ({ name: `${name}.byProvider["${key}"]`, policy: source.byProvider?.[key] })),
  ];
}

/** `tools`, and `toolsBySender` for each sender, of the group's entries in the configuration of its channel. */
function groupLayers(config: OpenclawConfig, subject: PolicySubject): PolicyLayer[] {
  return groupEntries(config, subject).flatMap(({ name, group }) => [
    ...(isPlainObject(group['tools']) ? [{ name: `${name}.tools`, policy: group['tools'] as ToolPolicyConfig }] : []),
    ...(subject.senders ?? [undefined]).flatMap((sender) => {
      const found = entryFor(group, sender);
      return found ? [{ name: `${name}.toolsBySender["${found.key}"]`, policy: found.policy }] : [];
    }),
  ]);
}

/** Entry of `toolsBySender` that holds for a sender, else that for everybody. */
function entryFor(
  group: Record<string, unknown>,
  sender: SenderIdentity | undefined,
): { key: string; policy: ToolPolicyConfig } | undefined {
  const bySender = group['toolsBySender'];
  if (!isPlainObject(bySender)) return undefined;
  const key = (sender && Object.keys(bySender).find((entry) => entryMeans(entry, sender))) ?? EVERYBODY;
  const policy = bySender[key];
  return isPlainObject(policy) ? { key, policy: policy as ToolPolicyConfig } : undefined;
}

/**
 * What guests have: a short list, and what the owner adds to it by name. Where several write, each must have a tool for
 * the turn to have it.
 */
function guestLayers(
  config: OpenclawConfig,
  subject: PolicySubject,
  rules: ToolPolicyConfig | undefined,
): PolicyLayer[] {
  const groups = groupEntries(config, subject).map(({ group }) => group);
  const layers = (subject.senders ?? [undefined]).map((sender) => ({
    name: 'sender is not an owner',
    policy: {
      // One core tool is always there: a list without any would restrict nothing.
      allow: [
        ...(rules?.allow ?? GUEST_TOOLS),
        ...(rules?.alsoAllow ?? []),
        ...grants(groups, sender),
        'session_status',
      ],
      deny: [...GUEST_NEVER],
    },
  }));
  if (!rules) return layers;
  const { allow: _, ...tighter } = rules;
  return [...layers, { name: 'tools.guests', policy: tighter }];
}

/** What groups give to a guest: to everybody what `alsoAllow` says, to somebody in particular what `allow` says too. */
function grants(groups: readonly Record<string, unknown>[], sender: SenderIdentity | undefined): string[] {
  return groups.flatMap((group) => {
    const shared = isPlainObject(group['tools']) ? (group['tools'] as ToolPolicyConfig).alsoAllow : undefined;
    const found = entryFor(group, sender);
    const own = found && found.key !== EVERYBODY ? found.policy.allow : undefined;
    return [...(shared ?? []), ...(own ?? []), ...(found?.policy.alsoAllow ?? [])];
  });
}

/** `channels.<channel>[.accounts.<id>].groups.<chat or *>`, and what the channel itself found. */
function groupEntries(
  config: OpenclawConfig,
  subject: PolicySubject,
): { name: string; group: Record<string, unknown> }[] {
  return groupPaths(config, subject).flatMap((path) => {
    const group = valueAt(config, [...path]);
    return isPlainObject(group) ? [{ name: `${path.slice(0, -1).join('.')}["${path.at(-1) ?? ''}"]`, group }] : [];
  });
}

function groupPaths(config: OpenclawConfig, subject: PolicySubject): (readonly string[])[] {
  const { channel, groupId, account, rulesAt = [] } = subject;
  if (!channel || !groupId) return [...rulesAt];
  const bases = [['channels', channel], ...(account ? [['channels', channel, 'accounts', account]] : [])];
  const listed = bases.flatMap((base) => {
    const groups = valueAt(config, [...base, 'groups']);
    return isPlainObject(groups) ? [[...base, 'groups', groupId in groups ? groupId : '*']] : [];
  });
  return [...listed, ...rulesAt];
}

function sandboxLayers(
  shared: ToolPolicyConfig | undefined,
  own: ToolPolicyConfig | undefined,
  agentName: string,
): PolicyLayer[] {
  const listed = own ?? shared;
  const name = own ? `${agentName}.sandbox.tools` : shared ? 'tools.sandbox.tools' : 'sandbox';
  return [
    {
      name,
      policy: {
        allow: [...(listed?.allow ?? SANDBOX_TOOLS.allow)],
        deny: [...(listed?.deny ?? SANDBOX_TOOLS.deny)],
        ...(listed?.alsoAllow ? { alsoAllow: listed.alsoAllow } : {}),
      },
    },
  ];
}
