import { findAgent } from '../../config/agent-entries';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { APPROVAL_TIMEOUT_MS } from '../approvals/approval.service';
import type { AgentExecRules } from '../approvals/exec-approvals-file';
import { FREE_FETCHES } from '../provenance/sink-gate.service';
import { mostInsistentAsk, strictestSecurity } from '../exec/exec-modes';
import type { ExecAsk, ExecConfig, ExecSecurity } from '../tools.config';
import type { PolicyLine } from './policy-line';

/** Facts that the sentences are made of; each was worked out by whoever decides by it. */
export interface PolicyFacts {
  config: OpenclawConfig;
  agentId: string;
  exec: ExecConfig;
  rules: AgentExecRules;
  hasNetwork: boolean;
  /** Why no sandbox works here; undefined where one does. */
  noSandbox: string | undefined;
}

/** What applies to commands on this machine: the configuration and the file of rules, each can only be stricter. */
const modesOf = ({ exec, rules }: PolicyFacts): { security: ExecSecurity; ask: ExecAsk } => ({
  security: strictestSecurity([exec.security ?? 'allowlist', rules.security]),
  ask: mostInsistentAsk([exec.ask ?? 'on-miss', rules.ask]),
});

const ASK: Readonly<Record<'off' | 'on-miss' | 'always', string>> = {
  off: 'Commands on this machine that no rule allows are refused without a question.',
  'on-miss': 'A command on this machine that no rule allows is asked for.',
  always: 'Every command on this machine is asked for, also one that a rule allows.',
};

/** What an agent does unasked, what is asked for and what is never done, a sentence each. */
export function policyInWords(facts: PolicyFacts): PolicyLine[] {
  return [...freeLines(facts), ...askedLines(facts), ...neverLines(facts)];
}

function freeLines(facts: PolicyFacts): PolicyLine[] {
  const { rules, hasNetwork, noSandbox } = facts;
  const { security, ask } = modesOf(facts);
  const network = { setting: 'agents.defaults.sandbox.docker.network' };
  return [
    { kind: 'free', text: 'Reading and writing files of its own workspace.', from: 'fixed' },
    ...(noSandbox === undefined
      ? [
          hasNetwork
            ? line(facts, 'free', 'Commands in the sandbox, with a way to public addresses.', network, 'bridge', true)
            : line(facts, 'free', 'Commands in the sandbox: only the workspace, no network.', network, 'none', false),
        ]
      : []),
    { kind: 'free', text: 'Pages of the web whose address you or a page have named.', from: 'fixed' },
    ...(rules.allowlist.length > 0
      ? [
          {
            kind: 'free' as const,
            text: `Commands on this machine that ${rules.allowlist.length === 1 ? 'your rule allows' : `one of your ${rules.allowlist.length} rules allows`}.`,
            setting: 'exec-approvals.json: allowlist',
            from: 'own' as const,
          },
        ]
      : []),
    ...(security === 'full' && ask !== 'always'
      ? [line(facts, 'free', 'Any command on this machine.', { setting: 'tools.exec.security' }, 'full', true)]
      : []),
    ...(rules.untrustedSinks === 'allow'
      ? [sinks('free', 'What leaves the gateway, also after it has read what others wrote.', 'allow', 'own')]
      : []),
  ];
}

function askedLines(facts: PolicyFacts): PolicyLine[] {
  const { exec, rules } = facts;
  const { security, ask } = modesOf(facts);
  return [
    ...(security === 'deny' || ask === 'off'
      ? []
      : [
          rules.ask !== ask || exec.ask === ask
            ? line(facts, 'asked', ASK[ask], { setting: 'tools.exec.ask' }, ask, exec.ask !== undefined)
            : {
                kind: 'asked' as const,
                text: ASK[ask],
                setting: 'exec-approvals.json: ask',
                value: rules.ask,
                from: 'own' as const,
              },
        ]),
    ...(rules.untrustedSinks === 'ask'
      ? [
          sinks(
            'asked',
            'Whatever leaves the gateway in a turn that has read web pages, strangers, outside tools or files of others: messages, forms, memory, jobs.',
            'ask',
            'default',
          ),
        ]
      : []),
    {
      kind: 'asked',
      text: `Pages whose address the assistant made up, and more than ${FREE_FETCHES} pages in one turn.`,
      from: 'fixed',
    },
    {
      kind: 'asked',
      text: 'Changes of the configuration beyond a short list of harmless keys, and updates.',
      from: 'fixed',
    },
    {
      kind: 'asked',
      text: `No answer within ${APPROVAL_TIMEOUT_MS / 60_000} minutes means no.`,
      from: 'fixed',
    },
  ];
}

function neverLines(facts: PolicyFacts): PolicyLine[] {
  const { config, exec, rules, noSandbox } = facts;
  const { security, ask } = modesOf(facts);
  return [
    ...(security === 'deny'
      ? [
          exec.security === 'deny'
            ? line(facts, 'never', 'Commands on this machine.', { setting: 'tools.exec.security' }, 'deny', true)
            : {
                kind: 'never' as const,
                text: 'Commands on this machine.',
                setting: 'exec-approvals.json: security',
                value: 'deny',
                from: 'own' as const,
              },
        ]
      : []),
    ...(ask === 'off' ? [line(facts, 'never', ASK.off, { setting: 'tools.exec.ask' }, 'off', true)] : []),
    ...(noSandbox === undefined
      ? []
      : [{ kind: 'never' as const, text: `Sandboxed commands: ${noSandbox}.`, from: 'fixed' as const }]),
    { kind: 'never', text: 'Addresses of this machine and its network.', from: 'fixed' },
    { kind: 'never', text: 'Files outside the workspace, and what stands in git folders.', from: 'fixed' },
    ...(rules.untrustedSinks === 'deny'
      ? [sinks('never', 'What leaves the gateway after it has read what others wrote.', 'deny', 'own')]
      : []),
    ...(config.tools?.elevated?.enabled === false
      ? [
          line(
            facts,
            'never',
            'Commands outside the sandbox by /elevated.',
            { setting: 'tools.elevated.enabled' },
            'false',
            true,
          ),
        ]
      : []),
  ];
}

const sinks = (kind: PolicyLine['kind'], text: string, value: string, from: PolicyLine['from']): PolicyLine => ({
  kind,
  text,
  setting: 'exec-approvals.json: untrustedSinks',
  value,
  from,
});

/** A setting that an agent may have of its own. */
function line(
  { config, agentId }: PolicyFacts,
  kind: PolicyLine['kind'],
  text: string,
  { setting }: { setting: string },
  value: string,
  isSet: boolean,
): PolicyLine {
  const name = setting.split('.').at(-1) ?? '';
  const own = setting.startsWith('tools.exec.') && name in (findAgent(config, agentId)?.tools?.exec ?? {});
  return {
    kind,
    text,
    setting: own ? `agents.list[${agentId}].${setting}` : setting,
    value,
    from: isSet ? 'own' : 'default',
  };
}
