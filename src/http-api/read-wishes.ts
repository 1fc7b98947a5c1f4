import { isPlainObject } from '../common/plain-object';
import type { FunctionChoice, ProgramFunction, ProgramRequest, Sampling } from '../inbox/program-request';
import { badField } from './api-error';
import { objectAt } from './told-parts';

const MOST_FUNCTIONS = 128;
const MOST_STOPS = 4;
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** A number in a range, if there is one. @throws ApiError */
function numberAt(body: Record<string, unknown>, name: string, min: number, max: number): number | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !(value >= min && value <= max))
    throw badField(name, `${name} must be a number from ${min} to ${max}, got ${JSON.stringify(value)}`);
  return value;
}

/** A positive whole number, if there is one. @throws ApiError */
export function countAt(body: Record<string, unknown>, name: string): number | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  if (!Number.isSafeInteger(value) || (value as number) < 1)
    throw badField(name, `${name} must be a positive whole number, got ${JSON.stringify(value)}`);
  return value as number;
}

/** How the model is to answer. @param limits names of the fields that limit its answer, the first that is there counts */
export function samplingOf(body: Record<string, unknown>, limits: readonly string[]): Sampling {
  const counts = limits.map((name) => countAt(body, name));
  const maxOutputTokens = counts.find((count) => count !== undefined);
  const temperature = numberAt(body, 'temperature', 0, 2);
  const topP = numberAt(body, 'top_p', 0, 1);
  const presencePenalty = numberAt(body, 'presence_penalty', -2, 2);
  const frequencyPenalty = numberAt(body, 'frequency_penalty', -2, 2);
  const seed = body['seed'] ?? undefined;
  if (seed !== undefined && !Number.isSafeInteger(seed)) throw badField('seed', 'seed must be a whole number');
  const stopSequences = stopsOf(body['stop'] ?? undefined);
  return {
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(presencePenalty === undefined ? {} : { presencePenalty }),
    ...(frequencyPenalty === undefined ? {} : { frequencyPenalty }),
    ...(seed === undefined ? {} : { seed: seed as number }),
    ...(stopSequences.length === 0 ? {} : { stopSequences }),
  };
}

function stopsOf(stop: unknown): string[] {
  if (stop === undefined) return [];
  const stops: unknown[] = Array.isArray(stop) ? stop : [stop];
  if (stops.length > MOST_STOPS) throw badField('stop', `stop may hold at most ${MOST_STOPS} texts`);
  return stops.map((each) => {
    if (typeof each !== 'string' || each === '') throw badField('stop', 'stop must be a text, or a list of texts');
    return each;
  });
}

/** What nobody here can do is said, instead of being left out. @throws ApiError */
export function refuseUnoffered(body: Record<string, unknown>): void {
  const refuse = (name: string, what: string): never => {
    throw badField(name, `${name} ${what}`, 'unsupported_value');
  };
  if ((body['n'] ?? 1) !== 1) refuse('n', 'must be 1: each request is one turn of a conversation');
  if (body['logprobs'] === true) refuse('logprobs', 'is not offered');
  if (isPlainObject(body['logit_bias']) && Object.keys(body['logit_bias']).length > 0)
    refuse('logit_bias', 'is not offered');
  const { modalities } = body;
  if (Array.isArray(modalities) && modalities.some((each) => each !== 'text'))
    refuse('modalities', 'may hold "text" only');
  if (body['functions'] !== undefined) refuse('functions', 'is an old form; send tools');
  if (body['background'] === true) refuse('background', 'is not offered: wait for the answer, or stream it');
}

/** `tools` and `tool_choice`, in the forms of both APIs. @throws ApiError */
export function functionsOf(body: Record<string, unknown>): Pick<ProgramRequest, 'functions' | 'choice'> {
  const tools = body['tools'] ?? [];
  if (!Array.isArray(tools)) throw badField('tools', 'tools must be a list');
  if (tools.length > MOST_FUNCTIONS) throw badField('tools', `tools may hold at most ${MOST_FUNCTIONS} functions`);
  const functions = tools.map((tool, index) => functionAt(tool, `tools[${index}]`));
  const names = new Set(functions.map(({ name }) => name));
  if (names.size < functions.length) throw badField('tools', 'two of tools have the same name');
  const choice = choiceOf(body['tool_choice'] ?? 'auto');
  if (choice === 'none') return {};
  if (choice !== 'auto' && functions.length === 0) throw badField('tool_choice', 'tool_choice needs tools');
  if (typeof choice === 'object' && !names.has(choice.name))
    throw badField('tool_choice', `tool_choice names ${JSON.stringify(choice.name)}, which is not among tools`);
  return functions.length === 0 ? {} : { functions, ...(choice === 'auto' ? {} : { choice }) };
}

function functionAt(value: unknown, at: string): ProgramFunction {
  const tool = objectAt(value, at);
  if (tool['type'] !== 'function')
    throw badField(`${at}.type`, `${at}.type must be "function": other tools are the assistant's own`);
  const nested = isPlainObject(tool['function']);
  const described = nested ? (tool['function'] as Record<string, unknown>) : tool;
  const path = nested ? `${at}.function` : at;
  const { name, description, parameters } = described;
  if (typeof name !== 'string' || !NAME.test(name))
    throw badField(`${path}.name`, `${path}.name must have 1 to 64 letters, digits, _ or -`);
  if (parameters !== undefined && parameters !== null && !isPlainObject(parameters))
    throw badField(`${path}.parameters`, `${path}.parameters must be a JSON schema`);
  return {
    name,
    ...(typeof description === 'string' && description !== '' ? { description } : {}),
    parameters: isPlainObject(parameters) ? { type: 'object', ...parameters } : { type: 'object', properties: {} },
  };
}

function choiceOf(value: unknown): FunctionChoice | 'none' {
  if (value === 'auto' || value === 'none' || value === 'required') return value;
  const choice = isPlainObject(value) && value['type'] === 'function' ? value : undefined;
  const named = isPlainObject(choice?.['function']) ? choice['function'] : choice;
  if (typeof named?.['name'] === 'string') return { name: named['name'] };
  throw badField('tool_choice', 'tool_choice must be "auto", "none", "required" or name a function');
}

const EFFORTS: ReadonlySet<unknown> = new Set(['minimal', 'low', 'medium', 'high', 'xhigh']);

/** How long the model is to think, as sessions know it. @throws ApiError */
export function thinkingOf(effort: unknown, param: string): string | undefined {
  if (effort === undefined || effort === null) return undefined;
  if (effort === 'none') return 'off';
  if (EFFORTS.has(effort)) return effort as string;
  throw badField(param, `${param} must be none, minimal, low, medium, high or xhigh`);
}

/** What is asked of the form of the answer, in words: that is all that every model understands. @throws ApiError */
export function formWish(format: unknown, param: string): string {
  if (format === undefined || format === null) return '';
  const form = objectAt(format, param);
  const schema = isPlainObject(form['json_schema']) ? form['json_schema']['schema'] : form['schema'];
  switch (form['type']) {
    case 'text':
      return '';
    case 'json_object':
      return 'Answer with one JSON object and nothing else: no words before or after it, no code fence.';
    case 'json_schema':
      return `Answer with one JSON value and nothing else: no words before or after it, no code fence. It has to fit this JSON schema: ${JSON.stringify(schema ?? {})}`;
    default:
      throw badField(`${param}.type`, `${param}.type must be text, json_object or json_schema`, 'unsupported_value');
  }
}
