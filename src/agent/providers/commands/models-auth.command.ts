import { Inject, type Type } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { CliCommand, CommandGroup, type JsonOptions } from '../../../common/cli/cli-command';
import { UsageError } from '../../../common/cli/cli-error';
import { printJson, printLine, printTable, timeText } from '../../../common/cli/output';
import { commandLine } from '../../../common/cli/own-commands';
import { readSecret } from '../../../common/cli/secret-input';
import { OpenclawError, messageOf } from '../../../common/openclaw-error';
import { defaultAgentId, findAgent } from '../../../config/agent-entries';
import { ConfigFiles } from '../../../config/config-files';
import { Environment } from '../../../config/environment';
import { referenceTo, secretNamesIn } from '../../../config/secrets/secret-reference';
import { SecretStore } from '../../../config/secrets/secret-store';
import { askList } from '../facts/ask-server';
import { openLocalModels } from '../local-registry';
import { MODEL_CATALOG } from '../model-catalog';
import type { ModelRegistry } from '../model-registry.service';
import { CredentialFile, type StoredProfile, agentFolder, credentialFilePath } from '../credential-file';

const PROFILE_PART = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const DAY_MS = 24 * 60 * 60_000;
/** Providers whose programs make tokens that are pasted here, with how those begin. */
const SETUP_TOKENS = { anthropic: 'sk-ant-oat' } as const;

interface AuthOptions extends JsonOptions {
  agent?: string;
  provider?: string;
  profileId?: string;
  expiresIn?: number;
}

/** Credentials of one agent: names and order in its file, the values in the encrypted store. */
abstract class AuthCommand extends CliCommand {
  @Inject(Environment) protected readonly env!: Environment;

  @Option({ flags: '--agent <id>', description: 'the agent whose credentials these are; the main one otherwise' })
  parseAgent(value: string): string {
    return value;
  }

  protected file(options: AuthOptions): CredentialFile {
    return new CredentialFile(this.place(options).authStatePath);
  }

  /** Whose credentials they are, and where. */
  protected place({ agent }: AuthOptions): { agentId: string; agentDir: string; authStatePath: string } {
    const files = new ConfigFiles(this.env);
    const { config } = files.load();
    const agentId = agent ?? defaultAgentId(config);
    if (agent !== undefined && !findAgent(config, agent))
      throw new UsageError(`--agent "${agent}": there is no such agent`);
    return {
      agentId,
      agentDir: agentFolder(config, files.stateDir, agentId),
      authStatePath: credentialFilePath(config, files.stateDir, agentId),
    };
  }

  protected need(provider: string | undefined): string {
    if (provider !== undefined && PROFILE_PART.test(provider)) return provider.toLowerCase();
    throw new UsageError(
      provider === undefined
        ? 'which provider? --provider <name>, for example anthropic'
        : `--provider "${provider}" is not the name of a provider: letters, digits, ".", "_" and "-" only`,
    );
  }
}

/** Takes a credential from standard input or a prompt and keeps it. */
abstract class PasteCommand extends AuthCommand {
  protected abstract readonly type: StoredProfile['type'];
  protected abstract readonly what: string;

  @Option({ flags: '--provider <name>', description: 'whose it is, for example anthropic' })
  parseProvider(value: string): string {
    return value;
  }

  @Option({ flags: '--profile-id <id>', description: 'name among several of the provider; "default" otherwise' })
  parseProfile(value: string): string {
    return value;
  }

  @Option({ flags: '--expires-in <days>', description: 'days after which it is worth nothing' })
  parseExpiry(value: string): number {
    const days = Number(value);
    if (!(days > 0)) throw new UsageError(`--expires-in must be a number of days above 0, got "${value}"`);
    return days;
  }

  async run(_: string[], options: AuthOptions): Promise<void> {
    const provider = this.providerOf(options);
    const id = `${provider}:${profileName(provider, options.profileId)}`;
    const file = this.file(options);
    const secret = (await readSecret(`${this.what} of ${provider}: `)).trim();
    this.check(secret, provider);
    await this.tryOut(secret, provider);
    const name = secretName(options.agent, id);
    SecretStore.of(this.env).set(name, secret);
    const { expiresIn } = options;
    file.put(id, {
      type: this.type,
      provider,
      [this.type === 'token' ? 'token' : 'key']: referenceTo(name),
      ...(expiresIn === undefined ? {} : { expires: Date.now() + expiresIn * DAY_MS }),
    });
    if (options.json) printJson({ ok: true, id, file: file.path });
    else printLine(`${id} is kept; try it with ${commandLine('models status --probe')}`);
  }

