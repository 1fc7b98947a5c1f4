import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { readTextIfExists, writeFileAtomic } from '../../common/atomic-file';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import type { GrantedRule } from '../../common/granted-rule';
import { isPlainObject } from '../../common/plain-object';
import { ConfigService } from '../../config/config.service';
import { type ExecRule, ruleText } from './exec-rules';
import { EXEC_ASK, EXEC_SECURITY, type ExecAsk, type ExecSecurity } from '../tools.config';

export interface AllowlistEntry extends ExecRule {
  id?: string;
  lastUsedAt?: number;
  lastUsedCommand?: string;
  lastResolvedPath?: string;
  /** When it ends, in milliseconds since 1970; without it, when it is taken away. */
  expiresAt?: number;
}

interface Rules {
  security?: string;
  ask?: string;
  askFallback?: string;
  autoAllowSkills?: boolean;
  /** What happens to calls that leave the gateway after untrusted text was read. */
  untrustedSinks?: string;
}

export const UNTRUSTED_SINKS = ['allow', 'ask', 'deny'] as const;

export interface ApprovalsFile {
  version: 1;
  defaults?: Rules;
  agents?: Record<string, Rules & { allowlist?: AllowlistEntry[] }>;
  [other: string]: unknown;
}

export interface AgentExecRules {
  security?: ExecSecurity;
  ask?: ExecAsk;
  untrustedSinks: (typeof UNTRUSTED_SINKS)[number];
  allowlist: AllowlistEntry[];
}

/** @throws OpenclawError EXEC_APPROVALS_UNREADABLE; an unreadable file never counts as an empty one. */
export function readApprovals(path: string): ApprovalsFile {
  const text = readTextIfExists(path);
  if (text === undefined) return { version: 1 };
  try {
    const parsed: unknown = JSON.parse(text);
    if (isPlainObject(parsed) && parsed['version'] === 1) return parsed as ApprovalsFile;
    throw new Error('it must be an object with "version": 1');
  } catch (cause) {
    throw new OpenclawError('EXEC_APPROVALS_UNREADABLE', `${path}: ${messageOf(cause)}; mend or remove it`, { cause });
  }
}

/** `exec-approvals.json` of a state directory: who may run what without being asked. Written 0600. */
export class ApprovalsFileOf {
  readonly path: string;

  constructor(stateDir: string) {
    this.path = join(stateDir, 'exec-approvals.json');
  }

  /** @throws OpenclawError EXEC_APPROVALS_UNREADABLE */
  read(): ApprovalsFile {
    return readApprovals(this.path);
  }

  /**
   * Rules of an agent: `*` and its own entry together, over the defaults.
   * @param granted of the list only these: what a job or a sub-agent was made with
   */
  rulesFor(agentId: string, granted?: readonly GrantedRule[]): AgentExecRules {
    const file = this.read();
    const every = file.agents?.['*'];
    const own = file.agents?.[agentId];
    const security = own?.security ?? every?.security ?? file.defaults?.security;
    const ask = own?.ask ?? every?.ask ?? file.defaults?.ask;
    const sinks = own?.untrustedSinks ?? every?.untrustedSinks ?? file.defaults?.untrustedSinks;
    return {
      untrustedSinks: isOneOf(UNTRUSTED_SINKS, sinks) ? sinks : 'ask',
      ...(isOneOf(EXEC_SECURITY, security) ? { security } : {}),
      ...(isOneOf(EXEC_ASK, ask) ? { ask } : {}),
      allowlist: [...(every?.allowlist ?? []), ...(own?.allowlist ?? [])].filter(
        (entry) => faultOf(entry) === undefined && !isOver(entry) && (granted === undefined || isAmong(granted, entry)),
      ),
    };
  }

  /**
   * Adds a rule to an agent's list, or gives the one that is there its new end.
   * @param expiresAt when it ends; without it, when it is taken away
   */
  remember(agentId: string, rule: ExecRule, command: string, expiresAt?: number): void {
    const file = this.read();
    const agents = { ...file.agents };
    const agent = { ...agents[agentId] };
    const allowlist = [...(agent.allowlist ?? [])];
    const at = allowlist.findIndex((entry) => ruleText(entry) === ruleText(rule));
    const known = allowlist[at];
    // A rule that has no end is not given one by an answer that would have been no question.
    if (known && known.expiresAt === undefined) return;
    allowlist.splice(at === -1 ? allowlist.length : at, at === -1 ? 0 : 1, {
      id: randomUUID(),
      ...rule,
      lastUsedAt: Date.now(),
      lastUsedCommand: command,
      lastResolvedPath: rule.pattern,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    });
    agents[agentId] = { ...agent, allowlist };
    writeFileAtomic(this.path, `${JSON.stringify({ ...file, agents }, null, 2)}\n`, 0o600);
  }

  /**
   * Replaces the file. Who writes has seen what it replaces.
   * @param baseHash of the text that was read, null where there was no file
   * @throws OpenclawError EXEC_APPROVALS_CHANGED, EXEC_APPROVALS_INVALID
   */
  replace(file: ApprovalsFile, baseHash: string | null): void {
    if (this.hash() !== baseHash)
      throw new OpenclawError('EXEC_APPROVALS_CHANGED', 'the rules have changed since they were read; read them again');
    const problems = problemsOf(file);
    if (problems.length > 0)
      throw new OpenclawError('EXEC_APPROVALS_INVALID', problems.join('; '), { details: { issues: problems } });
    writeFileAtomic(this.path, `${JSON.stringify(file, null, 2)}\n`, 0o600);
  }

