import { isPlainObject } from '../common/plain-object';
import { badField } from './api-error';
import type { Told, ToldPart } from './told';
import { callAt, objectAt, partAt, readBase64, readParts, textAt } from './told-parts';

const NO_MESSAGE = 'Missing user message in `input`.';
/** Items that say nothing which is needed here. */
const PASSED_OVER: ReadonlySet<unknown> = new Set(['reasoning', 'item_reference']);

/** `input` of a response, and its instructions. @throws ApiError naming the field that is wrong */
export function responsesInput(input: unknown, instructions: unknown): Told[] {
  const system = instructions === undefined || instructions === null ? '' : textAt(instructions, 'instructions');
  const told: Told[] = system === '' ? [] : [{ role: 'system', text: system }];
  if (typeof input === 'string') told.push({ role: 'user', parts: [{ kind: 'text', text: input }] });
  else if (Array.isArray(input))
    for (const [index, item] of input.entries()) addItem(told, objectAt(item, `input[${index}]`), `input[${index}]`);
  else throw badField('input', 'input must be a string or a list of items');
  const last = told.findLast(({ role }) => role !== 'system');
  if (last?.role !== 'user' && last?.role !== 'result') throw badField('input', NO_MESSAGE);
  return told;
}

function addItem(told: Told[], item: Record<string, unknown>, at: string): void {
  const { type = 'message', role, content } = item;
  if (PASSED_OVER.has(type)) return;
  const last = told.at(-1);
  switch (type) {
    case 'message':
      if (role === 'user') told.push({ role, parts: readContent(content, `${at}.content`) });
      else if (role === 'system' || role === 'developer')
        told.push({ role: 'system', text: wordsOf(content, `${at}.content`) });
      else if (role === 'assistant') told.push({ role, text: wordsOf(content, `${at}.content`), calls: [] });
      else throw badField(`${at}.role`, `${at}.role must be user, assistant, system or developer`);
      return;
    case 'function_call': {
      const call = callAt(item['call_id'], item['name'], item['arguments'], at);
      // Calls of one answer are one message.
      if (last?.role === 'assistant') last.calls.push(call);
      else told.push({ role: 'assistant', text: '', calls: [call] });
      return;
    }
    case 'function_call_output':
      told.push({
        role: 'result',
        callId: textAt(item['call_id'], `${at}.call_id`),
        parts: readContent(item['output'], `${at}.output`),
      });
      return;
    default:
      throw badField(
        `${at}.type`,
        `${at}.type is ${JSON.stringify(type)}; known are message, function_call, function_call_output, reasoning and item_reference`,
      );
  }
}

const wordsOf = (content: unknown, at: string): string =>
  readContent(content, at)
    .map((part) => (part.kind === 'text' ? part.text : ''))
    .join('\n');

const readContent = (content: unknown, at: string): ToldPart[] => readParts(content, at, readPart);

function readPart(part: Record<string, unknown>, at: string): ToldPart {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { kind: 'text', text: textAt(part['text'], `${at}.text`) };
    case 'refusal':
      return { kind: 'text', text: textAt(part['refusal'], `${at}.refusal`) };
    case 'input_image':
      return filePart(part, 'image', part['image_url'], undefined, at);
    case 'input_file':
      return filePart(part, 'file', part['file_url'], part['file_data'], at);
    default:
      throw badField(
        `${at}.type`,
        `${at}.type is ${JSON.stringify(part['type'] ?? null)}; known are input_text, output_text, input_image and input_file`,
      );
  }
}

/** A picture or file: by its address, by its bytes, or with a `source` that says which. */
function filePart(
  part: Record<string, unknown>,
  what: 'image' | 'file',
  address: unknown,
  data: unknown,
  at: string,
): ToldPart {
  const source = isPlainObject(part['source']) ? part['source'] : {};
  const names = [part['filename'], source['filename']];
  const name = names.find((each): each is string => typeof each === 'string' && each !== '');
  const url = address ?? source['url'];
  if (typeof url === 'string') return partAt(url, what, name, `${at}.${what}_url`);
  const bytes = data ?? source['data'];
  const param = `${at}.${what === 'image' ? 'image_url' : 'file_data'}`;
  if (part['file_id'] !== undefined && bytes === undefined)
    throw badField(`${at}.file_id`, 'there is no store of files here; send the bytes', 'unsupported_value');
  const text = textAt(bytes, param);
  if (text.startsWith('data:')) return partAt(text, what, name, param);
  return { kind: 'data', what, name: name ?? what, content: readBase64(text, param), param };
}
