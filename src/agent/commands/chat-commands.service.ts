import { Injectable } from '@nestjs/common';
import { appVersion } from '../../common/app-root';
import { ConfigService } from '../../config/config.service';
import { agentOfSession } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { ModelRegistry } from '../providers/model-registry.service';
import { nameOf } from '../runtime/model-step.service';
import { LaneService } from '../turns/lane.service';
import { parseChatCommand } from './chat-command';

export type CommandEffect =
  /** Answered without a model. */
  | { kind: 'answer'; text: string }
  /** The session was reset and the rest of the text is its first message. */
  | { kind: 'continue'; text: string };

interface Command {
  name: string;
  summary: string;
  run(args: string, sessionKey: string): Promise<CommandEffect>;
}

/** Slash commands that are answered without a model. */
@Injectable()
export class ChatCommands {
  private readonly commands: readonly Command[];

  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly lanes: LaneService,
    private readonly models: ModelRegistry,
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
      { name: 'stop', summary: 'stop what is going on', run: (_, key) => this.stop(key) },
    ];
  }

  /** Undefined for text that is no command of ours: it goes to the model. */
  async handle(text: string, sessionKey: string): Promise<CommandEffect | undefined> {
    const parsed = parseChatCommand(text);
    const command = this.commands.find((candidate) => candidate.name === parsed?.name);
    return command && parsed ? command.run(parsed.args, sessionKey) : undefined;
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

  private async stop(sessionKey: string): Promise<CommandEffect> {
    const stopped = this.lanes.abort(sessionKey, undefined, 'stop');
    const dropped = await this.lanes.dropWaiting(sessionKey, 'stop');
    const count = stopped.length + dropped.length;
    return { kind: 'answer', text: count === 0 ? 'Nothing is running.' : `Stopped (${count}).` };
  }
}
