import { cutText } from '../common/cut-text';
import { isWebAddress } from '../common/net/host';
import { fieldNamesAt } from '../common/validation/field-registry';
import { type DtoProblem, findDtoProblems } from '../common/validation/validate-dto';
import { nearestName } from '../common/nearest-name';
import { isPlainObject } from '../common/plain-object';
import type { AgentDefaultsConfig } from '../agent/agents.config';
import { PROVIDERS_WITH_ADDRESS } from '../agent/providers/models.config';
import { KNOWN_CHANNEL_IDS } from '../channels/channels.config';
import { type ConfigIssue } from './config-error';
import { normaliseAgentId } from './agent-entries';
import { formatConfigPath } from './config-path';
import { OpenclawConfig } from './openclaw.config';
import { isHidden, isSensitivePath } from './sensitive-paths';
import { nameIssues } from './sender-lists';

export interface ConfigFindings {
  /** Wrong values: the file can't be used. */
  issues: ConfigIssue[];
  /** Unknown keys and other things that are kept and reported. */
  warnings: ConfigIssue[];
}

/** Checks a configuration after includes and variables are resolved. */
export function validateConfig(config: unknown, legacyPaths: ReadonlySet<string> = new Set()): ConfigFindings {
  const findings: ConfigFindings = { issues: [], warnings: [] };
  for (const problem of findDtoProblems(OpenclawConfig, config)) {
    const path = formatConfigPath(problem.path);
    if (problem.kind !== 'unexpected') findings.issues.push({ path, message: describe(problem) });
    else if (!legacyPaths.has(path)) findings.warnings.push({ path, message: unknownKey(problem) });
  }
  if (isPlainObject(config)) {
    checkChannels(config as OpenclawConfig, findings);
    checkAgents(config as OpenclawConfig, findings);
    checkProviders(config as OpenclawConfig, findings);
    checkHooks(config as OpenclawConfig, findings);
    findings.warnings.push(...nameIssues(config as OpenclawConfig));
  }
  return findings;
}

function describe(problem: DtoProblem): string {
  if (problem.kind === 'required') return 'is required and missing';
  const shown =
    isSensitivePath(problem.path) || isHidden(problem.path, String(problem.value))
      ? 'a hidden value'
      : preview(problem.value);
  return `${problem.message}, got ${shown}`;
}

function preview(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return cutText(text, 60);
}

function unknownKey(problem: DtoProblem): string {
  const key = problem.path.at(-1) ?? '';
  const near = nearestName(key, fieldNamesAt(OpenclawConfig, problem.path.slice(0, -1)));
  return `unknown key, kept and not used${near ? `; did you mean "${near}"?` : ''}`;
}

function checkChannels(config: OpenclawConfig, findings: ConfigFindings): void {
  const channels = config.channels;
  if (!isPlainObject(channels)) return;
  const known = new Set<string>(['defaults', ...KNOWN_CHANNEL_IDS]);
  for (const id of Object.keys(channels)) {
    if (known.has(id)) continue;
    const near = nearestName(id, known);
    findings.warnings.push({
      path: `channels.${id}`,
      message: `unknown channel, kept and not used${near ? `; did you mean "${near}"?` : ''}`,
    });
  }
  // What is kept and not used is not judged either.
  const served = new Set(fieldNamesAt(OpenclawConfig, ['channels']));
  for (const [id, block] of Object.entries(channels)) {
    if (id === 'defaults' || !served.has(id) || !isPlainObject(block)) continue;
    checkOpenDm(`channels.${id}`, block, findings);
    if (!isPlainObject(block.accounts)) continue;
    for (const [name, account] of Object.entries(block.accounts))
      if (isPlainObject(account))
        checkOpenDm(
          `channels.${id}.accounts.${name}`,
          { allowFrom: block.allowFrom, dm: block.dm, ...account },
          findings,
        );
  }
}

