import { Injectable } from '@nestjs/common';
import { OpenclawError } from '../../common/openclaw-error';
import { Redactor } from '../../common/redactor';
import { NoParams } from '../../rpc/no-params.dto';
import { invalidRequest, unavailable } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { messageOf } from '../../common/openclaw-error';
import { ConfigInvalidError } from '../config-error';
import { formatConfigPath } from '../config-path';
import { forEachSecret } from '../sensitive-paths';
import { ConfigService } from '../config.service';
import { SecretStore } from './secret-store';
import { type Use, usesIn } from './secret-uses';
import { SecretsDeleteParams, SecretsSetParams } from './secrets.dto';

/** What happened to the configuration that refers to the secret. */
interface Applied {
  ok: true;
  name: string;
  /** Whether the configuration refers to it. */
  used: boolean;
  /** Whether the configuration in effect has taken the change over. */
  applied: boolean;
}

interface StoredSecret {
  name: string;
  updatedAtMs: number;
  used: boolean;
  /** Paths of the configuration. */
  usedAt: string[];
  /** Why it can't be read. */
  problem?: string;
}

interface SecretList {
  secrets: StoredSecret[];
  /** Names that the configuration uses in vain. */
  missing: string[];
  /** Where it does. */
  missingAt: Record<string, string[]>;
  /** Variables of the environment that the configuration uses. */
  variables: { name: string; usedAt: string[]; isSet: boolean }[];
  /** Paths of the file at which a secret stands as plain text. */
  plain: string[];
}

/** The encrypted store, for clients: names go out, values only come in. */
@Injectable()
export class SecretsRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly redactor: Redactor,
  ) {}

  @RpcMethod({
    name: 'secrets.store.list',
    scope: 'operator.admin',
    params: NoParams,
    summary:
      'Names of stored secrets and where the configuration uses them, names and variables that it uses in vain, and where a secret stands as plain text. No values.',
  })
  list(): SecretList {
    const file = this.config.peek();
    const { store } = this;
    const secretPlaces = placesOf(usesIn(file), 'secret');
    const secrets = refused(() => store.list()).map((entry): StoredSecret => {
      const usedAt = secretPlaces.get(entry.name) ?? [];
      return { ...entry, used: usedAt.length > 0, usedAt, ...problemOf(() => store.get(entry.name)) };
    });
    const known = new Set(secrets.map(({ name }) => name));
    const plain: string[] = [];
    forEachSecret(file.parsed, (path) => plain.push(formatConfigPath(path)));
    return {
      secrets,
      missing: [...secretPlaces.keys()].filter((name) => !known.has(name)).sort(),
      missingAt: Object.fromEntries([...secretPlaces].filter(([name]) => !known.has(name))),
      variables: [...placesOf(usesIn(file), 'env')].map(([name, usedAt]) => ({
        name,
        usedAt,
        isSet: this.config.env.get(name) !== undefined,
      })),
      plain,
    };
  }

  @RpcMethod({
    name: 'secrets.store.set',
    scope: 'operator.admin',
    params: SecretsSetParams,
    summary: 'Stores a secret. What refers to it takes the new value over at once.',
  })
  set({ name, value }: SecretsSetParams): Applied {
    this.redactor.addSecret(value);
    refused(() => this.store.set(name, value));
    return this.applied(name);
  }

  @RpcMethod({
    name: 'secrets.store.delete',
    scope: 'operator.admin',
    params: SecretsDeleteParams,
    summary: 'Forgets a secret. One that the configuration refers to is kept, unless force is set.',
  })
  delete({ name, force }: SecretsDeleteParams): Applied {
    if (!force && this.used().has(name))
      throw invalidRequest(`the configuration uses "${name}"; remove the reference first, or send force`, {
        details: { code: 'SECRET_IN_USE' },
      });
    if (!refused(() => this.store.remove(name)))
      throw invalidRequest(`there is no secret "${name}"; secrets.store.list names them`, {
        details: { code: 'SECRET_UNKNOWN' },
      });
    return this.applied(name);
  }

  @RpcMethod({
    name: 'secrets.reload',
    scope: 'operator.admin',
    params: NoParams,
    summary:
      'Reads all secrets that the configuration refers to again. Where one is missing, what was in effect stays.',
  })
  reload(): { ok: true; warningCount: number } {
    try {
      this.config.override(this.config.overrides);
    } catch (error) {
      if (error instanceof ConfigInvalidError) throw unavailable(`secrets.reload failed: ${messageOf(error)}`);
      throw error;
    }
    return { ok: true, warningCount: this.config.peek().warnings.length };
  }

  /** A configuration that is not valid with the change stays out of effect, as when the file were changed. */
  private applied(name: string): Applied {
    const used = this.used().has(name);
    if (!used) return { ok: true, name, used, applied: false };
    try {
      this.config.override(this.config.overrides);
      return { ok: true, name, used, applied: true };
    } catch (error) {
      if (error instanceof ConfigInvalidError) return { ok: true, name, used, applied: false };
      throw error;
    }
  }

  private get store(): SecretStore {
    return SecretStore.of(this.config.env);
  }

  private used(): Set<string> {
    return new Set(placesOf(usesIn(this.config.peek()), 'secret').keys());
  }
}

const placesOf = (uses: readonly Use[], kind: Use['kind']): Map<string, string[]> => {
  const places = new Map<string, string[]>();
  for (const use of uses) if (use.kind === kind) places.set(use.name, [...(places.get(use.name) ?? []), use.path]);
  return places;
};

function problemOf(read: () => unknown): { problem?: string } {
  try {
    read();
    return {};
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/** Errors of the store about what was sent, in the words of the wire. */
function refused<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof OpenclawError) throw invalidRequest(error.message, { details: { code: error.code } });
    throw error;
  }
}
