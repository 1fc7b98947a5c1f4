import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { OpenclawError } from '../../common/openclaw-error';
import { type ChatCommand, type ChatCommandProvider, providesChatCommands } from './chat-command';

/** Every chat command, collected from all features when it is first asked for. */
@Injectable()
export class CommandRegistry {
  private known: Map<string, ChatCommand> | undefined;
  private readonly providers: ChatCommandProvider[] = [];

  constructor(private readonly discovery: DiscoveryService) {}

  /** By name or alias; `_` counts as `-`, which some platforms do not allow in menus. */
  find(name: string, agentId: string): ChatCommand | undefined {
    const folded = name.toLowerCase();
    const wanted = folded.replaceAll('-', '_');
    return (
      this.commands.get(folded) ??
      this.commands.get(folded.replaceAll('_', '-')) ??
      this.further(agentId).find((command) => command.name === wanted)
    );
  }

  /** In the order of their names, an agent's further ones last. */
  all(agentId: string): ChatCommand[] {
    const own = [...new Set(this.commands.values())].sort((a, b) => a.name.localeCompare(b.name));
    return [...own, ...this.further(agentId)];
  }

  private further(agentId: string): ChatCommand[] {
    const own = this.commands;
    return this.providers
      .flatMap((provider) => provider.furtherCommands?.(agentId) ?? [])
      .filter(({ name }) => !own.has(name) && !own.has(name.replaceAll('_', '-')));
  }

  /** @throws OpenclawError COMMAND_DUPLICATE naming the command and both owners */
  private get commands(): Map<string, ChatCommand> {
    if (this.known) return this.known;
    const known = new Map<string, ChatCommand>();
    const owners = new Map<string, string>();
    for (const { metatype, instance } of this.discovery.getProviders()) {
      if (typeof metatype !== 'function' || !instance || !providesChatCommands(metatype)) continue;
      this.providers.push(instance as ChatCommandProvider);
      for (const command of (instance as ChatCommandProvider).commands) {
        for (const name of [command.name, ...(command.aliases ?? [])]) {
          const owner = owners.get(name);
          if (owner !== undefined)
            throw new OpenclawError('COMMAND_DUPLICATE', `/${name} is declared by ${owner} and by ${metatype.name}`);
          owners.set(name, metatype.name);
          known.set(name, command);
        }
      }
    }
    return (this.known = known);
  }
}
