import { refuseSchema } from './json-schema';
import { type Body, isRecord, recordsOf, refuse, refuseHalfPairs, refusePicture, signatureOf, strict } from './refusal';

const ID = /^[a-zA-Z0-9_-]+$/;
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const KEY = /^[a-zA-Z0-9_.-]{1,64}$/;
const FORMATS = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
const MOST_BASE64 = 5 * 1024 * 1024;

/** `POST /v1/messages` as https://platform.claude.com/docs/en/api/messages and its errors describe it. */
export const strictAnthropic = strict(check, (message) => ({
  type: 'error',
  error: { type: 'invalid_request_error', message },
  request_id: 'req_1',
}));

function check(body: Body): void {
  refuseHalfPairs(body);
  const messages = recordsOf(body['messages']);
  refuse(messages.length === 0, 'messages: at least one message is required');
  refuse(messages[0]?.['role'] !== 'user', 'messages: first message must use the "user" role');
  for (const block of recordsOf(body['system'])) refuseBlank(block['text'], 'system');
  checkTools(body, messages);
  checkBlocks(messages, String(body['model']));
  checkPairs(messages);
  checkThinking(body, messages);
  refuse(
    messages.at(-1)?.['role'] === 'assistant',
    'This model does not support assistant message prefill. The conversation must end with a user message.',
  );
  const marks = JSON.stringify(body).split('"cache_control"').length - 1;
  refuse(marks > 4, `A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`);
}

const blocksOf = (message: Body): Body[] =>
  typeof message['content'] === 'string' ? [{ type: 'text', text: message['content'] }] : recordsOf(message['content']);

function refuseBlank(text: unknown, where: string): void {
  refuse(text === '', `${where}: text content blocks must be non-empty`);
  refuse(
    typeof text !== 'string' || text.trim() === '',
    `${where}: text content blocks must contain non-whitespace text`,
  );
}

function checkBlocks(messages: readonly Body[], model: string): void {
  let pictures = 0;
  const ids = new Set<unknown>();
  const look = (block: Body, where: string): void => {
    if (block['type'] === 'text') refuseBlank(block['text'], where);
    if (block['type'] === 'image') {
      const source = block['source'] as Body;
      refusePicture(String(source['data']), String(source['media_type']), FORMATS, MOST_BASE64, where);
      pictures++;
    }
    if (block['type'] === 'thinking')
      refuse(block['signature'] !== signatureOf(model), `${where}: Invalid \`signature\` in \`thinking\` block`);
    if (block['type'] === 'tool_use') {
      refuse(!ID.test(String(block['id'])), `${where}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`);
      refuse(ids.has(block['id']), `${where}: \`tool_use\` ids must be unique`);
      ids.add(block['id']);
      refuse(
        !NAME.test(String(block['name'])),
        `${where}.tool_use.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'`,
      );
      refuse(!isRecord(block['input']), `${where}.tool_use.input: Input should be a valid dictionary`);
    }
    if (block['type'] === 'tool_result')
      recordsOf(block['content']).forEach((inner, index) => look(inner, `${where}.content.${index}`));
  };
  messages.forEach((message, at) => {
    const blocks = blocksOf(message);
    refuse(blocks.length === 0, `messages.${at}: all messages must have non-empty content`);
    blocks.forEach((block, index) => look(block, `messages.${at}.content.${index}`));
  });
  refuse(pictures > 100, `messages: at most 100 images may be sent, found ${pictures}`);
}

function checkPairs(messages: readonly Body[]): void {
  let open: unknown[] = [];
  messages.forEach((message, at) => {
    const blocks = blocksOf(message);
    const results = blocks.filter((block) => block['type'] === 'tool_result');
    const found = results.map((block) => block['tool_use_id']);
    for (const id of open)
      refuse(
        !found.includes(id),
        `messages.${at - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${String(id)}`,
      );
    for (const id of found)
      refuse(
        !open.includes(id),
        `messages.${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${String(id)}`,
      );
    refuse(new Set(found).size !== found.length, `messages.${at}: each tool_use must have a single result`);
    const firstOther = blocks.findIndex((block) => block['type'] !== 'tool_result');
    refuse(
      firstOther >= 0 && blocks.slice(firstOther).some((block) => block['type'] === 'tool_result'),
      `messages.${at}: tool_result blocks must come first`,
    );
    open = blocks.filter((block) => block['type'] === 'tool_use').map((block) => block['id']);
    refuse(
      open.length > 0 && message['role'] !== 'assistant',
      `messages.${at}: tool_use blocks belong to the assistant`,
    );
  });
  refuse(open.length > 0, 'messages: `tool_use` ids were found without `tool_result` blocks at the end');
}

function checkTools(body: Body, messages: readonly Body[]): void {
  const tools = recordsOf(body['tools']);
  const names = tools.map((tool) => tool['name']);
  refuse(new Set(names).size !== names.length, 'tools: Tool names must be unique.');
  tools.forEach((tool, index) => {
    refuse(
      !NAME.test(String(tool['name'])),
      `tools.${index}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'`,
    );
    refuseSchema(tool['input_schema'], `tools.${index}.custom.input_schema`, { keys: KEY });
  });
  const hasCalls = messages
    .flatMap(blocksOf)
    .some((block) => block['type'] === 'tool_use' || block['type'] === 'tool_result');
  refuse(hasCalls && tools.length === 0, 'Requests which include `tool_use` or `tool_result` blocks must define tools');
}

function checkThinking(body: Body, messages: readonly Body[]): void {
  const mode = (body['thinking'] as Body | undefined)?.['type'];
  const isOn = mode === 'enabled' || mode === 'adaptive';
  const isThought = (block: Body | undefined): boolean =>
    block?.['type'] === 'thinking' || block?.['type'] === 'redacted_thinking';
  if (!isOn) {
    const last = messages.filter((message) => message['role'] === 'assistant').at(-1);
    refuse(
      last !== undefined && blocksOf(last).some(isThought),
      'When `thinking` is disabled, an `assistant` message in the final position cannot contain `thinking`',
    );
    return;
  }
  const isResult = (message: Body | undefined): boolean =>
    message !== undefined && blocksOf(message).some((block) => block['type'] === 'tool_result');
  if (!isResult(messages.at(-1))) return;
  const asked = messages.findLastIndex((message) => message['role'] === 'user' && !isResult(message));
  const first = messages.slice(asked + 1).find((message) => message['role'] === 'assistant');
  const [block] = first ? blocksOf(first) : [];
  refuse(
    !isThought(block),
    `messages.${asked + 1}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${String(block?.['type'])}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block`,
  );
}
