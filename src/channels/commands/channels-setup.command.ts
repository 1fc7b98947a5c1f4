import { Inject } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { readBoundedFile } from '../../common/bounded-file';
import { CliCommand, type JsonOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printLine, printNote } from '../../common/cli/output';
import { commandLine } from '../../common/cli/own-commands';
import { readSecret } from '../../common/cli/secret-input';
import { OpenclawError } from '../../common/openclaw-error';
import { isPlainObject, valueAt } from '../../common/plain-object';
import { decodeOwnText } from '../../common/text/decode-text';
import type { ConfigEdit } from '../../config/apply-edits';
import { BY_COMMAND, ConfigFiles, reportWrite } from '../../config/config-files';
import type { ConfigPath } from '../../config/config-path';
import { Environment } from '../../config/environment';
import { CHANNEL_TOKENS, ONBOARDED_CHANNELS, type OnboardedChannel } from '../../onboard/onboarding-plan';
import { DEFAULT_ACCOUNT } from '../account-blocks';

const MOST_TOKEN_BYTES = 10_000;

interface SetupOptions extends JsonOptions {
  channel?: string;
  account?: string;
  name?: string;
  token?: string;
  tokenFile?: string;
  botToken?: string;
  appToken?: string;
  useEnv?: boolean;
  probe?: boolean;
  delete?: boolean;
}

/** A command on the channel's part of the configuration file. A gateway that runs takes the change over. */
abstract class ChannelConfigCommand extends CliCommand {
  @Inject(Environment) protected readonly env!: Environment;

  @Option({ flags: '--channel <name>', description: 'the channel, where it is not named as the argument' })
  parseChannel(value: string): string {
    return value;
  }

  @Option({ flags: '--account <id>', description: 'one of several accounts of the channel; "default" otherwise' })
  parseAccount(value: string): string {
    if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(value)) return value;
    throw new UsageError(`--account must be letters, digits, _ and -, got "${value}"`);
  }

  protected channelOf([word]: readonly string[], { channel }: SetupOptions): string {
    if (word !== undefined && channel !== undefined && word !== channel)
      throw new UsageError(`two channels are named: "${word}" and "${channel}"`);
    const name = (word ?? channel)?.toLowerCase();
    if (name === undefined) throw new UsageError(`which channel? for example ${ONBOARDED_CHANNELS.join(', ')}`);
    return name;
  }

  /** Where the keys of an account stand. */
  protected placeOf(channel: string, account = DEFAULT_ACCOUNT): ConfigPath {
    return account === DEFAULT_ACCOUNT ? ['channels', channel] : ['channels', channel, 'accounts', account];
  }

  /** The same, of an account that is configured. @throws OpenclawError CHANNEL_NOT_CONFIGURED */
  protected configured(channel: string, account: string | undefined): ConfigPath {
    const path = this.placeOf(channel, account);
    const { parsed } = new ConfigFiles(this.env).load();
    if (valueAt(parsed, path) !== undefined) return path;
    const channels = Object.keys((valueAt(parsed, ['channels']) as object | undefined) ?? {});
    throw new OpenclawError(
      'CHANNEL_NOT_CONFIGURED',
      account === undefined
        ? `${channel} is not configured; there are: ${channels.join(', ') || 'none'}`
        : `${channel} has no account "${account}" in the configuration`,
    );
  }

  protected async write(edits: readonly ConfigEdit[], what: string, options: JsonOptions): Promise<void> {
    reportWrite(await new ConfigFiles(this.env).writer.edit(edits, BY_COMMAND), options.json === true, what);
  }
}

/** Takes the tokens of an account, tries them at the platform, and keeps them in the secret store. */
abstract class ChannelTokensCommand extends ChannelConfigCommand {
  @Option({ flags: '--token <token>', description: 'the bot token; "-" reads it from standard input' })
  parseToken(value: string): string {
    return value;
  }

  @Option({
    flags: '--token-file <path>',
    description: 'file with the bot token; it is read once and kept as a secret',
  })
  parseTokenFile(value: string): string {
    return value;
  }

  @Option({ flags: '--bot-token <token>', description: 'the same' })
  parseBotToken(value: string): string {
    return value;
  }

  @Option({ flags: '--app-token <token>', description: 'Slack: token of the app (xapp-…)' })
  parseAppToken(value: string): string {
    return value;
  }

  @Option({ flags: '--use-env', description: 'take the tokens from their usual environment variables' })
  parseUseEnv(): boolean {
    return true;
  }

  @Option({ flags: '--no-probe', description: 'keep the tokens without trying them' })
  parseProbe(): boolean {
    return false;
  }

  protected async keep(channel: string, options: SetupOptions, more: readonly ConfigEdit[]): Promise<void> {
    const known = ONBOARDED_CHANNELS.find((name) => name === channel);
    if (!known)
      throw new UsageError(
        `"${channel}" has no token that could be taken here (${ONBOARDED_CHANNELS.join(', ')} have); set it up in the configuration: openclaw config set channels.${channel}`,
      );
    const place = this.placeOf(known, options.account);
    const credentials = await this.credentials(known, options);
    const edits: ConfigEdit[] = [
      { path: [...place, 'enabled'], value: true },
      ...Object.entries(credentials).map(([name, value]) => ({ path: [...place, name], value })),
      ...more,
    ];
    const bot = options.probe === false ? undefined : await this.tryOut(known, edits, credentials, options.account);
    const snapshot = await new ConfigFiles(this.env).writer.edit(edits, BY_COMMAND);
    const account = options.account ?? DEFAULT_ACCOUNT;
    if (options.json)
      return printJson({ ok: true, channel: known, accountId: account, ...(bot ? { bot } : {}), path: snapshot.path });
    for (const warning of snapshot.warnings) printNote(`warning: ${warning.path}: ${warning.message}`);
    printLine(`${known}/${account} is set up${bot ? ` as ${bot}` : ''}; "${commandLine('channels status')}" shows it`);
  }

