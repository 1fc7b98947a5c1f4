import { Injectable } from '@nestjs/common';
import JSON5 from 'json5';
import { appVersion } from '../common/app-root';
import { messageOf } from '../common/openclaw-error';
import { isPlainObject, valueAt } from '../common/plain-object';
import { NoParams } from '../rpc/no-params.dto';
import { PreparedJson, type RpcCaller, type RpcContext, nameOf } from '../rpc/rpc-context';
import { invalidRequest } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import type { ConfigEdit } from './apply-edits';
import { refusals } from './config-refusal';
import { ConfigApplyParams, ConfigPatchParams, ConfigSetParams, RestartParams } from './config.dto';
import type { ConfigSnapshot } from './config-snapshot';
import { ConfigService } from './config.service';
import { mergePatch } from './merge-patch';
import { RestartControl } from './restart-control';
import { type RestartNote, RestartSentinel } from './restart-sentinel';
import { redactConfig, redactRawConfig } from './sensitive-paths';
import { describeConfig } from './ui-hints';

const DEFAULT_RESTART_DELAY_MS = 2000;
const MAX_RESTART_DELAY_MS = 60_000;

@Injectable()
export class ConfigRpc {
  private schema: PreparedJson | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly restarts: RestartControl,
  ) {}

  @RpcMethod({
    name: 'config.get',
    scope: 'operator.admin',
    scopeV4: 'operator.read',
    params: NoParams,
    summary: 'The configuration file as it is on disk; secrets are replaced.',
  })
  get(): unknown {
    const { path, exists, raw, parsed, resolved, config, hash, issues, warnings, legacyIssues, secrets, includes } =
      this.config.peek();
    const { snapshot } = this.config;
    // With what is included, and with the values of variables.
    const whole = redactConfig(resolved, secrets);
    const isFromInclude = (...names: string[]): boolean =>
      names.some((name) => valueAt(resolved, name.split('.')) !== undefined) &&
      names.every((name) => isElsewhere(valueAt(parsed, name.split('.'))));
    return {
      path,
      includedPaths: includes,
      agentRosterIncludeOwned: isFromInclude('agents.list', 'agents.entries'),
      bindingsIncludeOwned: isFromInclude('bindings'),
      exists,
      raw: raw === null || issues.some((issue) => issue.path === '') ? null : redactRawConfig(raw, parsed, secrets),
      parsed: redactConfig(parsed, secrets),
      valid: issues.length === 0,
      sourceConfig: whole,
      resolved: whole,
      config: redactConfig(config, secrets),
      runtimeConfig: redactConfig(snapshot.config, snapshot.secrets),
      ...(hash === undefined ? {} : { hash, configRevisionHash: hash }),
      ...(snapshot.hash === undefined ? {} : { appliedConfigHash: snapshot.hash }),
      issues,
      warnings,
      legacyIssues,
    };
  }

  @RpcMethod({
    name: 'config.schema',
    scope: 'operator.admin',
    scopeV4: 'operator.read',
    params: NoParams,
    summary: 'JSON Schema of the configuration and hints for forms.',
  })
  describe(): PreparedJson {
    this.schema ??= new PreparedJson(JSON.stringify(describeConfig(appVersion())));
    return this.schema;
  }

  @RpcMethod({
    name: 'config.set',
    scope: 'operator.admin',
    params: ConfigSetParams,
    summary: 'Replaces the whole file. Secrets sent as the redaction mark keep their stored value.',
  })
  async set(params: ConfigSetParams, { caller }: RpcContext): Promise<unknown> {
    return written(await this.replace(params, caller));
  }

  @RpcMethod({
    name: 'config.apply',
    scope: 'operator.admin',
    params: ConfigApplyParams,
    summary: 'Replaces the whole file and restarts the gateway.',
  })
  async apply(params: ConfigApplyParams, { caller }: RpcContext): Promise<unknown> {
    const snapshot = await this.replace(params, caller);
    return { ...written(snapshot), ...this.restart('config.apply', params) };
  }

  @RpcMethod({
    name: 'config.patch',
    scope: 'operator.admin',
    params: ConfigPatchParams,
    summary: 'Merges an object into the file (RFC 7396) and restarts the gateway, unless restart is false.',
  })
  async patch(params: ConfigPatchParams, { caller }: RpcContext): Promise<unknown> {
    const patch = parsed(params.raw);
    if (!isPlainObject(patch)) throw invalidRequest('config.patch raw must be an object');
    const stored = this.checkBase(params.baseHash);
    const edits = mergePatch(stored.parsed, patch);
    if (caller.protocol === 4) refuseLostEntries(edits, stored.parsed, params.replacePaths ?? []);
    const snapshot = await refusals(() =>
      this.config.edit(edits, { baseHash: stored.hash ?? null, by: nameOf(caller) }),
    );
    return { ...written(snapshot), ...(params.restart === false ? {} : this.restart('config.patch', params)) };
  }

  private async replace(params: ConfigSetParams, caller: RpcCaller): Promise<ConfigSnapshot> {
    if (!isPlainObject(parsed(params.raw))) throw invalidRequest('raw must be an object');
    const stored = this.checkBase(params.baseHash);
    return refusals(() => this.config.replace(params.raw, { baseHash: stored.hash ?? null, by: nameOf(caller) }));
  }

  /** A caller must have seen the file that it changes. */
  private checkBase(baseHash: string | undefined): ConfigSnapshot {
    const stored = this.config.peek();
    if (stored.hash === undefined) {
      if (baseHash !== undefined)
        throw invalidRequest(
          'config base hash unavailable; there is no configuration file any more, call config.get again',
        );
      return stored;
    }
    if (baseHash === undefined)
      throw invalidRequest('config base hash required; call config.get and send its hash as baseHash');
    if (baseHash !== stored.hash)
      throw invalidRequest('config changed since last load; call config.get again and repeat the change');
    return stored;
  }

  @RpcMethod({
    name: 'gateway.restart.request',
    scope: 'operator.admin',
    params: RestartParams,
    summary: 'Restarts the gateway; running turns go on afterwards.',
  })
  restartNow(params: RestartParams): { restart: unknown; sentinel: unknown } {
    return this.restart('gateway.restart.request', params);
  }

  private restart(reason: string, params: RestartParams): { restart: unknown; sentinel: unknown } {
    const delayMs = Math.min(params.restartDelayMs ?? DEFAULT_RESTART_DELAY_MS, MAX_RESTART_DELAY_MS);
    const payload: RestartNote = {
      kind: reason.startsWith('config.') ? 'config-apply' : 'restart',
      status: 'ok',
      ts: Date.now(),
      ...(params.sessionKey ? { sessionKey: params.sessionKey } : {}),
      ...(params.deliveryContext ? { deliveryContext: params.deliveryContext } : {}),
      message: params.note ?? null,
      doctorHint: 'Run: openclaw doctor',
      stats: { mode: reason },
    };
    const sentinel = new RestartSentinel(this.config.stateDir);
    const ok = this.restarts.request({ reason, delayMs });
    if (ok) sentinel.write(payload);
    return {
      restart: { ok, pid: process.pid, signal: 'SIGUSR1', delayMs, reason, mode: 'emit' },
      sentinel: { path: sentinel.path, payload },
    };
  }
}

