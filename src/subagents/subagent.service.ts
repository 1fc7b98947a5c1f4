import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { cutText } from '../common/cut-text';
import { type Logger, LoggerFactory } from '../common/logger';
import { quoteLines } from '../common/quoted-words';
import { ConfigService } from '../config/config.service';
import { EventBus } from '../events/event-bus';
import { InboxService } from '../inbox/inbox.service';
import { RunOutcomeService } from '../agent/turns/run-outcome.service';
import { TurnStore } from '../agent/turns/turn.store';
import { goesBy } from '../channels/passing-fault';
import { RpcError } from '../rpc/rpc-error';
import { untilStored } from '../storage/until-stored';
import { type ToolContext, ToolError } from '../tools/agent-tool';
import { GrantedRules } from '../tools/approvals/granted-rules.service';
import { worstOrigin } from '../tools/provenance/taint';
import { isSubagentKey } from '../sessions/session-key';
import { SessionStore } from '../sessions/session.store';
import { originsOf } from '../sessions/said-texts';
import { TranscriptStore } from '../sessions/transcript.store';
import { type SubagentRun, SubagentStore } from './subagent.store';

const DEFAULT_MAX_CONCURRENT = 8;
/** "No limit" of a run: a day. */
const NO_LIMIT_MS = 24 * 3_600_000;

export interface SpawnWish {
  task: string;
  agentId: string;
  label?: string;
  model?: string;
  thinking?: string;
  timeoutSeconds: number;
  cleanup: 'delete' | 'keep';
}

/** Tasks in sessions of their own. The result comes back as a message to the parent, once, also over a restart. */
@Injectable()
export class SubagentService {
  private readonly log: Logger;

  constructor(
    private readonly store: SubagentStore,
    private readonly inbox: InboxService,
    private readonly outcomes: RunOutcomeService,
    private readonly sessions: SessionStore,
    private readonly turns: TurnStore,
    private readonly transcripts: TranscriptStore,
    private readonly config: ConfigService,
    private readonly events: EventBus,
    private readonly granted: GrantedRules,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('subagents');
  }

  /** Announces results that came in while nobody was there, then each as it comes. */
  async start(): Promise<void> {
    this.events.on('turn.closed', ({ runIds, sessionKey }) => {
      if (!isSubagentKey(sessionKey)) return;
      for (const runId of runIds)
        untilStored(
          async () => {
            const run = await this.store.find(runId);
            if (run) await this.announce(run);
          },
          { log: this.log, what: 'the result of a sub-agent', isWorthIt: goesBy },
        ).catch((error: unknown) => this.log.error({ error, runId }, 'a result could not be announced'));
    });
    for (const run of await this.store.open()) await this.announce(run);
  }

