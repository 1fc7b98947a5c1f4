import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { cutText } from '../common/cut-text';
import { shortId } from '../common/short-id';
import {
  type ChatCommand,
  type CommandCall,
  type CommandEffect,
  ProvidesChatCommands,
  answer,
} from '../agent/commands/chat-command';
import { plainMessages } from '../agent/sessions/plain-messages';
import { LaneService } from '../agent/turns/lane.service';
import { RunOutcomeService } from '../agent/turns/run-outcome.service';
import { InboxService } from '../inbox/inbox.service';
import { SessionStore } from '../sessions/session.store';
import { TranscriptStore } from '../sessions/transcript.store';
import { type SubagentRun, SubagentStore } from './subagent.store';

const DEFAULT_LOG = 20;
const MAX_SHOWN = 30;

/** `/subagents`: what the sub-agents of a conversation do. */
@Injectable()
@ProvidesChatCommands()
export class SubagentCommands {
  readonly commands: readonly ChatCommand[] = [
    {
      name: 'subagents',
      usage: 'list | stop <id|#|all> | log <id|#> [limit] [tools] | info <id|#> | send <id|#> <text>',
      summary: 'sub-agents of this conversation',
      category: 'management',
      right: 'sender',
      run: (call) => this.run(call),
    },
  ];

  constructor(
    private readonly store: SubagentStore,
    private readonly lanes: LaneService,
    private readonly outcomes: RunOutcomeService,
    private readonly inbox: InboxService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
  ) {}

  private async run({ args, sessionKey, giver }: CommandCall): Promise<CommandEffect> {
    const [verb = 'list', wanted = '', ...rest] = args.split(/\s+/).filter((word) => word !== '');
    const runs = await this.store.ofParent(sessionKey, MAX_SHOWN);
    if (verb === 'list') return answer(await this.list(runs));
    if (verb === 'stop' && wanted === 'all') {
      const stopped = await Promise.all(runs.map((run) => this.stop(run)));
      return answer(`Stopped ${stopped.filter(Boolean).length} sub-agents.`);
    }
    const run = find(runs, wanted);
    if (!run)
      return answer(
        wanted === '' ? 'Which one? Give its number, id or "last".' : `There is no sub-agent "${wanted}" here.`,
      );
    const name = run.label ?? cutText(run.task, 60);
    switch (verb) {
      case 'stop':
        return answer((await this.stop(run)) ? `Stopped "${name}".` : `"${name}" is not running.`);
      case 'info':
        return answer(await this.info(run));
      case 'log': {
        const limit = Number(rest.find((word) => /^\d+$/.test(word)) ?? DEFAULT_LOG);
        const child = await this.sessions.find(run.childKey);
        if (!child) return answer(`What "${name}" did was removed.`);
        const messages = plainMessages(await this.transcripts.readTail(child.sessionId, limit), rest.includes('tools'));
        return answer(messages.map(({ role, text }) => `${role}: ${cutText(text, 500)}`).join('\n') || 'Nothing yet.');
      }
      case 'send': {
        const text = rest.join(' ');
        if (text === '') return answer('What shall it be told?');
        const runId = `subagent-message:${randomUUID()}`;
        await this.inbox.accept({
          channel: 'subagent',
          account: 'default',
          externalId: runId,
          sessionKey: run.childKey,
          runId,
          message: { text, isOwner: giver.isOwner, origin: giver.isOwner ? 'owner' : 'stranger', queueMode: 'steer' },
        });
        return answer(`Told "${name}".`);
      }
      default:
        return answer(`"${verb}" is not known; write list, stop, log, info or send.`);
    }
  }

  private async list(runs: readonly SubagentRun[]): Promise<string> {
    if (runs.length === 0) return 'No sub-agents.';
    const lines = await Promise.all(
      runs.map(async (run, index) => {
        const outcome = await this.outcomes.find(run.runId);
        return `${index + 1}. ${run.label ?? cutText(run.task, 60)} – ${outcome?.outcome ?? outcome?.state ?? 'lost'} (${shortId(run.runId)})`;
      }),
    );
    return lines.join('\n');
  }

  private async info(run: SubagentRun): Promise<string> {
    const outcome = await this.outcomes.find(run.runId);
    const result = outcome?.result;
    return [
      `Task: ${cutText(run.task, 500)}`,
      `Run: ${run.runId}`,
      `Conversation: ${run.childKey}`,
      ...(run.rules && run.rules.length > 0
        ? [
            'It may do unasked:',
            ...run.rules.map(
              ({ kind, text }) => `- ${text}${kind === 'session' ? ' (while this conversation lasts)' : ''}`,
            ),
          ]
        : []),
      `State: ${outcome?.outcome ?? outcome?.state ?? 'lost'}${outcome?.reason ? ` (${outcome.reason})` : ''}`,
      `Begun: ${new Date(run.createdAt).toISOString()}${outcome?.endedAt ? `, ended ${new Date(outcome.endedAt).toISOString()}` : ''}`,
      ...(result
        ? [
            `Model: ${result.provider}/${result.model}`,
            `Tokens: ${result.usage.totalTokens}, $${result.usage.cost.total.toFixed(4)}`,
          ]
        : []),
    ].join('\n');
  }

  private async stop(run: SubagentRun): Promise<boolean> {
    const stopped = await this.lanes.stop(run.childKey, undefined, 'stop');
    const dropped = await this.lanes.dropWaiting(run.childKey, 'stop');
    return stopped.length + dropped.length > 0;
  }
}

/** By number in the list, by the beginning of its id, by session key, or the `last` one begun. */
function find(runs: readonly SubagentRun[], wanted: string): SubagentRun | undefined {
  if (wanted === 'last') return runs[0];
  if (/^#?\d+$/.test(wanted)) return runs[Number(wanted.replace('#', '')) - 1];
  return wanted.length < 4 ? undefined : runs.find((run) => run.runId.startsWith(wanted) || run.childKey === wanted);
}
