import { All, Controller, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { isPlainObject } from '../common/plain-object';
import { GrowingText } from '../common/text/growing-text';
import { ConfigService } from '../config/config.service';
import type { RpcCaller } from '../rpc/rpc-context';
import { answerOf } from './api-answer';
import { type Body, ApiRequestGuard } from './api-request-guard.service';
import { ApiError } from './api-error';
import { requestKeyOf, targetOf } from './api-target';
import { ApiFiles } from './api-files.service';
import { type ApiAnswer, type ApiRun, ApiTurns } from './api-turns.service';
import { chatInput } from './chat-input';
import { EventStream } from './event-stream';
import { partLimits } from './part-limits';
import { formWish, functionsOf, refuseUnoffered, samplingOf, thinkingOf } from './read-wishes';
import { conversationOf } from './told';

/** What all pieces of an answer begin with. */
interface Head {
  id: string;
  created: number;
  model: string;
}

/** `POST /v1/chat/completions`, in the format of OpenAI. */
@Controller()
export class ChatCompletionsController {
  constructor(
    private readonly guard: ApiRequestGuard,
    private readonly turns: ApiTurns,
    private readonly files: ApiFiles,
    private readonly config: ConfigService,
  ) {}

  @All('v1/chat/completions')
  async complete(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.guard.post({ request, response, endpoints: ['chatCompletions'] }, async (body, caller) => {
      const run = await this.begin(body, caller, request);
      const gone = this.turns.stopWith(run, response);
      const model = typeof body['model'] === 'string' && body['model'] !== '' ? body['model'] : 'openclaw';
      const head = { id: `chatcmpl_${run.runId}`, created: Math.floor(Date.now() / 1000), model };
      response.set({ 'x-openclaw-session-key': encodeURI(run.sessionKey), 'x-request-id': run.runId });
      if (body['stream'] === true) return this.stream(run, head, body, request, response, gone);
      const outcome = await this.turns.answer(run, gone);
      const answer = answerOf(outcome, await this.files.linesOf(run, outcome, request));
      if (answer instanceof ApiError) throw answer;
      response.status(200).json(completion(head, answer));
    });
  }

  private begin(body: Body, caller: RpcCaller, request: Request): Promise<ApiRun> {
    const conversation = conversationOf(chatInput(body['messages']));
    refuseUnoffered(body);
    const wish = formWish(body['response_format'], 'response_format');
    const thinking = thinkingOf(body['reasoning_effort'], 'reasoning_effort');
    const key = requestKeyOf(request.headers);
    return this.turns.begin({
      caller,
      target: targetOf(this.config.config, request.headers, body, 'openai'),
      conversation: { ...conversation, system: [conversation.system, wish].filter((text) => text !== '').join('\n\n') },
      limits: partLimits(this.config.config, 'chatCompletions'),
      ...functionsOf(body),
      sampling: samplingOf(body, ['max_completion_tokens', 'max_tokens']),
      ...(thinking ? { thinking } : {}),
      ...(key ? { key: `chat/${key}` } : {}),
    });
  }

  private async stream(
    run: ApiRun,
    head: Head,
    body: Body,
    request: Request,
    response: Response,
    gone: AbortSignal,
  ): Promise<void> {
    const options = body['stream_options'];
    const wantsUsage = isPlainObject(options) && options['include_usage'] === true;
    const stream = new EventStream(response);
    const send = (delta: Record<string, unknown>, finish: ApiAnswer['finish'] | null = null): void =>
      stream.data({
        ...chunkOf(head),
        choices: [{ index: 0, delta, finish_reason: finish }],
        ...(wantsUsage ? { usage: null } : {}),
      });
    send({ role: 'assistant' });
    const said = new GrowingText();
    const say = (piece: string): void => (piece === '' ? undefined : send({ content: piece }));
    const outcome = await this.turns.answer(run, gone, (text) => say(said.grow(text)));
    const answer = answerOf(outcome, await this.files.linesOf(run, outcome, request));
    if (answer instanceof ApiError) {
      stream.data(answer.body);
      stream.end();
      return;
    }
    say(said.end(answer.text));
    for (const [index, { id, name, arguments: args }] of answer.calls.entries())
      send({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: args } }] });
    send({}, answer.finish);
    if (wantsUsage) stream.data({ ...chunkOf(head), choices: [], usage: usageOf(answer) });
    stream.end();
  }
}

const chunkOf = ({ id, created, model }: Head): Record<string, unknown> => ({
  id,
  object: 'chat.completion.chunk',
  created,
  model,
});

function completion({ id, created, model }: Head, answer: ApiAnswer): Record<string, unknown> {
  const { text, calls, finish } = answer;
  const toolCalls = calls.map(({ id: callId, name, arguments: args }) => ({
    id: callId,
    type: 'function',
    function: { name, arguments: args },
  }));
  const message = {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    ...(calls.length > 0 ? { tool_calls: toolCalls } : {}),
  };
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [{ index: 0, message, finish_reason: finish }],
    usage: usageOf(answer),
  };
}

const usageOf = ({ usage: { input, cached, output } }: ApiAnswer): Record<string, unknown> => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached },
});