/** What the file itself does not say. */
const isElsewhere = (value: unknown): boolean =>
  value === undefined || (isPlainObject(value) && Object.hasOwn(value, '$include'));

const written = ({ path, hash, config, secrets }: ConfigSnapshot): Record<string, unknown> => ({
  ok: true,
  path,
  hash,
  config: redactConfig(config, secrets),
});

function parsed(raw: string): unknown {
  try {
    return JSON5.parse(raw);
  } catch (error) {
    throw invalidRequest(messageOf(error));
  }
}

/** An array in a patch replaces the stored one: entries that get lost must be meant. */
function refuseLostEntries(edits: readonly ConfigEdit[], stored: unknown, replacePaths: readonly string[]): void {
  for (const edit of edits) {
    if ('unset' in edit || !Array.isArray(edit.value)) continue;
    const path = edit.path.join('.');
    const before = valueAt(stored, edit.path);
    if (!Array.isArray(before) || replacePaths.includes(path)) continue;
    const kept = new Set(edit.value.map((entry) => JSON.stringify(entry)));
    const lost = before.filter((entry) => !kept.has(JSON.stringify(entry))).length;
    if (lost > 0)
      throw invalidRequest(
        `config.patch would remove ${lost} of ${before.length} entries of ${path}; name ${path} in replacePaths to do so`,
      );
  }
}