  private async credentials(channel: OnboardedChannel, options: SetupOptions): Promise<Record<string, string>> {
    const sources = [options.token, options.botToken, options.tokenFile, options.useEnv];
    if (sources.filter((source) => source !== undefined).length > 1)
      throw new UsageError('one of --token, --bot-token, --token-file and --use-env; each says what the bot token is');
    const token = options.token ?? options.botToken ?? tokenIn(options.tokenFile);
    const given: Record<string, string | undefined> = {
      botToken: token,
      token,
      appToken: options.appToken,
    };
    const found: Record<string, string> = {};
    for (const { name, label, variable, hint } of CHANNEL_TOKENS[channel]) {
      const value = options.useEnv ? this.env.get(variable) : given[name];
      if (options.useEnv && value === undefined) throw new UsageError(`${variable} is not set`);
      const secret = value === undefined || value === '-' ? await readSecret(`${label} (${hint}): `) : value;
      const trimmed = secret.trim();
      if (!/^[\x21-\x7e]+$/.test(trimmed))
        throw new UsageError(
          `${label} is missing or has blanks in it; give it on standard input, with a flag, or type it`,
        );
      found[name] = trimmed;
    }
    return found;
  }

  /** @throws OpenclawError CHANNEL_TOKEN_REFUSED; nothing is written then */
  private async tryOut(
    channel: OnboardedChannel,
    edits: readonly ConfigEdit[],
    credentials: Readonly<Record<string, string>>,
    account: string | undefined,
  ): Promise<string | undefined> {
    const { Trials, botOf } = await import('../../onboard/trials');
    const probe = await new Trials(this.env).channel(edits, channel, credentials, account);
    if (probe.ok) return botOf(probe);
    throw new OpenclawError(
      'CHANNEL_TOKEN_REFUSED',
      `${channel} did not take the token: ${probe.error ?? 'it gave no reason'}; nothing was changed (--no-probe keeps it untried)`,
    );
  }
}

/** @throws UsageError where the file can't be read */
function tokenIn(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const bytes = readBoundedFile(path, MOST_TOKEN_BYTES);
  if (bytes) return decodeOwnText(bytes);
  throw new UsageError(
    `--token-file must be a file of at most ${MOST_TOKEN_BYTES} bytes that can be read, got "${path}"`,
  );
}

@SubCommand({ name: 'add', arguments: '[channel]', description: 'set a channel up, or one more account of it' })
export class ChannelsAddCommand extends ChannelTokensCommand {
  @Option({ flags: '--name <name>', description: 'what the account is called in lists' })
  parseName(value: string): string {
    return value;
  }

  async run(words: string[], options: SetupOptions): Promise<void> {
    const channel = this.channelOf(words, options);
    const path = [...this.placeOf(channel, options.account), 'name'];
    await this.keep(channel, options, options.name === undefined ? [] : [{ path, value: options.name }]);
  }
}

@SubCommand({ name: 'login', arguments: '[channel]', description: 'give a configured account new credentials' })
export class ChannelsLoginCommand extends ChannelTokensCommand {
  async run(words: string[], options: SetupOptions): Promise<void> {
    const channel = this.channelOf(words, options);
    this.configured(channel, options.account);
    await this.keep(channel, options, []);
  }
}

@SubCommand({
  name: 'remove',
  arguments: '[channel]',
  description: 'switch an account off; with --delete take it out of the configuration, credentials and all',
})
export class ChannelsRemoveCommand extends ChannelConfigCommand {
  @Option({ flags: '--delete', description: 'delete its settings and credentials' })
  parseDelete(): boolean {
    return true;
  }

  async run(words: string[], options: SetupOptions): Promise<void> {
    const channel = this.channelOf(words, options);
    const path = this.configured(channel, options.account);
    const name = `${channel}${options.account ? `/${options.account}` : ''}`;
    const accounts = valueAt(new ConfigFiles(this.env).load().parsed, [...path, 'accounts']);
    if (options.delete && isPlainObject(accounts) && Object.keys(accounts).length > 0)
      printNote(`its accounts go with it: ${Object.keys(accounts).join(', ')}`);
    await (options.delete
      ? this.write([{ path, unset: true }], `${name} is out of the configuration`, options)
      : this.write([{ path: [...path, 'enabled'], value: false }], `${name} is off; --delete removes it`, options));
  }
}

abstract class SwitchCommand extends ChannelConfigCommand {
  protected abstract readonly enabled: boolean;

  async run(words: string[], options: SetupOptions): Promise<void> {
    const channel = this.channelOf(words, options);
    const path = this.configured(channel, options.account);
    const name = `${channel}${options.account ? `/${options.account}` : ''}`;
    const edit = { path: [...path, 'enabled'], value: this.enabled };
    await this.write([edit], `${name} is ${this.enabled ? 'on' : 'off'}`, options);
  }
}

@SubCommand({ name: 'enable', arguments: '[channel]', description: 'switch a channel or one account on' })
export class ChannelsEnableCommand extends SwitchCommand {
  protected readonly enabled = true;
}

@SubCommand({ name: 'disable', arguments: '[channel]', description: 'switch a channel or one account off for good' })
export class ChannelsDisableCommand extends SwitchCommand {
  protected readonly enabled = false;
}

export const CHANNELS_SETUP_LEAVES = [
  ChannelsAddCommand,
  ChannelsRemoveCommand,
  ChannelsEnableCommand,
  ChannelsDisableCommand,
  ChannelsLoginCommand,
] as const;
