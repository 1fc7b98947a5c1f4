import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { AgentIntake } from '../agent/chat/agent-intake.service';
import { ModelError } from '../agent/providers/model-error';
import { ModelRegistry } from '../agent/providers/model-registry.service';
import { LaneService } from '../agent/turns/lane.service';
import { type RunOutcome, RunOutcomeService } from '../agent/turns/run-outcome.service';
import { TurnStore } from '../agent/turns/turn.store';
import { isPlainObject } from '../common/plain-object';
import { EventBus } from '../events/event-bus';
import type { FunctionChoice, ProgramFunction, Sampling, ToldBefore } from '../inbox/program-request';
import { IntakeLine } from '../inbox/intake-line';
import type { RpcCaller } from '../rpc/rpc-context';
import type { WireEvent } from '../rpc/wire-event';
import { SessionStore } from '../sessions/session.store';
import type { ToolCallPart } from '../sessions/transcript-event';
import { TranscriptStore } from '../sessions/transcript.store';
import { badField } from './api-error';
import type { ApiTarget } from './api-target';
import { callNamed, programCallId } from './program-call-id';
import { type ToldConversation, type ToldResult, textOfParts } from './told';
import { type PartLimits, ToldContent } from './told-content.service';

/** Longest that a caller waits; turns have a limit of their own. */
const MAX_WAIT_MS = 24 * 3_600_000;
/** Newest messages among which the call is looked for that a result answers. */
const LOOKED_AT = 64;

export interface ApiQuestion {
  caller: RpcCaller;
  target: ApiTarget;
  conversation: ToldConversation;
  limits: PartLimits;
  functions?: ProgramFunction[];
  choice?: FunctionChoice;
  sampling: Sampling;
  thinking?: string;
  /** Name under which the same request is known again. */
  key?: string;
}

/** A turn that was begun for a caller. */
export interface ApiRun {
  runId: string;
  /** By which events for clients call it. */
  name: string;
  sessionKey: string;
}

/** How the turn of a request ended. */
export interface ApiAnswer {
  text: string;
  /** Functions that the program is to run, under the names that lead back to this turn. */
  calls: { id: string; name: string; arguments: string }[];
  finish: 'stop' | 'length' | 'tool_calls';
  /** Tokens. */
  usage: { input: number; cached: number; output: number };
}

/** Turns of the HTTP API: they go the way of every other message, and end when their caller goes away. */
@Injectable()
export class ApiTurns {
  constructor(
    private readonly intake: AgentIntake,
    private readonly content: ToldContent,
    private readonly outcomes: RunOutcomeService,
    private readonly lanes: LaneService,
    private readonly turns: TurnStore,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly models: ModelRegistry,
    private readonly line: IntakeLine,
    private readonly events: EventBus,
  ) {}

  /** Commits the message. @throws ApiError, RpcError for what is wrong with it; OpenclawError while nothing is taken */
  async begin(question: ApiQuestion): Promise<ApiRun> {
    const { target, conversation, limits } = question;
    this.content.check(partsOf(conversation), limits);
    if (target.model !== undefined) this.checkModel(target.model);
    const place = (await this.placeOfResults(target, conversation.results)) ?? target.sessionKey;
    return this.line.run(place, () => this.take(question, place));
  }

  private async take(question: ApiQuestion, sessionKey: string): Promise<ApiRun> {
    const { target, conversation, limits, functions, choice, sampling } = question;
    const by = { agentId: target.agentId, sessionKey, isOwner: true };
    const { images, texts } = await this.content.read(conversation.parts, by, limits);
    const before = await this.before(question, sessionKey);
    const { row } = await this.intake.accept({
      via: 'http',
      caller: question.caller,
      key: question.key ?? randomUUID(),
      sessionKey,
      spelledKey: sessionKey === target.sessionKey ? target.spelledKey : sessionKey,
      text: textOfParts(conversation.parts),
      images,
      files: texts,
      // Each request has an answer of its own.
      queueMode: 'followup',
      ...(question.thinking ? { thinking: question.thinking } : {}),
      ...(conversation.system === '' ? {} : { extraSystemPrompt: conversation.system }),
      ...(target.model ? { model: target.model } : {}),
      before,
      program: {
        sampling,
        ...(functions ? { functions } : {}),
        ...(choice ? { choice } : {}),
        ...(target.place ? { place: target.place } : {}),
      },
    });
    return { runId: row.runId, name: row.runName, sessionKey };
  }

  /** Waits for the end; while that lasts, tells all text so far. @param signal ends the waiting */
  async answer(
    run: ApiRun,
    signal: AbortSignal,
    onText: (text: string) => void = () => undefined,
  ): Promise<RunOutcome> {
    const unsubscribe = this.events.on('run.text', ({ runId, text }) =>
      runId === run.runId ? onText(text) : undefined,
    );
    // Where another gateway runs it, its clients' events tell of its text.
    const elsewhere = this.events.on(
      'wire.event',
      (event) => {
        const text = textOf(event, run.name);
        if (text !== undefined) onText(text);
      },
      'elsewhere',
    );
    try {
      const outcome = await this.outcomes.wait(run.runId, MAX_WAIT_MS, signal);
      return outcome ?? { runId: run.runId, state: 'ended', outcome: 'dropped', reason: 'the caller went away' };
    } finally {
      unsubscribe();
      elsewhere();
    }
  }

