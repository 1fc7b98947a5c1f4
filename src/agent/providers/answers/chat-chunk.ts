import { isPlainObject } from '../../../common/plain-object';
import { countsOf } from './counts';

type Fields = Record<string, unknown>;

/**
 * A piece of an answer in OpenAI's older format, or a whole one, as the format has it: whatever servers write otherwise and
 * means something is put where it belongs. Undefined where it is no object.
 */
export function regularChunk(body: unknown): Fields | undefined {
  if (!isPlainObject(body)) return undefined;
  const error = errorOf(body);
  if (error) return { error };
  const chunk: Fields = { ...body, choices: choicesOf(body) };
  if ('id' in body && typeof body['id'] !== 'string') chunk['id'] = textOr(body['id'], null);
  if ('model' in body && typeof body['model'] !== 'string') chunk['model'] = textOr(body['model'], null);
  if ('created' in body && typeof body['created'] !== 'number') chunk['created'] = null;
  if ('usage' in body) chunk['usage'] = isPlainObject(body['usage']) ? countsOf(body['usage']) : null;
  return chunk;
}

/** An error, which some servers write as a text, and others under the name that their framework gives it. */
function errorOf(body: Fields): Fields | undefined {
  const { error, detail } = body;
  if (isPlainObject(error)) return { ...error, message: String(error['message'] ?? JSON.stringify(error)) };
  if (typeof error === 'string' && error !== '') return { message: error };
  return typeof detail === 'string' && !('choices' in body) ? { message: detail } : undefined;
}

function choicesOf(body: Fields): Fields[] {
  const { choices, message, response } = body;
  if (Array.isArray(choices)) return choices.filter(isPlainObject).map(choiceOf);
  if (isPlainObject(choices)) return [choiceOf(choices)];
  // Ollama's and Cloudflare's own formats, where an address leads to them.
  if (isPlainObject(message)) return [choiceOf({ message, finish_reason: body['done'] === true ? 'stop' : null })];
  if (typeof response === 'string') return [choiceOf({ delta: { content: response }, finish_reason: null })];
  return [];
}

function choiceOf(choice: Fields): Fields {
  const { delta, message, text, finish_reason: reason } = choice;
  const said = isPlainObject(delta) ? delta : isPlainObject(message) ? message : { content: text };
  const holder = holderOf(said);
  return {
    ...choice,
    index: 0,
    delta: holder,
    ...(isPlainObject(message) ? { message: holder } : {}),
    finish_reason: textOr(reason, null) === '' ? null : textOr(reason, null),
  };
}

/** What holds text, thoughts and calls. */
function holderOf(said: Fields): Fields {
  const { content, role, thinking, function_call: called, tool_calls: calls } = said;
  const holder: Fields = { ...said };
  if (role !== undefined) holder['role'] = 'assistant';
  if (content !== undefined && typeof content !== 'string') holder['content'] = contentOf(content);
  if (typeof thinking === 'string') holder['reasoning_content'] ??= thinking;
  if (calls !== undefined && !Array.isArray(calls)) delete holder['tool_calls'];
  if (isPlainObject(called)) holder['tool_calls'] = [{ index: 0, type: 'function', function: called }];
  if (Array.isArray(holder['tool_calls']))
    holder['tool_calls'] = (holder['tool_calls'] as unknown[]).filter(isPlainObject).map(callOf);
  return holder;
}

/** Lists of parts are left to the provider package. */
function contentOf(content: unknown): unknown {
  if (typeof content === 'number') return String(content);
  if (isPlainObject(content)) return typeof content['text'] === 'string' ? content['text'] : null;
  return Array.isArray(content) ? content : null;
}

function callOf(call: Fields): Fields {
  const { function: called, id, index } = call;
  const fixed: Fields = { ...call };
  if (isPlainObject(called) && typeof called['arguments'] === 'object' && called['arguments'] !== null)
    fixed['function'] = { ...called, arguments: JSON.stringify(called['arguments']) };
  if (typeof id === 'number') fixed['id'] = String(id);
  if (typeof index === 'string') fixed['index'] = Number.parseInt(index, 10) || 0;
  return fixed;
}

const textOr = <T>(value: unknown, otherwise: T): string | T =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : otherwise;
