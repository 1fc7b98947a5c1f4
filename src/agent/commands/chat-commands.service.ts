import { Injectable } from '@nestjs/common';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { agentOfSession } from '../../sessions/session-key';
import { elevatedRefusal } from '../../tools/exec/elevated';
import { type ChatCommand, type CommandCall, type CommandEffect, answer, parseChatCommand } from './chat-command';
import { type ChatOrigin, sendersOf } from './command-giver';
import { CommandRegistry } from './command-registry.service';
import { takeDirectives } from './directives';

/** Somebody who may give every command. */
const ENTITLED: ChatOrigin = {
  name: 'owner',
  channel: 'webchat',
  account: 'default',
  isAuthorised: true,
  isOwner: true,
  mayApprove: true,
  isGroup: false,
};

/** Slash commands and directives: who may give them, and what they do. */
@Injectable()
export class ChatCommands {
  constructor(
    private readonly config: ConfigService,
    private readonly registry: CommandRegistry,
  ) {}

  /** Whether a text begins with the name of a command. */
  isCommand(text: string): boolean {
    const parsed = parseChatCommand(text);
    return parsed !== undefined && this.registry.find(parsed.name, defaultAgentId(this.config.config)) !== undefined;
  }

  /** Whether a text would be more than words to anybody: a command, or a directive in it. */
  carriesCommand(text: string): boolean {
    const find = (name: string): ChatCommand | undefined =>
      this.registry.find(name, defaultAgentId(this.config.config));
    return parseChatCommand(text) !== undefined || takeDirectives(text, find, ENTITLED) !== undefined;
  }

  /** Undefined for text that is no command of ours: it goes to the model as it is. */
  async handle(text: string, sessionKey: string, giver: ChatOrigin): Promise<CommandEffect | undefined> {
    if (this.config.config.commands?.text === false && giver.route !== undefined) return undefined;
    // Strangers' commands are nothing but text.
    if (!giver.isAuthorised) return undefined;
    const parsed = parseChatCommand(text);
    const agentId = agentOfSession(this.config.config, sessionKey);
    const command = parsed && this.registry.find(parsed.name, agentId);
    if (command && parsed && !this.isInsideText(command, parsed.args, giver)) {
      const call: CommandCall = { args: parsed.args, sessionKey, agentId, giver };
      const refusal = this.refusal(command, call);
      return refusal === undefined ? command.run(call) : answer(refusal);
    }
    const find = (name: string): ChatCommand | undefined => {
      const found = this.registry.find(name, agentId);
      return found && this.mayGive(found, giver, sessionKey) ? found : undefined;
    };
    const taken = takeDirectives(text, find, giver);
    return taken && taken.text !== '' ? { kind: 'continue', ...taken } : undefined;
  }

  /** A directive with more than its own words behind it belongs to the message: `/think high Why is the sky blue?` */
  private isInsideText(command: ChatCommand, args: string, giver: ChatOrigin): boolean {
    const [first = '', ...rest] = args.split(/\s+/);
    return (
      command.directive !== undefined &&
      rest.length > 0 &&
      command.directive(first, giver) !== undefined &&
      !/[:=]/.test(args)
    );
  }

  private refusal(command: ChatCommand, { giver, sessionKey }: CommandCall): string | undefined {
    if (this.mayGive(command, giver, sessionKey)) return undefined;
    if (command.right === 'owner') return `/${command.name} is for owners of this gateway.`;
    return `/${command.name} needs elevated rights: ${this.elevatedRefusal(giver, sessionKey) ?? ''}.`;
  }

  private mayGive(command: ChatCommand, giver: ChatOrigin, sessionKey: string): boolean {
    if (command.right === 'owner') return giver.isOwner;
    if (command.right === 'elevated') return this.elevatedRefusal(giver, sessionKey) === undefined;
    return true;
  }

  private elevatedRefusal(giver: ChatOrigin, sessionKey: string): string | undefined {
    const { config } = this.config;
    return elevatedRefusal(config, {
      agentId: agentOfSession(config, sessionKey),
      isOwner: giver.isOwner,
      origin: { channel: giver.channel },
      subject: sendersOf(giver),
    });
  }
}
