import { Injectable } from '@nestjs/common';
import { settlesWithin } from '../../common/sleep';
import { EventBus } from '../../events/event-bus';
import { SessionStore } from '../../sessions/session.store';
import { SessionArchive } from '../sessions/session-archive.service';
import { EXPORT_FORMATS, type ExportFormat } from '../sessions/export-session';
import { CompactionService } from '../context/compaction.service';
import { ModelChoice } from '../providers/model-choice.service';
import { ModelRegistry } from '../providers/model-registry.service';
import { LaneService } from '../turns/lane.service';
import { TurnStore } from '../turns/turn.store';
import { CommandLane } from './command-lane.service';
import { type ChatCommand, type CommandCall, type CommandEffect, ProvidesChatCommands, answer } from './chat-command';

const STOP_WAIT_MS = 15_000;
const COMPACT_MS = 120_000;
const MAX_LABEL = 64;

/** Commands that begin, end, name and keep conversations. */
@Injectable()
@ProvidesChatCommands()
export class SessionCommands {
  readonly commands: readonly ChatCommand[] = [
    {
      name: 'new',
      usage: '[model] [text]',
      summary: 'start over; text after it is the first message',
      category: 'session',
      right: 'sender',
      isRepeatable: true,
      run: (call) => this.startOver(call, true),
    },
    {
      name: 'reset',
      usage: '[text]',
      summary: 'start over under the same name',
      category: 'session',
      right: 'sender',
      isRepeatable: true,
      run: (call) => this.startOver(call, false),
    },
    {
      name: 'stop',
      summary: 'stop what is going on and empty the queue',
      category: 'session',
      right: 'sender',
      isRepeatable: true,
      isUrgent: true,
      run: (call) => this.stop(call),
    },
    {
      name: 'compact',
      usage: '[what to keep]',
      summary: 'sum up the older part of the conversation',
      category: 'session',
      right: 'sender',
      isRepeatable: true,
      textOnly: true,
      run: (call) => this.compact(call),
    },
    {
      name: 'steer',
      aliases: ['tell'],
      usage: '<text>',
      summary: 'say something into the turn that is running',
      category: 'session',
      right: 'sender',
      isRepeatable: true,
      run: ({ args }) =>
        args === ''
          ? answer('Write /steer and what the assistant should know.')
          : { kind: 'continue', text: args, overrides: { queueMode: 'steer' } },
    },
    {
      name: 'name',
      usage: '<text>',
      summary: 'give the conversation a name',
      category: 'session',
      right: 'sender',
      isRepeatable: true,
      run: (call) => this.label(call),
    },
    {
      name: 'send',
      usage: 'on|off|inherit',
      summary: 'whether this conversation is answered at all',
      category: 'management',
      right: 'owner',
      isRepeatable: true,
      run: (call) => this.sendPolicy(call),
    },
    {
      name: 'activation',
      usage: 'mention|always',
      summary: 'in a group: answer when mentioned, or everything',
      category: 'management',
      right: 'owner',
      isRepeatable: true,
      run: (call) => this.activation(call),
    },
    {
      name: 'export-session',
      aliases: ['export'],
      usage: 'md|html|jsonl',
      summary: 'keep the conversation as a file in the workspace',
      category: 'management',
      right: 'owner',
      run: (call) => this.export(call),
    },
  ];

  constructor(
    private readonly sessions: SessionStore,
    private readonly lanes: LaneService,
    private readonly turns: TurnStore,
    private readonly commandLane: CommandLane,
    private readonly models: ModelRegistry,
    private readonly choice: ModelChoice,
    private readonly compaction: CompactionService,
    private readonly archive: SessionArchive,
    private readonly events: EventBus,
  ) {}

  private async startOver(
    { args, sessionKey, agentId, giver }: CommandCall,
    takesModel: boolean,
  ): Promise<CommandEffect> {
    const before = await this.sessions.find(sessionKey);
    await this.lanes.paused(sessionKey, async () => {
      await this.lanes.endTurn(sessionKey);
      await this.sessions.reset(sessionKey, agentId, this.turns.requireIdleIn);
    });
    const context = { sessionId: before?.sessionId ?? null, sender: giver.senderId ?? null };
    const action = takesModel ? 'new' : 'reset';
    this.events.emit('hook.event', { type: 'command', action, sessionKey, agentId, context });
    this.events.emit('hook.event', { type: 'session', action: 'start', sessionKey, agentId, context });
    const [first = '', ...rest] = args.split(/\s+/);
    const model = takesModel ? this.models.named(first) : undefined;
    if (model !== undefined) {
      const chosen = await this.choice.choose(model);
      if ('refusal' in chosen)
        return answer(`A new conversation has begun, with the model it had: ${first} is none. ${chosen.refusal}`);
      const warning = chosen.warning === undefined ? '' : ` Be warned: ${chosen.warning}`;
      await this.sessions.upsert(sessionKey, agentId, (entry) => ({ ...entry, modelOverride: model }));
      const text = rest.join(' ');
      return text === ''
        ? answer(`A new conversation has begun, with ${model}.${warning}`)
        : { kind: 'continue', text: args.slice(args.indexOf(first) + first.length).trim() };
    }
    return args === '' ? answer('A new conversation has begun.') : { kind: 'continue', text: args };
  }