  protected providerOf({ provider }: AuthOptions): string {
    return this.need(provider);
  }

  /** Asks the provider about it before it is kept. @throws OpenclawError */
  protected tryOut(_secret: string, _provider: string): Promise<void> {
    return Promise.resolve();
  }

  protected check(secret: string, provider: string): void {
    if (!/^[\x21-\x7e]+$/.test(secret))
      throw new UsageError(
        `what was given for ${provider} is empty or has blanks in it; give it on standard input, or type it`,
      );
  }
}

@SubCommand({ name: 'paste-api-key', description: 'keep an API key; it comes from standard input or a prompt' })
export class AuthPasteKeyCommand extends PasteCommand {
  protected readonly type = 'api_key';
  protected readonly what = 'API key';
}

@SubCommand({
  name: 'login',
  description: 'take an API key from standard input or a prompt, try it at the provider, and keep it where it works',
})
export class AuthLoginCommand extends AuthPasteKeyCommand {
  protected override async tryOut(secret: string, provider: string): Promise<void> {
    const { registry } = await openLocalModels(this.env);
    const place = registry.lookup(referenceOf(provider, registry));
    await askList({ ...place, apiKey: secret }).catch((error: unknown) => {
      throw new OpenclawError(
        'CREDENTIAL_REFUSED',
        `${provider} did not take the key: ${messageOf(error)}; nothing was kept (models auth paste-api-key keeps a key untried)`,
      );
    });
  }
}

@SubCommand({ name: 'add', description: 'the same as paste-api-key' })
export class AuthAddCommand extends AuthPasteKeyCommand {}

@SubCommand({ name: 'paste-token', description: 'keep a token; it comes from standard input or a prompt' })
export class AuthPasteTokenCommand extends PasteCommand {
  protected readonly type = 'token';
  protected readonly what = 'token';
}

@SubCommand({
  name: 'setup-token',
  description: 'keep what "claude setup-token" printed on a machine with a browser',
})
export class AuthSetupTokenCommand extends AuthPasteTokenCommand {
  protected override providerOf({ provider = 'anthropic' }: AuthOptions): string {
    if (provider in SETUP_TOKENS) return provider;
    throw new UsageError(`--provider "${provider}" has no such tokens; use ${Object.keys(SETUP_TOKENS).join(', ')}`);
  }

  protected override check(secret: string, provider: string): void {
    super.check(secret, provider);
    const mark = SETUP_TOKENS[provider as keyof typeof SETUP_TOKENS];
    if (!secret.startsWith(mark))
      throw new UsageError(`this is no such token: they begin with "${mark}"; for an API key use paste-api-key`);
  }
}

@SubCommand({ name: 'list', description: 'credentials, in the order in which they are tried' })
export class AuthListCommand extends AuthCommand {
  @Option({ flags: '--provider <name>', description: 'only of this provider' })
  parseProvider(value: string): string {
    return value;
  }

  run(_: string[], options: AuthOptions): Promise<void> {
    const file = this.file(options);
    const rows = Object.entries(file.profiles)
      .filter(([, { provider }]) => options.provider === undefined || provider === options.provider)
      .map(([id, { provider, type, expires }]) => ({
        id,
        provider,
        type,
        ...(typeof expires === 'number' ? { expires, isExpired: expires <= Date.now() } : {}),
      }))
      .sort(
        (a, b) => a.provider.localeCompare(b.provider) || rank(file, a) - rank(file, b) || a.id.localeCompare(b.id),
      );
    if (options.json)
      printJson({ ...this.place(options), provider: options.provider ?? null, file: file.path, profiles: rows });
    else if (rows.length === 0)
      printLine(`none; keys may also stand in the configuration or the environment (${file.path})`);
    else
      printTable(rows, [
        { title: 'Credential', value: ({ id }) => id },
        { title: 'Kind', value: ({ type }) => type },
        {
          title: 'Expires',
          value: ({ expires, isExpired }) =>
            expires === undefined ? '' : isExpired ? 'has expired' : timeText(expires),
        },
      ]);
    return Promise.resolve();
  }
}

@SubCommand({ name: 'logout', arguments: '<credential>', description: 'forget a credential, value and all' })
export class AuthLogoutCommand extends AuthCommand {
  run([id = '']: string[], options: AuthOptions): Promise<void> {
    const file = this.file(options);
    const removed = file.remove(id);
    if (!removed) throw unknown(file, id);
    const store = SecretStore.of(this.env);
    for (const name of secretNamesIn(`${String(removed['key'] ?? '')}${String(removed['token'] ?? '')}`))
      store.remove(name);
    if (options.json) printJson({ ok: true, id });
    else printLine(`${id} is forgotten`);
    return Promise.resolve();
  }
}

