import { refuseSchema } from './json-schema';
import { openAiError } from './openai-chat';
import {
  type Body,
  recordsOf,
  refuse,
  refuseHalfPairs,
  refusePicture,
  refuseUnpaired,
  signatureOf,
  strict,
} from './refusal';

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const FORMATS = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];

/** `POST /v1/responses` as OpenAI's reference and errors describe it. */
export const strictOpenAiResponses = strict(check, openAiError);

function check(body: Body): void {
  refuseHalfPairs(body);
  const input = recordsOf(body['input']);
  refuse(input.length === 0, "Missing required parameter: 'input'.");
  const steps: { calls: string[]; results: string[] }[] = [];
  const ids = new Set<unknown>();
  input.forEach((item, at) => {
    const where = `input[${at}]`;
    const last = steps.at(-1);
    refuse(
      item['type'] === 'item_reference',
      `Item with id '${String(item['id'])}' not found. Items are not persisted when \`store\` is set to false.`,
    );
    if (item['type'] === 'function_call') {
      const id = String(item['call_id']);
      checkId(id, where);
      refuse(ids.has(id), `${where}.call_id: duplicate call id ${id}`);
      ids.add(id);
      refuse(!NAME.test(String(item['name'])), `Invalid '${where}.name': string does not match pattern.`);
      refuse(typeof item['arguments'] !== 'string', `Invalid type for '${where}.arguments'`);
      if (last && last.calls.length > 0 && last.results.length === 0) last.calls.push(id);
      else steps.push({ calls: [id], results: [] });
    } else if (item['type'] === 'function_call_output') {
      const id = String(item['call_id']);
      checkId(id, where);
      if (last && last.calls.length === 0 && last.results.length > 0) last.results.push(id);
      else steps.push({ calls: [], results: [id] });
      recordsOf(item['output']).forEach((part) => checkPart(part, where));
    } else if (item['type'] === 'reasoning') checkReasoning(item, input[at + 1], where, String(body['model']));
    else {
      recordsOf(item['content']).forEach((part) => checkPart(part, where));
      refuse(
        item['content'] === '' || (Array.isArray(item['content']) && item['content'].length === 0),
        `${where}: empty content`,
      );
      // A text between calls and their results is part of the same answer.
      if (item['role'] !== 'assistant') steps.push({ calls: [], results: [] });
    }
  });
  refuseUnpaired(steps);
  checkTools(body);
}

function checkId(id: string, where: string): void {
  refuse(id === '', `Missing required parameter: '${where}.call_id'.`);
  refuse(
    id.length > 64,
    `Invalid '${where}.call_id': string too long. Expected a string with maximum length 64, but got a string with length ${id.length} instead.`,
  );
}

function checkReasoning(item: Body, next: Body | undefined, where: string, model: string): void {
  const { encrypted_content: content } = item;
  refuse(typeof content !== 'string', `${where}: Item with id '${String(item['id'])}' not found.`);
  refuse(content !== signatureOf(model), `${where}: The encrypted content could not be verified.`);
  const follows =
    next?.['type'] === 'function_call' || next?.['type'] === 'reasoning' || next?.['role'] === 'assistant';
  refuse(
    !follows,
    `Item '${String(item['id'])}' of type 'reasoning' was provided without its required following item.`,
  );
}

function checkPart(part: Body, where: string): void {
  if (part['type'] === 'input_image') {
    const [head = '', data = ''] = String(part['image_url']).split(';base64,');
    refusePicture(data, head.slice('data:'.length), FORMATS, 20_971_520, where);
  }
}

function checkTools(body: Body): void {
  const tools = recordsOf(body['tools']);
  refuse(tools.length > 128, `Invalid 'tools': array too long. Expected maximum length 128, but got ${tools.length}`);
  const names = tools.map((tool) => tool['name']);
  refuse(new Set(names).size !== names.length, 'tools: duplicate name');
  tools.forEach((tool, index) => {
    refuse(!NAME.test(String(tool['name'])), `Invalid 'tools[${index}].name': string does not match pattern.`);
    refuse(String(tool['description'] ?? '').length > 1024, `Invalid 'tools[${index}].description': string too long.`);
    refuseSchema(tool['parameters'], `tools[${index}].parameters`, { needsItems: true });
  });
}