  private async stop({ sessionKey, agentId, giver }: CommandCall): Promise<CommandEffect> {
    const context = { sender: giver.senderId ?? null };
    this.events.emit('hook.event', { type: 'command', action: 'stop', sessionKey, agentId, context });
    const commands = this.commandLane.abort(sessionKey);
    const runs = await this.lanes.stop(sessionKey, undefined, 'stop');
    const waiting = await this.lanes.dropWaiting(sessionKey, 'stop');
    const { entries: children } = await this.sessions.page({ spawnedBy: sessionKey });
    const agents: string[] = [];
    for (const child of children) agents.push(...(await this.lanes.stop(child.key, undefined, 'stop')));
    const count = runs.length + waiting.length + commands;
    if (count + agents.length === 0) return answer('Nothing is running.');
    return answer(`Stopped (${count})${agents.length > 0 ? `, with ${agents.length} sub-agents` : ''}.`);
  }

  private async compact({ args, sessionKey, agentId, runId, signal }: CommandCall): Promise<CommandEffect> {
    const session = await this.sessions.find(sessionKey);
    if (!session) return answer('There is nothing to sum up yet.');
    await this.lanes.paused(sessionKey, () => settlesWithin(this.lanes.endTurn(sessionKey), STOP_WAIT_MS));
    const { info } = this.models.resolve(agentId, session.modelOverride);
    const result = await this.compaction.compact({
      sessionId: session.sessionId,
      sessionKey,
      agentId,
      runId,
      model: info,
      signal: AbortSignal.any([signal, AbortSignal.timeout(COMPACT_MS)]),
      ...(args === '' ? {} : { instructions: args }),
    });
    if (!result.compacted) return answer(`Not summed up: ${result.reason}.`);
    const { tokensBefore, tokensAfter, by } = result.compaction;
    return answer(
      `Summed up: ${tokensBefore} → ${tokensAfter} tokens${by === 'fallback' ? ' (without a model)' : ''}.`,
    );
  }

  private async label({ args, sessionKey, agentId }: CommandCall): Promise<CommandEffect> {
    const { label } = (await this.sessions.find(sessionKey)) ?? {};
    if (args === '')
      return answer(label === undefined ? 'It has no name. Write /name <text>.' : `Its name is "${label}".`);
    if (args.length > MAX_LABEL) return answer(`A name has at most ${MAX_LABEL} characters, this one ${args.length}.`);
    const [other] = await this.sessions.list({ label: args });
    if (other && other.key !== sessionKey) return answer(`"${args}" is the name of ${other.key} already.`);
    await this.sessions.upsert(sessionKey, agentId, (entry) => ({ ...entry, label: args }));
    return answer(`It is called "${args}" now.`);
  }

  private async sendPolicy({ args, sessionKey, agentId }: CommandCall): Promise<CommandEffect> {
    const policy = ({ on: 'allow', off: 'deny', inherit: null } as const)[args.toLowerCase()];
    if (policy === undefined) {
      const current = (await this.sessions.find(sessionKey))?.sendPolicy ?? 'inherit';
      return answer(`Sending is "${current}". Write /send on, /send off or /send inherit.`);
    }
    await this.sessions.upsert(sessionKey, agentId, ({ sendPolicy: _, ...entry }) =>
      policy === null ? entry : { ...entry, sendPolicy: policy },
    );
    return answer(
      policy === null ? 'The rules of the configuration hold again.' : `Sending is ${args.toLowerCase()} here.`,
    );
  }

  private async activation({ args, sessionKey, agentId, giver }: CommandCall): Promise<CommandEffect> {
    if (!giver.isGroup) return answer('/activation is for groups.');
    const mode = args.toLowerCase();
    if (mode !== 'mention' && mode !== 'always') {
      const current = (await this.sessions.find(sessionKey))?.groupActivation ?? 'as configured';
      return answer(`It is "${current}". Write /activation mention or /activation always.`);
    }
    await this.sessions.upsert(sessionKey, agentId, (entry) => ({ ...entry, groupActivation: mode }));
    return answer(mode === 'always' ? 'I answer everything here now.' : 'I answer here when I am mentioned.');
  }

  private async export({ args, sessionKey }: CommandCall): Promise<CommandEffect> {
    const wanted = args === '' ? 'md' : args.toLowerCase();
    if (!(EXPORT_FORMATS as readonly string[]).includes(wanted))
      return answer(`"${args}" is no format; write /export-session ${EXPORT_FORMATS.join(' or ')}.`);
    const session = await this.sessions.find(sessionKey);
    if (!session) return answer('There is nothing to keep yet.');
    return answer(`Kept as ${await this.archive.exportToWorkspace(session, wanted as ExportFormat)}.`);
  }
}