/** A command about the order in which the credentials of one provider are tried. */
abstract class OrderLeaf extends AuthCommand {
  @Option({ flags: '--provider <name>', description: 'the provider' })
  parseProvider(value: string): string {
    return value;
  }
}

@SubCommand({ name: 'get', description: 'the order that was set for a provider' })
export class OrderGetCommand extends OrderLeaf {
  run(_: string[], options: AuthOptions): Promise<void> {
    const provider = this.need(options.provider);
    const order = this.file(options).orderOf(provider) ?? null;
    if (options.json) printJson({ ...this.place(options), provider, order });
    else if (order === null) printLine('none is set: by name');
    else for (const id of order) printLine(id);
    return Promise.resolve();
  }
}

@SubCommand({
  name: 'set',
  arguments: '<credentials...>',
  description: 'which credentials of a provider are tried first',
})
export class OrderSetCommand extends OrderLeaf {
  run(ids: string[], options: AuthOptions): Promise<void> {
    const provider = this.need(options.provider);
    const file = this.file(options);
    for (const id of ids) if (file.profiles[id]?.provider !== provider) throw unknown(file, id);
    file.setOrder(provider, ids);
    if (options.json) printJson(ids);
    else printLine(`${provider}: ${ids.join(', ')}`);
    return Promise.resolve();
  }
}

@SubCommand({ name: 'clear', description: 'the usual order again' })
export class OrderClearCommand extends OrderLeaf {
  run(_: string[], options: AuthOptions): Promise<void> {
    const provider = this.need(options.provider);
    this.file(options).setOrder(provider, undefined);
    if (options.json) printJson({ ok: true, provider });
    else printLine(`${provider}: by name`);
    return Promise.resolve();
  }
}

const ORDER_LEAVES = [OrderGetCommand, OrderSetCommand, OrderClearCommand] as const;

@SubCommand({ name: 'order', description: 'which credentials are tried first', subCommands: [...ORDER_LEAVES] })
export class OrderCommand extends CommandGroup {}

const AUTH_LEAVES = [
  AuthListCommand,
  AuthAddCommand,
  AuthLoginCommand,
  AuthPasteKeyCommand,
  AuthPasteTokenCommand,
  AuthSetupTokenCommand,
  AuthLogoutCommand,
  OrderCommand,
] as const;

@SubCommand({
  name: 'auth',
  description: 'credentials of providers, several of one if need be',
  subCommands: [...AUTH_LEAVES],
})
export class ModelsAuthCommand extends CommandGroup {}

export const MODELS_AUTH_COMMANDS: readonly Type[] = [ModelsAuthCommand, ...AUTH_LEAVES, ...ORDER_LEAVES];

/** Some model of a provider: where it is asked and how follows from it. @throws UsageError */
function referenceOf(provider: string, registry: ModelRegistry): string {
  const known = MODEL_CATALOG.find(({ id }) => id === provider)?.defaultModel;
  const listed = known ?? registry.list().find((model) => model.provider === provider)?.id;
  if (listed !== undefined) return `${provider}/${listed}`;
  throw new UsageError(
    `--provider "${provider}" is not known: ${MODEL_CATALOG.map(({ id }) => id).join(', ')}, or one of models.providers`,
  );
}

const rank = (file: CredentialFile, { id, provider }: { id: string; provider: string }): number => {
  const place = file.orderOf(provider)?.indexOf(id) ?? -1;
  return place < 0 ? Number.MAX_SAFE_INTEGER : place;
};

function profileName(provider: string, wanted = 'default'): string {
  const name = wanted.startsWith(`${provider}:`) ? wanted.slice(provider.length + 1) : wanted;
  if (PROFILE_PART.test(name)) return name;
  throw new UsageError(`--profile-id "${wanted}": letters, digits, ".", "_" and "-" only`);
}

/** Name in the secret store; each agent has its own. */
const secretName = (agent: string | undefined, id: string): string =>
  `auth.${agent === undefined ? '' : `${agent}.`}${id.replace(':', '.')}`;

const unknown = (file: CredentialFile, id: string): OpenclawError =>
  new OpenclawError(
    'CREDENTIAL_UNKNOWN',
    `there is no credential "${id}"; there are: ${Object.keys(file.profiles).join(', ') || 'none'}`,
  );
