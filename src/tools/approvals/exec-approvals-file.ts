import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { readTextIfExists, writeFileAtomic } from '../../common/atomic-file';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { ConfigService } from '../../config/config.service';
import { EXEC_ASK, EXEC_SECURITY, type ExecAsk, type ExecSecurity } from '../tools.config';

export interface AllowlistEntry {
  id?: string;
  pattern: string;
  lastUsedAt?: number;
  lastUsedCommand?: string;
  lastResolvedPath?: string;
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

/** `exec-approvals.json` of the state directory: who may run what without being asked. Written 0600. */
@Injectable()
export class ExecApprovalsFile {
  readonly path: string;

  constructor(config: ConfigService) {
    this.path = join(config.stateDir, 'exec-approvals.json');
  }

  /** @throws OpenclawError EXEC_APPROVALS_UNREADABLE; an unreadable file never counts as an empty one. */
  read(): ApprovalsFile {
    const text = readTextIfExists(this.path);
    if (text === undefined) return { version: 1 };
    try {
      const parsed: unknown = JSON.parse(text);
      if (isPlainObject(parsed) && parsed['version'] === 1) return parsed as ApprovalsFile;
      throw new Error('it must be an object with "version": 1');
    } catch (cause) {
      throw new OpenclawError('EXEC_APPROVALS_UNREADABLE', `${this.path}: ${messageOf(cause)}; mend or remove it`, {
        cause,
      });
    }
  }

  /** Rules of an agent: `*` and its own entry together, over the defaults. */
  rulesFor(agentId: string): AgentExecRules {
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
      allowlist: [...(every?.allowlist ?? []), ...(own?.allowlist ?? [])],
    };
  }

  /** Adds program paths to an agent's list. */
  remember(agentId: string, paths: readonly string[], command: string): void {
    const file = this.read();
    const agents = { ...file.agents };
    const agent = { ...agents[agentId] };
    const allowlist = [...(agent.allowlist ?? [])];
    for (const pattern of paths) {
      if (allowlist.some((entry) => entry.pattern === pattern)) continue;
      allowlist.push({
        id: randomUUID(),
        pattern,
        lastUsedAt: Date.now(),
        lastUsedCommand: command,
        lastResolvedPath: pattern,
      });
    }
    agents[agentId] = { ...agent, allowlist };
    writeFileAtomic(this.path, `${JSON.stringify({ ...file, agents }, null, 2)}\n`, 0o600);
  }
}

function isOneOf<T extends string>(values: readonly T[], value: string | undefined): value is T {
  return value !== undefined && (values as readonly string[]).includes(value);
}