  /** Who goes away before the answer is complete wants none: the turn is stopped, or not begun. */
  stopWith(run: ApiRun, response: Response): AbortSignal {
    const gone = new AbortController();
    const stop = (): void => {
      if (response.writableFinished) return;
      gone.abort();
      void this.stop(run);
    };
    if (response.destroyed) stop();
    else response.on('close', stop);
    return gone.signal;
  }

  private async stop({ sessionKey, runId, name }: ApiRun): Promise<void> {
    // It may be another gateway that runs it.
    if ((await this.lanes.stop(sessionKey, runId, 'rpc')).length === 0)
      await this.lanes.dropWaiting(sessionKey, 'rpc', ({ runName }) => runName === name);
  }

  /** What came in between the last answer and now, and where that is not known, all that was said. */
  private async before({ target, conversation, limits }: ApiQuestion, sessionKey: string): Promise<ToldBefore> {
    const { earlier, results } = conversation;
    const by = { agentId: target.agentId, sessionKey, isOwner: true };
    const open = await this.openCalls(results);
    if (open && open.sessionKey === sessionKey) {
      const answered = new Set(results.map(({ callId }) => callId));
      const left = open.calls.findIndex((_, index) => !answered.has(programCallId(open.runId, index)));
      if (left >= 0)
        throw badField(
          'messages',
          `each call needs its result; ${programCallId(open.runId, left)} has none`,
          'missing_tool_result',
        );
      const told: ToldBefore = [];
      for (const result of results) {
        const call = open.calls[callNamed(result.callId)?.index ?? -1];
        if (call) told.push(await this.content.result(result, call.id, call.name, by, limits));
      }
      return told;
    }
    const isEmpty = !target.isNamed || !(await this.hasBegun(sessionKey));
    const known = new Set(earlier.flatMap((each) => (each.role === 'assistant' ? each.calls.map(({ id }) => id) : [])));
    const stray = results.find(({ callId }) => !known.has(callId));
    if (stray)
      throw badField('tool_call_id', `no call ${JSON.stringify(stray.callId)} waits for a result`, 'unknown_tool_call');
    if (isEmpty) return this.content.before([...earlier, ...results], by, limits);
    // The conversation is known; of what its program tells again, the calls that are answered now count.
    const last = earlier.at(-1);
    return results.length > 0 && last ? this.content.before([last, ...results], by, limits) : [];
  }

  private async hasBegun(sessionKey: string): Promise<boolean> {
    const session = await this.sessions.find(sessionKey);
    return session !== undefined && (await this.transcripts.readTail(session.sessionId, 1)).length > 0;
  }

  /** The conversation in which calls wait for these results, where the caller has not named another. */
  private async placeOfResults(target: ApiTarget, results: readonly ToldResult[]): Promise<string | undefined> {
    const open = await this.openCalls(results);
    return open && (!target.isNamed || open.sessionKey === target.sessionKey) ? open.sessionKey : undefined;
  }

  /** The calls that results answer, if they are the last that happened in their conversation. */
  private async openCalls(
    results: readonly ToldResult[],
  ): Promise<{ runId: string; sessionKey: string; calls: ToolCallPart[] } | undefined> {
    const named = results[0] && callNamed(results[0].callId);
    const turn = named && (await this.turns.find(named.runId));
    const calls = turn?.result?.calls;
    if (!turn || !calls) return undefined;
    const session = await this.sessions.find(turn.sessionKey);
    if (session?.sessionId !== turn.sessionId) return undefined;
    const tail = await this.transcripts.readTail(turn.sessionId, LOOKED_AT);
    const at = tail.findLastIndex(({ message }) => message.role === 'assistant');
    const { message } = tail[at] ?? {};
    const isLast =
      message?.role === 'assistant' &&
      calls.every(({ id }) => message.content.some((part) => part.type === 'toolCall' && part.id === id)) &&
      tail
        .slice(at + 1)
        .every(
          (each) =>
            each.message.role === 'toolResult' &&
            !calls.some(({ id }) => 'toolCallId' in each.message && each.message.toolCallId === id),
        );
    return isLast ? { runId: turn.runId, sessionKey: turn.sessionKey, calls } : undefined;
  }

  private checkModel(model: string): void {
    try {
      this.models.lookup(model);
    } catch (error) {
      if (error instanceof ModelError) throw badField('x-openclaw-model', error.message, 'model_not_found');
      throw error;
    }
  }
}

/** All text so far of a run, where an event tells that. */
function textOf({ event, payload }: WireEvent, runName: string): string | undefined {
  if (event !== 'agent' || !isPlainObject(payload)) return undefined;
  const { runId, stream, data } = payload;
  if (runId !== runName || stream !== 'assistant' || !isPlainObject(data)) return undefined;
  return typeof data['text'] === 'string' ? data['text'] : undefined;
}

const partsOf = ({ earlier, results, parts }: ToldConversation): ToldConversation['parts'] => [
  ...earlier.flatMap((each) => ('parts' in each ? each.parts : [])),
  ...results.flatMap((each) => each.parts),
  ...parts,
];
