import { All, Controller, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { isPlainObject } from '../common/plain-object';
import { GrowingText } from '../common/text/growing-text';
import { ConfigService } from '../config/config.service';
import { InboxStore } from '../inbox/inbox.store';
import type { RpcCaller } from '../rpc/rpc-context';
import { agentOfSession } from '../sessions/session-key';
import { answerOf } from './api-answer';
import { type Body, ApiRequestGuard } from './api-request-guard.service';
import { ApiError, badField } from './api-error';
import { type ApiTarget, requestKeyOf, targetOf } from './api-target';
import { ApiFiles } from './api-files.service';
import { type ApiRun, ApiTurns } from './api-turns.service';
import { EventStream } from './event-stream';
import { partLimits } from './part-limits';
import { countAt, formWish, functionsOf, refuseUnoffered, samplingOf, thinkingOf } from './read-wishes';
import {
  type ResponseHead,
  callItem,
  messageItem,
  outputOf,
  responseOf,
  runOfResponse,
  statusOf,
  textPart,
} from './response-object';
import { responsesInput } from './responses-input';
import { conversationOf } from './told';

/** `POST /v1/responses`, in the format of OpenAI. */
@Controller()
export class ResponsesController {
  constructor(
    private readonly guard: ApiRequestGuard,
    private readonly turns: ApiTurns,
    private readonly files: ApiFiles,
    private readonly config: ConfigService,
    private readonly inbox: InboxStore,
  ) {}

  @All('v1/responses')
  async respond(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.guard.post({ request, response, endpoints: ['responses'] }, async (body, caller) => {
      const run = await this.begin(body, caller, request);
      const gone = this.turns.stopWith(run, response);
      const model = typeof body['model'] === 'string' && body['model'] !== '' ? body['model'] : 'openclaw';
      const head = { runId: run.runId, createdAt: Math.floor(Date.now() / 1000), model, body };
      if (body['stream'] === true) return this.stream(run, head, request, response, gone);
      const outcome = await this.turns.answer(run, gone);
      const answer = answerOf(outcome, await this.files.linesOf(run, outcome, request));
      if (answer instanceof ApiError) throw answer;
      response.status(200).json(responseOf(head, statusOf(answer), outputOf(head, answer), { answer }));
    });
  }

  private async begin(body: Body, caller: RpcCaller, request: Request): Promise<ApiRun> {
    const conversation = conversationOf(responsesInput(body['input'], body['instructions']));
    refuseUnoffered(body);
    countAt(body, 'max_tool_calls');
    const text = isPlainObject(body['text']) ? body['text'] : {};
    const reasoning = isPlainObject(body['reasoning']) ? body['reasoning'] : {};
    const wish = formWish(text['format'], 'text.format');
    const thinking = thinkingOf(reasoning['effort'], 'reasoning.effort');
    const key = requestKeyOf(request.headers);
    return this.turns.begin({
      caller,
      target: await this.targetOf(body, request),
      conversation: { ...conversation, system: [conversation.system, wish].filter((each) => each !== '').join('\n\n') },
      limits: partLimits(this.config.config, 'responses'),
      ...functionsOf(body),
      sampling: samplingOf(body, ['max_output_tokens']),
      ...(thinking ? { thinking } : {}),
      ...(key ? { key: `responses/${key}` } : {}),
    });
  }

  /** A response that is gone on with is in a conversation already. */
  private async targetOf(body: Body, request: Request): Promise<ApiTarget> {
    const { config } = this.config;
    const target = targetOf(config, request.headers, body, 'openresponses');
    const previous = body['previous_response_id'] ?? undefined;
    if (previous === undefined) return target;
    const row = typeof previous === 'string' ? await this.inbox.findByRun(runOfResponse(previous)) : undefined;
    if (row?.channel !== 'http' || row.sessionKey === null)
      throw badField(
        'previous_response_id',
        `there is no response ${JSON.stringify(previous)}`,
        'previous_response_not_found',
      );
    const { sessionKey } = row;
    return {
      ...target,
      agentId: agentOfSession(config, sessionKey),
      sessionKey,
      spelledKey: sessionKey,
      isNamed: true,
    };
  }

  private async stream(
    run: ApiRun,
    head: ResponseHead,
    request: Request,
    response: Response,
    gone: AbortSignal,
  ): Promise<void> {
    const stream = new EventStream(response);
    let number = 0;
    const send = (name: string, value: Record<string, unknown>): void =>
      stream.event(name, { sequence_number: number++, ...value });
    const open = responseOf(head, 'in_progress', []);
    send('response.created', { response: open });
    send('response.in_progress', { response: open });
    const said = new GrowingText();
    const place = { item_id: `msg_${head.runId}`, output_index: 0, content_index: 0 };
    let hasBegun = false;
    const say = (delta: string): void => {
      if (delta === '') return;
      if (!hasBegun) {
        hasBegun = true;
        send('response.output_item.added', { output_index: 0, item: messageItem(head, 'in_progress', []) });
        send('response.content_part.added', { ...place, part: textPart('') });
      }
      send('response.output_text.delta', { ...place, delta });
    };
    let whole = '';
    const outcome = await this.turns.answer(run, gone, (text) => {
      const piece = said.grow(text);
      whole += piece;
      say(piece);
    });
    const answer = answerOf(outcome, await this.files.linesOf(run, outcome, request));
    if (answer instanceof ApiError) {
      const error = { code: answer.facts.code ?? 'server_error', message: answer.message };
      send('response.failed', { response: responseOf(head, 'failed', [], { error }) });
      stream.end();
      return;
    }
    const rest = said.end(answer.text);
    whole += rest;
    say(rest);
    if (hasBegun) {
      send('response.output_text.done', { ...place, text: whole });
      send('response.content_part.done', { ...place, part: textPart(whole) });
      send('response.output_item.done', { output_index: 0, item: messageItem(head, 'completed', [textPart(whole)]) });
    }
    for (const [index, call] of answer.calls.entries()) {
      const output_index = index + (hasBegun ? 1 : 0);
      const item = callItem(call, 'completed');
      const item_id = item['id'];
      send('response.output_item.added', { output_index, item: callItem(call, 'in_progress') });
      send('response.function_call_arguments.delta', { item_id, output_index, delta: call.arguments });
      send('response.function_call_arguments.done', {
        item_id,
        output_index,
        name: call.name,
        arguments: call.arguments,
      });
      send('response.output_item.done', { output_index, item });
    }
    const complete = outputOf(head, hasBegun ? { ...answer, text: whole } : answer);
    send(answer.finish === 'length' ? 'response.incomplete' : 'response.completed', {
      response: responseOf(head, statusOf(answer), complete, { answer }),
    });
    stream.end();
  }
}
