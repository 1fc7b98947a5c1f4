import { Injectable } from '@nestjs/common';
import { OpenclawError } from '../../common/openclaw-error';
import { Redactor } from '../../common/redactor';
import { NoParams } from '../../rpc/no-params.dto';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { ConfigInvalidError } from '../config-error';
import { ConfigService } from '../config.service';
import { secretNamesIn } from './secret-reference';
import { SecretStore } from './secret-store';
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
      'Names of stored secrets and whether the configuration uses them, and names that it uses in vain. No values.',
  })
  list(): { secrets: { name: string; updatedAtMs: number; used: boolean }[]; missing: string[] } {
    const used = this.used();
    const secrets = this.store.list().map((entry) => ({ ...entry, used: used.has(entry.name) }));
    const known = new Set(secrets.map(({ name }) => name));
    return { secrets, missing: [...used].filter((name) => !known.has(name)).sort() };
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
    return new Set(secretNamesIn(this.config.peek().raw ?? ''));
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
