import { findAgent } from '../../config/agent-entries';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { isPlainObject, valueAt } from '../../common/plain-object';
import type { PolicySubject } from '../agent-tool';
import type { ToolPolicyConfig } from '../tools.config';
import type { PolicyLayer } from './evaluate-policy';
import { OUTSIDE_DENY, SANDBOX_TOOLS, STRANGER_DENY, SUBAGENT_DENY } from './tool-groups';

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
    ...(subject.isOwner === false ? [{ name: 'sender is not an owner', policy: { deny: [...STRANGER_DENY] } }] : []),
    ...(subject.isSandboxed ? sandboxLayers(tools?.sandbox?.tools, agent?.sandbox?.tools, agentName) : []),
    ...(subject.isSubagent
      ? [
          { name: 'sub-agent', policy: { deny: [...SUBAGENT_DENY] } },
          { name: 'tools.subagents.tools', policy: tools?.subagents?.tools },
        ]
      : []),
    ...(subject.via ? [{ name: `call over ${subject.via.toUpperCase()}`, policy: { deny: [...OUTSIDE_DENY] } }] : []),
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
  return groupEntries(config, subject).flatMap((path) => {
    const group = valueAt(config, [...path]);
    if (!isPlainObject(group)) return [];
    const key = path.at(-1) ?? '';
    const name = `${path.slice(0, -1).join('.')}["${key}"]`;
    const own = isPlainObject(group['tools'])
      ? [{ name: `${name}.tools`, policy: group['tools'] as ToolPolicyConfig }]
      : [];
    const bySender = group['toolsBySender'];
    if (!isPlainObject(bySender)) return own;
    const entries = (subject.senders ?? ['*']).map(
      (sender) => Object.keys(bySender).find((id) => id.toLowerCase() === sender.toLowerCase()) ?? '*',
    );
    return [
      ...own,
      ...entries
        .filter((entry) => isPlainObject(bySender[entry]))
        .map((entry) => ({
          name: `${name}.toolsBySender["${entry}"]`,
          policy: bySender[entry] as ToolPolicyConfig,
        })),
    ];
  });
}

/** `channels.<channel>[.accounts.<id>].groups.<chat or *>`, and what the channel itself found. */
function groupEntries(config: OpenclawConfig, subject: PolicySubject): (readonly string[])[] {
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
