import { Inject } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { CliCommand, type JsonOptions } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { printJson, printLine, printTable } from '../common/cli/output';
import { OpenclawError } from '../common/openclaw-error';
import { agentEntries, findAgent } from '../config/agent-entries';
import { BY_COMMAND, ConfigFiles, reportWrite } from '../config/config-files';
import { Environment } from '../config/environment';
import type { OpenclawConfig } from '../config/openclaw.config';

type Binding = NonNullable<OpenclawConfig['bindings']>[number];

interface BindingOptions extends JsonOptions {
  agent?: string;
  bind?: Place[];
}

/** A channel, or one account of it. */
export interface Place {
  channel: string;
  accountId?: string;
}

export const BIND_FLAG = {
  flags: '--bind <channel[:account]>',
  description: 'a channel or one account of it; may be repeated',
} as const;

/** One more place of `--bind`. @throws UsageError */
export function withPlace(value: string, before: readonly Place[] = []): Place[] {
  const [channel = '', accountId, ...more] = value.toLowerCase().split(':');
  if (channel === '' || accountId === '' || more.length > 0)
    throw new UsageError(`--bind must be a channel or channel:account, such as telegram:work, got "${value}"`);
  return [...before, { channel, ...(accountId === undefined ? {} : { accountId }) }];
}

export const placeOf = ({ channel, accountId }: Place): string =>
  accountId === undefined ? channel : `${channel}:${accountId}`;

const isSame = ({ agentId, match }: Binding, agent: string, place: Place): boolean =>
  agentId === agent &&
  match.channel.toLowerCase() === place.channel &&
  match.accountId === place.accountId &&
  match.peer === undefined &&
  match.guildId === undefined &&
  match.teamId === undefined;

/** A command on `bindings` of the configuration: which agent answers where. */
abstract class BindingCommand extends CliCommand {
  @Inject(Environment) protected readonly env!: Environment;

  @Option({ flags: '--agent <id>', description: 'the agent' })
  parseAgent(value: string): string {
    return value;
  }

  protected bindings(): { files: ConfigFiles; config: OpenclawConfig; bindings: readonly Binding[] } {
    const files = new ConfigFiles(this.env);
    const { config } = files.load();
    return { files, config, bindings: config.bindings ?? [] };
  }

  /** @throws UsageError naming the agents that there are */
  protected agentOf(config: OpenclawConfig, { agent }: BindingOptions): string {
    if (agent === undefined) throw new UsageError('which agent? --agent <id>');
    if (findAgent(config, agent)) return agent;
    const known = agentEntries(config).map(({ id }) => id);
    throw new UsageError(`--agent "${agent}": there is no such agent; there are: ${known.join(', ') || 'main'}`);
  }
}

/** One that adds or removes bindings of whole channels or accounts. */
abstract class ChangeBindingsCommand extends BindingCommand {
  @Option(BIND_FLAG)
  parseBind(value: string, before: Place[] = []): Place[] {
    return withPlace(value, before);
  }

  protected placesOf({ bind = [] }: BindingOptions): readonly Place[] {
    if (bind.length === 0) throw new UsageError('where? --bind <channel[:account]>');
    return bind;
  }
}

@SubCommand({ name: 'bindings', description: 'which agent answers where; without one the default agent does' })
export class AgentsBindingsCommand extends BindingCommand {
  run(_: string[], options: BindingOptions): Promise<void> {
    const rows = this.bindings().bindings.filter(({ agentId }) => [undefined, agentId].includes(options.agent));
    if (options.json) printJson(rows.map((row) => ({ ...row, description: placeOf(row.match) })));
    else if (rows.length === 0) printLine('none');
    else
      printTable(rows, [
        { title: 'Agent', value: ({ agentId }) => agentId },
        { title: 'Channel', value: ({ match }) => placeOf(match), keep: true },
        { title: 'Chat', value: ({ match }) => (match.peer ? `${match.peer.kind} ${match.peer.id}` : '') },
        { title: 'Server', value: ({ match }) => match.guildId ?? match.teamId },
      ]);
    return Promise.resolve();
  }
}

@SubCommand({ name: 'bind', description: 'let an agent answer on a channel or one account of it' })
export class AgentsBindCommand extends ChangeBindingsCommand {
  async run(_: string[], options: BindingOptions): Promise<void> {
    const { files, config, bindings } = this.bindings();
    const agentId = this.agentOf(config, options);
    const places = this.placesOf(options);
    const added = places.filter((place) => !bindings.some((binding) => isSame(binding, agentId, place)));
    if (added.length === 0)
      throw new OpenclawError('BINDING_THERE', `${agentId} answers there already: ${places.map(placeOf).join(', ')}`);
    // What is written down first decides, so a new one stands in front of those for the same place.
    const value = [...added.map((match) => ({ agentId, match })), ...bindings];
    const written = await files.writer.edit([{ path: ['bindings'], value }], BY_COMMAND);
    const names = added.map(placeOf);
    reportWrite(written, options.json === true, `${agentId} answers on ${names.join(', ')}`, {
      agentId,
      added: names,
      skipped: places.filter((place) => !added.includes(place)).map(placeOf),
    });
  }
}

@SubCommand({ name: 'unbind', description: 'no longer let an agent answer there' })
export class AgentsUnbindCommand extends ChangeBindingsCommand {
  async run(_: string[], options: BindingOptions): Promise<void> {
    const { files, config, bindings } = this.bindings();
    const agentId = this.agentOf(config, options);
    const places = this.placesOf(options);
    const kept = bindings.filter((binding) => !places.some((place) => isSame(binding, agentId, place)));
    if (kept.length === bindings.length)
      throw new OpenclawError('BINDING_UNKNOWN', `${agentId} is not bound to ${places.map(placeOf).join(', ')}`);
    const edit = kept.length === 0 ? { path: ['bindings'], unset: true as const } : { path: ['bindings'], value: kept };
    const written = await files.writer.edit([edit], BY_COMMAND);
    const isBound = (place: Place): boolean => bindings.some((binding) => isSame(binding, agentId, place));
    reportWrite(written, options.json === true, `${agentId} no longer answers on ${places.map(placeOf).join(', ')}`, {
      agentId,
      removed: places.filter(isBound).map(placeOf),
      missing: places.filter((place) => !isBound(place)).map(placeOf),
    });
  }
}

export const AGENT_BINDING_LEAVES = [AgentsBindingsCommand, AgentsBindCommand, AgentsUnbindCommand] as const;
