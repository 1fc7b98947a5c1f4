import { Injectable } from '@nestjs/common';
import { appVersion } from '../../common/app-root';
import type { DeliveryRoute } from '../../common/delivery-route';
import { messageOf } from '../../common/openclaw-error';
import { ConfigService } from '../../config/config.service';
import { agentOfSession } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import type { ApprovalDecision } from '../../tools/approvals/approval-decision';
import { ApprovalService } from '../../tools/approvals/approval.service';
import { ModelRegistry } from '../providers/model-registry.service';
import { nameOf } from '../runtime/model-step.service';
import { LaneService } from '../turns/lane.service';
import { parseChatCommand } from './chat-command';

export type CommandEffect =
  /** Answered without a model. */
  | { kind: 'answer'; text: string }
  /** The session was reset and the rest of the text is its first message. */
  | { kind: 'continue'; text: string };

/** Who gives a command, as far as a command cares. */
export interface CommandGiver {
  /** Shown with the decision. */
  name: string;
  /** Whether approvals may be decided. */
  mayApprove: boolean;
  /** Chat the command came from; undefined for connected clients. */
  route?: DeliveryRoute;
}

interface Command {
  name: string;
  summary: string;
  run(args: string, sessionKey: string, giver: CommandGiver): Promise<CommandEffect>;
}

const DECISION_WORDS: Readonly<Record<string, ApprovalDecision>> = {
  'allow-once': 'allow-once',
  allow: 'allow-once',
  once: 'allow-once',
  yes: 'allow-once',
  'allow-always': 'allow-always',
  always: 'allow-always',
  deny: 'deny',
  no: 'deny',
};

/** Slash commands that are answered without a model. */
@Injectable()
export class ChatCommands {
  private readonly commands: readonly Command[];

  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly lanes: LaneService,
    private readonly models: ModelRegistry,
    private readonly approvals: ApprovalService,
  ) {
    this.commands = [
      { name: 'help', summary: 'this list', run: () => this.help() },
      { name: 'status', summary: 'model, tokens and state of this session', run: (_, key) => this.status(key) },
      {
        name: 'new',
        summary: 'start over; text after it is the first message',
        run: (args, key) => this.reset(args, key),
      },
      { name: 'reset', summary: 'same as /new', run: (args, key) => this.reset(args, key) },
      {
        name: 'approve',
        summary: 'decide what the assistant asks for: /approve <id> allow-once, allow-always or deny',
        run: (args, key, giver) => this.approve(args, key, giver),
      },
      { name: 'stop', summary: 'stop what is going on', run: (_, key) => this.stop(key) },
    ];
  }

  /** Undefined for text that is no command of ours: it goes to the model. */
  async handle(text: string, sessionKey: string, giver: CommandGiver): Promise<CommandEffect | undefined> {
    const parsed = parseChatCommand(text);
    const command = this.commands.find((candidate) => candidate.name === parsed?.name);
    return command && parsed ? command.run(parsed.args, sessionKey, giver) : undefined;
  }

  private help(): Promise<CommandEffect> {
    const lines = this.commands.map((command) => `/${command.name} – ${command.summary}`);
    return Promise.resolve({
      kind: 'answer',
      text: `Commands:\n${lines.join('\n')}\n\nAnything else goes to the assistant.`,
    });
  }

  private async status(sessionKey: string): Promise<CommandEffect> {
    const entry = await this.sessions.find(sessionKey);
    const agentId = agentOfSession(this.config.config, sessionKey);
    const { info, layer } = this.models.resolve(agentId, entry?.modelOverride);
    const running = this.lanes.activeRunIds(sessionKey).length > 0;
    return {
      kind: 'answer',
      text: [
        `OpenClaw Nest ${appVersion()}`,
        `Model: ${nameOf(info)} (from ${layer})`,
        `Session: ${sessionKey}${entry?.label ? ` "${entry.label}"` : ''}`,
        `Tokens: ${entry?.inputTokens ?? 0} in, ${entry?.outputTokens ?? 0} out; context ${entry?.totalTokens ?? 0} of ${info.contextWindow}`,
        `Thinking: ${entry?.thinkingLevel ?? 'default'} · verbose: ${entry?.verboseLevel ?? 'off'}`,
        running ? 'A turn is running.' : 'Idle.',
      ].join('\n'),
    };
  }

  private async reset(args: string, sessionKey: string): Promise<CommandEffect> {
    this.lanes.abort(sessionKey, undefined, 'stop');
    await this.lanes.idle(sessionKey);
    await this.sessions.reset(sessionKey, agentOfSession(this.config.config, sessionKey));
    return args === '' ? { kind: 'answer', text: 'A new conversation has begun.' } : { kind: 'continue', text: args };
  }

  private async approve(args: string, sessionKey: string, giver: CommandGiver): Promise<CommandEffect> {
    const [id = '', word = ''] = args.split(/\s+/);
    const decision = DECISION_WORDS[word.toLowerCase()];
    if (id === '' || decision === undefined)
      return {
        kind: 'answer',
        text: 'Write /approve <id> allow-once, /approve <id> allow-always or /approve <id> deny.',
      };
    if (!giver.mayApprove) return { kind: 'answer', text: 'You may not decide approvals.' };
    try {
      await this.approvals.resolve(id, decision, giver.name, this.isTarget(giver.route) ? undefined : sessionKey);
      return { kind: 'answer', text: `Decided: ${decision}.` };
    } catch (error) {
      return { kind: 'answer', text: `Not decided: ${messageOf(error)}.` };
    }
  }

  /** Chats that the configuration names as places to decide in (`approvals.exec.targets`). */
  private isTarget(route: DeliveryRoute | undefined): boolean {
    const forward = this.config.config.approvals?.exec;
    if (!route || !forward?.enabled || forward.mode === undefined || forward.mode === 'session') return false;
    return (forward.targets ?? []).some(({ channel, to }) => channel === route.channel && to === route.to);
  }

  private async stop(sessionKey: string): Promise<CommandEffect> {
    const stopped = this.lanes.abort(sessionKey, undefined, 'stop');
    const dropped = await this.lanes.dropWaiting(sessionKey, 'stop');
    const count = stopped.length + dropped.length;
    return { kind: 'answer', text: count === 0 ? 'Nothing is running.' : `Stopped (${count}).` };
  }
}