  /** @throws ToolError too_large when too many run already */
  async spawn(wish: SpawnWish, context: ToolContext): Promise<SubagentRun> {
    // The same call gives the same run, so that a call which a crash cut off can be made again.
    const [runId, childId] = [uuidFrom('run', context), uuidFrom('child', context)];
    const known = await this.store.any(runId);
    if (known) return known;
    const most = this.config.config.agents?.defaults?.subagents?.maxConcurrent ?? DEFAULT_MAX_CONCURRENT;
    const running = (await this.store.open()).filter((run) => run.parentKey === context.sessionKey);
    if (running.length >= most)
      throw new ToolError(
        'too_large',
        `${running.length} sub-agents of this conversation are at work; wait for one (agents.defaults.subagents.maxConcurrent)`,
      );
    const origin = worstOrigin(context.provenance.origins);
    const { origin: place } = context;
    const rules = await this.granted.forSubagent(wish.agentId, context);
    const run: SubagentRun = {
      runId,
      parentKey: context.sessionKey,
      childKey: `agent:${wish.agentId}:subagent:${childId}`,
      task: wish.task,
      ...(wish.label ? { label: wish.label } : {}),
      cleanup: wish.cleanup,
      ...(place.to === undefined ? {} : { route: { ...place, to: place.to } }),
      origin,
      isOwner: context.isOwner,
      rules,
      createdAt: Date.now(),
    };
    await this.sessions.upsert(run.childKey, wish.agentId, (entry) => ({
      ...entry,
      spawnedBy: context.sessionKey,
      rules,
      ...(wish.label ? { displayName: wish.label } : {}),
    }));
    await this.inbox.accept(
      {
        channel: 'subagent',
        account: 'default',
        externalId: run.runId,
        sessionKey: run.childKey,
        runId: run.runId,
        message: {
          text: wish.task,
          isOwner: context.isOwner,
          origin,
          ...(wish.model ? { model: wish.model } : {}),
          ...(wish.thinking ? { thinking: wish.thinking } : {}),
          timeoutMs: wish.timeoutSeconds > 0 ? wish.timeoutSeconds * 1000 : NO_LIMIT_MS,
          extraSystemPrompt:
            'You are a sub-agent with one task. Do it, then answer with its result: what you found or did, and what stayed open. Nobody reads along, so ask nothing.',
        },
      },
      (transaction, { duplicate }) => (duplicate ? Promise.resolve() : this.store.addIn(transaction, run)),
    );
    return run;
  }

  /** Hands the result to the parent; result and note that it was handed over are one commit. */
  private async announce(run: SubagentRun): Promise<void> {
    const outcome = await this.outcomes.find(run.runId);
    if (outcome && outcome.state !== 'ended') return;
    const name = run.label ?? cutText(run.task, 80);
    const said = (outcome?.result?.payloads ?? [])
      .map((payload) => payload.text)
      .join('\n\n')
      .trim();
    const how =
      outcome?.outcome === 'reply' || outcome?.outcome === 'silent'
        ? 'is done'
        : `ended without a result (${outcome?.reason ?? outcome?.result?.error ?? outcome?.outcome ?? 'it was lost'})`;
    const origin = await this.originOf(run);
    await this.inbox.accept(
      {
        channel: run.route?.channel ?? 'subagent',
        account: run.route?.account ?? 'default',
        externalId: `result:${run.runId}`,
        sessionKey: run.parentKey,
        runId: `subagent:${run.runId}`,
        message: {
          text: `[from the gateway] The sub-agent "${name}" ${how}.${said ? `\nIts result:\n${quoteLines(said)}` : ''}`,
          isOwner: run.isOwner,
          isSystemEvent: true,
          origin,
          ...(run.route ? { route: run.route } : {}),
        },
      },
      async (transaction) => {
        await this.store.announceIn(transaction, run.runId);
      },
    );
    if (run.cleanup === 'delete') await this.forget(run.childKey);
    this.log.info({ runId: run.runId, outcome: outcome?.outcome }, 'a sub-agent has reported');
  }

  private async forget(childKey: string): Promise<void> {
    const child = await this.sessions.find(childKey);
    if (!child) return;
    try {
      await this.sessions.delete(childKey, true, this.turns.requireIdleIn);
    } catch (error) {
      // Somebody talks to it: its next report removes it.
      if (!(error instanceof RpcError) || error.code !== 'UNAVAILABLE') throw error;
    }
    this.transcripts.forget(child.sessionId);
  }

  /** What the child has read is in its result. */
  private async originOf(run: SubagentRun): Promise<SubagentRun['origin']> {
    const child = await this.sessions.find(run.childKey);
    const read = child ? originsOf(await this.transcripts.read(child.sessionId)) : new Set<never>();
    return worstOrigin([...read, run.origin]);
  }
}

/** A name for something that a tool call makes, in the form of a UUID; the same for the same call. */
function uuidFrom(what: string, { runId, callId }: Pick<ToolContext, 'runId' | 'callId'>): string {
  const hex = createHash('sha256').update(`${what}\n${runId}\n${callId}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