  /** SHA-256 of the file's text; null without a file. */
  hash(): string | null {
    const text = readTextIfExists(this.path);
    return text === undefined ? null : createHash('sha256').update(text).digest('hex');
  }

  /** What the owner should know about the list. */
  warnings(): string[] {
    return warningsOf(this.read());
  }
}

/** The gateway's own. */
@Injectable()
export class ExecApprovalsFile extends ApprovalsFileOf {
  constructor(config: ConfigService) {
    super(config.stateDir);
  }
}

/** Entries that say nothing of arguments, and the rest. */
export function splitEntries(entries: readonly AllowlistEntry[]): { patterns: string[]; rules: ExecRule[] } {
  const isWide = ({ args, command }: AllowlistEntry): boolean => args === undefined && command === undefined;
  return {
    patterns: entries.filter(isWide).map((entry) => entry.pattern),
    rules: entries.filter((entry) => !isWide(entry)),
  };
}

/** Entries that allow more than they say, or nothing at all because they can't be understood. */
export function warningsOf(file: ApprovalsFile): string[] {
  return Object.entries(file.agents ?? {}).flatMap(([agentId, { allowlist = [] }]) =>
    allowlist.flatMap((entry) => {
      const where = `exec-approvals.json, agent ${agentId}, ${JSON.stringify(entry.pattern)}`;
      const fault = faultOf(entry);
      if (fault !== undefined) return [`${where}: ${fault}, so it allows nothing`];
      return entry.args === undefined && entry.command === undefined
        ? [`${where}: it allows any arguments; add "args" with those it may have`]
        : [];
    }),
  );
}

/** Each list in words, in its order. */
export const rulesInWords = (file: ApprovalsFile): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(file.agents ?? {}).map(([id, { allowlist = [] }]) => [
      id,
      allowlist.map((entry) =>
        faultOf(entry) === undefined
          ? `${ruleText(entry)}${endInWords(entry)}`
          : "can't be understood, so it allows nothing",
      ),
    ]),
  );

const isOver = ({ expiresAt }: AllowlistEntry): boolean => expiresAt !== undefined && expiresAt <= Date.now();

function endInWords(entry: AllowlistEntry): string {
  if (entry.expiresAt === undefined) return '';
  const day = new Date(entry.expiresAt).toISOString();
  return isOver(entry) ? `; it has ended on ${day}` : `; it ends on ${day}`;
}

/** What would not do what it says, or nothing at all: such a file is not written. */
function problemsOf(file: ApprovalsFile): string[] {
  const of = (where: string, { security, ask, untrustedSinks }: Rules): string[] => [
    ...fieldProblem(`${where}.security`, EXEC_SECURITY, security),
    ...fieldProblem(`${where}.ask`, EXEC_ASK, ask),
    ...fieldProblem(`${where}.untrustedSinks`, UNTRUSTED_SINKS, untrustedSinks),
  ];
  const { defaults, agents } = file;
  if (defaults !== undefined && !isPlainObject(defaults)) return ['defaults must be an object'];
  if (agents !== undefined && !isPlainObject(agents)) return ['agents must be an object'];
  return [
    ...of('defaults', defaults ?? {}),
    ...Object.entries(agents ?? {}).flatMap(([id, agent]) => {
      if (!isPlainObject(agent)) return [`agents.${id} must be an object`];
      const { allowlist = [] } = agent;
      if (!Array.isArray(allowlist)) return [`agents.${id}.allowlist must be a list`];
      return [
        ...of(`agents.${id}`, agent),
        ...allowlist.flatMap((entry, index) => {
          const fault = faultOf(entry);
          return fault === undefined ? [] : [`agents.${id}.allowlist[${index}]: ${fault}`];
        }),
      ];
    }),
  ];
}

const fieldProblem = (path: string, known: readonly string[], value: unknown): string[] =>
  value === undefined || (known as readonly unknown[]).includes(value)
    ? []
    : [`${path} must be one of ${known.join(', ')}, got ${JSON.stringify(value)}`];

/** Why an entry can't be understood. What narrows it in a way that is not known must not fall away. */
function faultOf(entry: AllowlistEntry): string | undefined {
  if (!isPlainObject(entry) || typeof entry.pattern !== 'string') return '"pattern" must be a path';
  const known = [
    'id',
    'pattern',
    'args',
    'command',
    'cwd',
    'lastUsedAt',
    'lastUsedCommand',
    'lastResolvedPath',
    'source',
    'expiresAt',
  ];
  const other = Object.keys(entry).find((key) => !known.includes(key));
  if (other !== undefined) return `"${other}" is not known`;
  const { args, command, cwd, expiresAt } = entry;
  if (expiresAt !== undefined && !isTime(expiresAt)) return '"expiresAt" must be milliseconds since 1970';
  if (args !== undefined && !(Array.isArray(args) && args.every((argument) => typeof argument === 'string')))
    return '"args" must be a list of texts';
  if (command !== undefined && typeof command !== 'string') return '"command" must be a text';
  if (args !== undefined && command !== undefined) return 'it has both "args" and "command"';
  return cwd === undefined || typeof cwd === 'string' ? undefined : '"cwd" must be a path';
}

const isTime = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) <= 8.64e15;

const isAmong = (granted: readonly GrantedRule[], entry: ExecRule): boolean =>
  granted.some(({ kind, text }) => kind === 'always' && text === ruleText(entry));

function isOneOf<T extends string>(values: readonly T[], value: string | undefined): value is T {
  return value !== undefined && (values as readonly string[]).includes(value);
}
