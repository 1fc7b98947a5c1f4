import { isPlainObject } from '../common/plain-object';
import type { Body } from './api-request-guard.service';
import type { ApiAnswer } from './api-turns.service';

export type Item = Record<string, unknown>;

/** What every form of a response begins with. */
export interface ResponseHead {
  runId: string;
  createdAt: number;
  model: string;
  body: Body;
}

const HEAD = 'resp_';

export const responseId = (runId: string): string => `${HEAD}${runId}`;

/** The run whose response has this id. */
export const runOfResponse = (id: string): string => id.replace(HEAD, '');

export const messageItem = ({ runId }: ResponseHead, status: string, content: Item[]): Item => ({
  type: 'message',
  id: `msg_${runId}`,
  role: 'assistant',
  status,
  content,
});

export const textPart = (text: string): Item => ({ type: 'output_text', text, annotations: [] });

export const callItem = ({ id, name, arguments: args }: ApiAnswer['calls'][number], status: string): Item => ({
  type: 'function_call',
  id: id.replace('call', 'fc'),
  call_id: id,
  name,
  arguments: status === 'completed' ? args : '',
  status,
});

/** What a complete answer consists of. */
export const outputOf = (head: ResponseHead, { text, calls }: ApiAnswer): Item[] => [
  ...(text === '' ? [] : [messageItem(head, 'completed', [textPart(text)])]),
  ...calls.map((call) => callItem(call, 'completed')),
];

/** Whoever has functions to run is not through; nor is an answer that was cut short. */
export const statusOf = ({ finish }: ApiAnswer): 'completed' | 'incomplete' =>
  finish === 'stop' ? 'completed' : 'incomplete';

export function responseOf(
  { runId, createdAt, model, body }: ResponseHead,
  status: string,
  output: Item[],
  more: { answer?: ApiAnswer; error?: { code: string; message: string } } = {},
): Item {
  const { answer, error } = more;
  const { input = 0, cached = 0, output: made = 0 } = answer?.usage ?? {};
  return {
    id: responseId(runId),
    object: 'response',
    created_at: createdAt,
    status,
    model,
    output,
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: cached },
      output_tokens: made,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + made,
    },
    error: error ?? null,
    incomplete_details: answer?.finish === 'length' ? { reason: 'max_output_tokens' } : null,
    instructions: body['instructions'] ?? null,
    previous_response_id: body['previous_response_id'] ?? null,
    metadata: isPlainObject(body['metadata']) ? body['metadata'] : {},
    tools: body['tools'] ?? [],
    tool_choice: body['tool_choice'] ?? 'auto',
    parallel_tool_calls: true,
    temperature: body['temperature'] ?? null,
    top_p: body['top_p'] ?? null,
  };
}