/** Some channels keep their rules for direct messages in a block of its own. */
function checkOpenDm(path: string, block: Record<string, unknown>, findings: ConfigFindings): void {
  const dm = isPlainObject(block.dm) ? block.dm : {};
  if ((block.dmPolicy ?? dm.policy) !== 'open') return;
  const list = block.allowFrom ?? dm.allowFrom;
  if (Array.isArray(list) && list.includes('*')) return;
  findings.issues.push({
    path: block.dmPolicy === undefined ? `${path}.dm.allowFrom` : `${path}.allowFrom`,
    message: `must contain "*" when ${block.dmPolicy === undefined ? 'policy' : 'dmPolicy'} is "open", because everybody may then write to the assistant`,
  });
}

function checkProviders({ models }: OpenclawConfig, findings: ConfigFindings): void {
  for (const [id, provider] of Object.entries(isPlainObject(models?.providers) ? models.providers : {}))
    if (isPlainObject(provider) && provider.baseUrl === undefined && !PROVIDERS_WITH_ADDRESS.includes(id))
      findings.issues.push({
        path: `${formatConfigPath(['models', 'providers', id])}.baseUrl`,
        message: `is required and missing: the address of "${id}" is not known`,
      });
}

/** Who holds an empty secret is everybody. */
function checkHooks({ hooks }: OpenclawConfig, findings: ConfigFindings): void {
  if (!isPlainObject(hooks)) return;
  const need = (path: string, message: string): void => void findings.issues.push({ path, message });
  const isBlank = (value: unknown): boolean => typeof value !== 'string' || value.trim() === '';
  if (hooks.enabled === true && isBlank(hooks.token))
    need('hooks.token', 'is needed when hooks.enabled is true: a long random text, such as ${secret:hooks}');
  if (typeof hooks.path === 'string' && hooks.path.replace(/^\/+|\/+$/g, '') === '')
    need('hooks.path', 'must not be the root, got "/"');
  for (const [index, mapping] of (Array.isArray(hooks.mappings) ? hooks.mappings : []).entries())
    if (isPlainObject(mapping) && isPlainObject(mapping.signature) && isBlank(mapping.signature.secret))
      need(`hooks.mappings[${index}].signature.secret`, 'must not be empty');
  for (const [index, target] of (Array.isArray(hooks.outbound) ? hooks.outbound : []).entries()) {
    if (!isPlainObject(target)) continue;
    if (isBlank(target.secret)) need(`hooks.outbound[${index}].secret`, 'must not be empty: it signs what is sent');
    if (typeof target.url === 'string' && !isWebAddress(target.url))
      need(`hooks.outbound[${index}].url`, `must be an http(s) address, got ${JSON.stringify(target.url)}`);
  }
}

function checkAgents({ agents }: OpenclawConfig, findings: ConfigFindings): void {
  if (!isPlainObject(agents)) return;
  const named = isPlainObject(agents.entries) ? Object.entries(agents.entries) : [];
  const listed = Array.isArray(agents.list) ? [...agents.list.entries()] : [];
  const all = [
    ...named.map(([id, agent]) => ({ path: ['agents', 'entries', id], id, agent })),
    ...listed.map(([index, agent]) => ({ path: ['agents', 'list', index], id: (agent as { id?: unknown }).id, agent })),
  ];
  const dirs = new Map<string, string>();
  const ids = new Map<string, string>();
  for (const { path, id, agent } of all) {
    if (!isPlainObject(agent)) continue;
    const at = formatConfigPath(path);
    if (typeof id === 'string') {
      const known = normaliseAgentId(id);
      const other = ids.get(known);
      if (other !== undefined)
        findings.issues.push({
          path: path[1] === 'list' ? `${at}.id` : at,
          message: `"${id}" is used twice${other.startsWith('agents.list') ? '' : `, first as ${other}`}`,
        });
      ids.set(known, at);
    }
    if (typeof agent.agentDir !== 'string') continue;
    const other = dirs.get(agent.agentDir);
    if (other !== undefined)
      findings.issues.push({
        path: `${at}.agentDir`,
        message: `is also the agentDir of agent "${other}"; two agents may not share one`,
      });
    dirs.set(agent.agentDir, String(id));
  }
  const owner = (agents.defaults as AgentDefaultsConfig | undefined)?.systemAgent?.agentId;
  if (typeof owner === 'string' && !ids.has(normaliseAgentId(owner)))
    findings.warnings.push({
      path: 'agents.defaults.systemAgent.agentId',
      message: `names the agent "${owner}", and there is none`,
    });
}
