import { statSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { readTextIfExists } from '../../common/atomic-file';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { Redactor } from '../../common/redactor';
import { ConfigService } from '../../config/config.service';
import { secretNamesIn } from '../../config/secrets/secret-reference';
import { SecretStore } from '../../config/secrets/secret-store';
import { credentialFilePath } from './credential-file';
import type { ModelInfo } from './model-info';

export interface CredentialProfile {
  /** Such as `anthropic:work`. */
  id: string;
  provider: string;
  secret: string;
  /** Milliseconds since 1970 from which on it is worth nothing. */
  expires?: number;
}

interface ProfileFile {
  profiles: CredentialProfile[];
  order: Record<string, string[]>;
}

const NOTHING: ProfileFile = { profiles: [], order: {} };

/** Several credentials of one provider, from the agent's `auth-profiles.json`, in the order of `auth.order`. */
@Injectable()
export class CredentialProfiles {
  private readonly log: Logger;
  private readonly files = new Map<string, { stamp: string; content: ProfileFile }>();

  constructor(
    private readonly config: ConfigService,
    private readonly redactor: Redactor,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('models/credentials');
  }

  /** Profiles of a provider that can be used now, first choice first. */
  of(agentId: string, provider: string, now = Date.now()): CredentialProfile[] {
    const { profiles, order } = this.read(agentId);
    const usable = profiles.filter(
      (profile) => profile.provider === provider && (profile.expires === undefined || profile.expires > now),
    );
    const wanted = this.config.config.auth?.order?.[provider] ?? order[provider] ?? [];
    const rank = (id: string): number => (wanted.includes(id) ? wanted.indexOf(id) : wanted.length);
    return usable.sort((a, b) => rank(a.id) - rank(b.id) || a.id.localeCompare(b.id));
  }

  /**
   * A model with each credential that could call it; the key of configuration or environment comes last. A pinned
   * profile is the only one.
   */
  expand(info: ModelInfo, agentId: string, pinned?: string): ModelInfo[] {
    if (info.api === 'offline') return [info];
    const profiles = this.of(agentId, info.provider);
    const chosen = pinned === undefined ? profiles : profiles.filter((profile) => isNamed(profile, pinned));
    const withProfile = chosen.map((profile): ModelInfo => ({ ...info, apiKey: profile.secret, profile: profile.id }));
    if (pinned !== undefined) return withProfile;
    const hasOwn = info.apiKey !== undefined && !chosen.some((profile) => profile.secret === info.apiKey);
    return hasOwn || withProfile.length === 0 ? [...withProfile, info] : withProfile;
  }

  private read(agentId: string): ProfileFile {
    const path = credentialFilePath(this.config.config, this.config.stateDir, agentId);
    const info = statSync(path, { throwIfNoEntry: false });
    if (!info) return NOTHING;
    const stamp = `${info.mtimeMs}:${info.size}`;
    let known = this.files.get(path);
    if (known?.stamp !== stamp) {
      known = { stamp, content: this.parse(path) };
      this.files.set(path, known);
    }
    return known.content;
  }

  private parse(path: string): ProfileFile {
    try {
      const parsed: unknown = JSON.parse(readTextIfExists(path) ?? '{}');
      const entries = isPlainObject(parsed) && isPlainObject(parsed['profiles']) ? parsed['profiles'] : {};
      const profiles = Object.entries(entries).flatMap(([id, entry]): CredentialProfile[] => {
        if (!isPlainObject(entry) || typeof entry['provider'] !== 'string') return [];
        const secret = [entry['key'], entry['token'], entry['access']].find((value) => typeof value === 'string');
        if (secret === undefined || secret === '') return [];
        const [name] = secretNamesIn(secret);
        const resolved = name === undefined ? secret : SecretStore.of(this.config.env).get(name);
        if (resolved === undefined) return [];
        this.redactor.addSecret(resolved);
        return [
          {
            id,
            provider: entry['provider'].toLowerCase(),
            secret: resolved,
            ...(typeof entry['expires'] === 'number' ? { expires: entry['expires'] } : {}),
          },
        ];
      });
      const order = isPlainObject(parsed) && isPlainObject(parsed['order']) ? parsed['order'] : {};
      return {
        profiles,
        order: Object.fromEntries(
          Object.entries(order).flatMap(([provider, ids]) => (Array.isArray(ids) ? [[provider, ids.map(String)]] : [])),
        ),
      };
    } catch (error) {
      this.log.warn({ path }, `credentials can't be read: ${messageOf(error)}`);
      return NOTHING;
    }
  }
}

const isNamed = (profile: CredentialProfile, name: string): boolean =>
  profile.id === name || profile.id === `${profile.provider}:${name}`;
