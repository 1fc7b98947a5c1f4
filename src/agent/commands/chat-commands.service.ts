import { Injectable } from '@nestjs/common';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { agentOfSession } from '../../sessions/session-key';
import type { CommandWish, MessageOverrides } from '../../inbox/inbound-message';
import { elevatedRefusal } from '../../tools/exec/elevated';
import {
  type ChatCommand,
  type CommandCall,
  type CommandEffect,
  answer,
  isStopRequest,
  parseChatCommand,
} from './chat-command';
import type { ChatOrigin } from '../../common/chat-origin';
import { sendersOf } from './command-giver';
import { CommandRegistry } from './command-registry.service';
import { takeDirectives } from './directives';

/** What a text is besides words. */
export type CommandPlan =
  | { kind: 'command'; wish: CommandWish }
  /** Words for the model, with choices for this message alone. */
  | { kind: 'words'; text: string; overrides: MessageOverrides };

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
    const parsed = this.parse(text);
    return parsed !== undefined && this.registry.find(parsed.name, defaultAgentId(this.config.config)) !== undefined;
  }

  /** Whether a text asks for something that waits for nothing else: to stop, or to let something go on. */
  isUrgent(text: string): boolean {
    if (isStopRequest(text)) return true;
    const parsed = this.parse(text);
    return (
      parsed !== undefined && this.registry.find(parsed.name, defaultAgentId(this.config.config))?.isUrgent === true
    );
  }

  /** Whether a text would be more than words to anybody: a command, or a directive in it. */
  carriesCommand(text: string): boolean {
    const find = (name: string): ChatCommand | undefined =>
      this.registry.find(name, defaultAgentId(this.config.config));
    return this.parse(text) !== undefined || takeDirectives(text, find, ENTITLED) !== undefined;
  }

  /**
   * What a text is: a command, or words with choices for this message. Carries nothing out.
   * @returns undefined for text that goes to the model as it is
   */
  plan(text: string, sessionKey: string, giver: ChatOrigin): CommandPlan | undefined {
    if (this.config.config.commands?.text === false && giver.route !== undefined) return undefined;
    // Strangers' commands are nothing but text.
    if (!giver.isAuthorised) return undefined;
    const parsed = this.parse(text);
    const agentId = agentOfSession(this.config.config, sessionKey);
    const command = parsed && this.registry.find(parsed.name, agentId);
    if (command && parsed && !this.isInsideText(command, parsed.args, giver))
      return { kind: 'command', wish: { text, giver, ...(command.isUrgent ? { isUrgent: true } : {}) } };
    const find = (name: string): ChatCommand | undefined => {
      const found = this.registry.find(name, agentId);
      return found && this.mayGive(found, giver, sessionKey) ? found : undefined;
    };
    const taken = takeDirectives(text, find, giver);
    return taken && taken.text !== '' ? { kind: 'words', ...taken } : undefined;
  }

  /** The command of a text that was planned as one; undefined where there is none of that name any more. */
  named(text: string, sessionKey: string): { command: ChatCommand; args: string } | undefined {
    const parsed = this.parse(text);
    const command = parsed && this.registry.find(parsed.name, agentOfSession(this.config.config, sessionKey));
    return command && parsed ? { command, args: parsed.args } : undefined;
  }

  /** Carries a planned command out. Words that are none any more go to the model. */
  async carryOut(
    { text, giver }: CommandWish,
    where: Pick<CommandCall, 'sessionKey' | 'agentId' | 'runId' | 'signal'>,
  ): Promise<CommandEffect> {
    const named = this.named(text, where.sessionKey);
    if (!named) return { kind: 'continue', text };
    const call: CommandCall = { ...where, args: named.args, giver };
    const refusal = this.refusal(named.command, call);
    return refusal === undefined ? named.command.run(call) : answer(refusal);
  }

  /** As it is written; a word that starts a conversation over is `/new`, what follows it is said in the new one. */
  private parse(text: string): { name: string; args: string } | undefined {
    const trimmed = text.trim();
    for (const word of this.config.config.session?.resetTriggers ?? []) {
      const trigger = word.trim();
      const [begins, rest] = [trimmed.slice(0, trigger.length), trimmed.slice(trigger.length)];
      if (trigger !== '' && begins.toLowerCase() === trigger.toLowerCase() && /^(\s|$)/.test(rest))
        return { name: 'new', args: rest.trim() };
    }
    return parseChatCommand(text);
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
