import { badField } from './api-error';
import type { Told, ToldPart } from './told';
import { callAt, objectAt, partAt, readBase64, readParts, textAt } from './told-parts';

const NO_MESSAGE = 'Missing user message in `messages`.';

/** `messages` of a chat completion. @throws ApiError naming the field that is wrong */
export function chatInput(messages: unknown): Told[] {
  if (!Array.isArray(messages) || messages.length === 0) throw badField('messages', NO_MESSAGE);
  const told = messages.map((message, index) => readMessage(message, `messages[${index}]`));
  const last = told.findLast(({ role }) => role !== 'system');
  if (last?.role !== 'user' && last?.role !== 'result') throw badField('messages', NO_MESSAGE);
  return told;
}

function readMessage(value: unknown, at: string): Told {
  const message = objectAt(value, at);
  const { role, content } = message;
  switch (role) {
    case 'system':
    case 'developer':
      return { role: 'system', text: onlyText(content, `${at}.content`) };
    case 'user':
      return { role: 'user', parts: readContent(content, `${at}.content`) };
    case 'assistant':
      return {
        role: 'assistant',
        text: content === null || content === undefined ? '' : onlyText(content, `${at}.content`),
        calls: readCalls(message['tool_calls'], `${at}.tool_calls`),
      };
    case 'tool':
      return {
        role: 'result',
        callId: textAt(message['tool_call_id'], `${at}.tool_call_id`),
        parts: readContent(content ?? '', `${at}.content`),
      };
    default:
      throw badField(
        `${at}.role`,
        `${at}.role is ${JSON.stringify(role ?? null)}; known are system, developer, user, assistant and tool`,
      );
  }
}

function readCalls(calls: unknown, at: string): Extract<Told, { role: 'assistant' }>['calls'] {
  if (calls === undefined || calls === null) return [];
  if (!Array.isArray(calls)) throw badField(at, `${at} must be a list`);
  return calls.map((value, index) => {
    const call = objectAt(value, `${at}[${index}]`);
    const wanted = objectAt(call['function'], `${at}[${index}].function`);
    return callAt(call['id'], wanted['name'], wanted['arguments'], `${at}[${index}]`);
  });
}

function onlyText(content: unknown, at: string): string {
  const parts = readContent(content, at);
  const other = parts.find(({ kind }) => kind !== 'text');
  if (other) throw badField(at, `${at} may hold text only`);
  return parts.map((part) => (part.kind === 'text' ? part.text : '')).join('\n');
}

const readContent = (content: unknown, at: string): ToldPart[] => readParts(content, at, readPart);

function readPart(part: Record<string, unknown>, at: string): ToldPart {
  switch (part['type']) {
    case 'text':
      return { kind: 'text', text: textAt(part['text'], `${at}.text`) };
    case 'refusal':
      return { kind: 'text', text: textAt(part['refusal'], `${at}.refusal`) };
    case 'image_url': {
      const image = part['image_url'];
      const url = typeof image === 'string' ? image : objectAt(image, `${at}.image_url`)['url'];
      return partAt(textAt(url, `${at}.image_url.url`), 'image', undefined, `${at}.image_url.url`);
    }
    case 'input_audio': {
      const audio = objectAt(part['input_audio'], `${at}.input_audio`);
      const param = `${at}.input_audio.data`;
      const name = `audio.${typeof audio['format'] === 'string' ? audio['format'] : 'wav'}`;
      return { kind: 'data', what: 'audio', name, content: readBase64(textAt(audio['data'], param), param), param };
    }
    case 'file': {
      const file = objectAt(part['file'], `${at}.file`);
      const param = `${at}.file.file_data`;
      if (file['file_id'] !== undefined && file['file_data'] === undefined)
        throw badField(`${at}.file.file_id`, 'there is no store of files here; send file_data', 'unsupported_value');
      const name = typeof file['filename'] === 'string' ? file['filename'] : undefined;
      const data = textAt(file['file_data'], param);
      if (data.startsWith('data:')) return partAt(data, 'file', name, param);
      return { kind: 'data', what: 'file', name: name ?? 'file', content: readBase64(data, param), param };
    }
    default:
      throw badField(
        `${at}.type`,
        `${at}.type is ${JSON.stringify(part['type'] ?? null)}; known are text, image_url, input_audio and file`,
      );
  }
}
