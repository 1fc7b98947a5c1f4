import { refuseSchema } from './json-schema';
import {
  type Body,
  isRecord,
  recordsOf,
  refuse,
  refuseHalfPairs,
  refusePicture,
  refuseUnpaired,
  strict,
} from './refusal';

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const FIELDS = ['role', 'content', 'name', 'tool_calls', 'tool_call_id', 'refusal'];

export interface ChatRules {
  ids?: RegExp;
  idLength?: number;
  /** Fields of a message beyond OpenAI's own. */
  fields?: readonly string[];
  formats?: readonly string[];
  pictures?: number;
  mostBase64?: number;
  names?: RegExp;
  /** Texts only, never a list of parts. */
  isPlainText?: boolean;
  descriptionLength?: number;
}

/** `POST /v1/chat/completions` as OpenAI's reference and errors describe it, with what others do otherwise. */
export function checkChat(body: Body, rules: ChatRules = {}): void {
  const { ids, idLength = 40, fields = [], names = NAME } = rules;
  refuseHalfPairs(body);
  const messages = recordsOf(body['messages']);
  refuse(messages.length === 0, "Invalid 'messages': empty array.");
  messages.forEach((message, at) => {
    const where = `messages[${at}]`;
    for (const field of Object.keys(message))
      refuse(![...FIELDS, ...fields].includes(field), `${where}: property '${field}' is unsupported`);
    const calls = recordsOf(message['tool_calls']);
    refuse(message['tool_calls'] !== undefined && calls.length === 0, `Invalid '${where}.tool_calls': empty array.`);
    for (const call of calls) {
      const { id, function: called } = call as { id?: unknown; function?: Body };
      refuse(typeof id !== 'string' || id === '', `Missing required parameter: '${where}.tool_calls[0].id'.`);
      refuse(
        String(id).length > idLength,
        `Invalid '${where}.tool_calls[0].id': string too long. Expected a string with maximum length ${idLength}, but got a string with length ${String(id).length} instead.`,
      );
      refuse(ids?.test(String(id)) === false, `Tool call id was ${String(id)} but must match ${String(ids)}`);
      refuse(
        !names.test(String(called?.['name'])),
        `Invalid '${where}.tool_calls[0].function.name': string does not match pattern.`,
      );
      refuse(!isJson(called?.['arguments']), `Invalid '${where}.tool_calls[0].function.arguments': not JSON`);
    }
    checkContent(message, where, calls.length > 0, rules);
  });
  checkPairs(messages);
  checkTools(body, names, rules.descriptionLength ?? 1024);
  const shown = messages
    .flatMap((message) => recordsOf(message['content']))
    .filter((part) => part['type'] === 'image_url');
  refuse(shown.length > (rules.pictures ?? 500), `Too many images: ${shown.length}`);
}

function checkContent(message: Body, where: string, hasCalls: boolean, rules: ChatRules): void {
  const { content, role } = message;
  if (content === null || content === undefined) {
    refuse(role !== 'assistant' || !hasCalls, `Invalid value for 'content': expected a string, got null. ${where}`);
    return;
  }
  if (typeof content === 'string') return;
  refuse(!Array.isArray(content) || content.length === 0, `Invalid '${where}.content'`);
  refuse(rules.isPlainText === true, `${where}: invalid type: sequence, expected a string`);
  for (const part of recordsOf(content)) {
    if (part['type'] === 'text')
      refuse(typeof part['text'] !== 'string' || part['text'] === '', `${where}: empty text`);
    else if (part['type'] === 'image_url') {
      refuse(role !== 'user', `Invalid '${where}'. Image URLs are only allowed for messages with role 'user'`);
      const [head = '', data = ''] = String((part['image_url'] as Body)['url']).split(';base64,');
      const formats = rules.formats ?? ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];
      refusePicture(data, head.slice('data:'.length), formats, rules.mostBase64 ?? 20_971_520, where);
    } else refuse(true, `Invalid '${where}.content': unknown type ${String(part['type'])}`);
  }
}

function checkPairs(messages: readonly Body[]): void {
  const steps: { calls: string[]; results: string[] }[] = [];
  for (const message of messages) {
    const last = steps.at(-1);
    if (message['role'] === 'tool') {
      const id = String(message['tool_call_id']);
      if (last && last.results.length > 0) last.results.push(id);
      else steps.push({ calls: [], results: [id] });
    } else steps.push({ calls: recordsOf(message['tool_calls']).map((call) => String(call['id'])), results: [] });
  }
  refuseUnpaired(steps);
}

function checkTools(body: Body, names: RegExp, descriptionLength: number): void {
  const tools = recordsOf(body['tools']);
  refuse(tools.length > 128, `Invalid 'tools': array too long. Expected maximum length 128, but got ${tools.length}`);
  const seen = new Set<unknown>();
  tools.forEach((tool, index) => {
    const { name, description, parameters } = tool['function'] as Body;
    refuse(!names.test(String(name)), `Invalid 'tools[${index}].function.name': string does not match pattern.`);
    refuse(seen.has(name), `tools[${index}]: Duplicate function name ${String(name)}`);
    seen.add(name);
    refuse(
      String(description ?? '').length > descriptionLength,
      `Invalid 'tools[${index}].function.description': string too long.`,
    );
    refuseSchema(parameters, `tools[${index}].function.parameters`, { needsItems: true });
  });
}

const isJson = (text: unknown): boolean => {
  try {
    return typeof text === 'string' && isRecord(JSON.parse(text));
  } catch {
    return false;
  }
};

export const openAiError = (message: string): unknown => ({
  error: { message, type: 'invalid_request_error', param: null, code: 'invalid_value' },
});

export const strictOpenAiChat = strict((body) => checkChat(body), openAiError);
