import { type ChatRules, checkChat, openAiError } from './openai-chat';
import { type Body, type Refusal, type StrictProvider, recordsOf, refuse, strict } from './refusal';

const FORMATS = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];
const NINE = /^[a-zA-Z0-9]{9}$/;
const CLAUDE_IDS = /^[a-zA-Z0-9_-]+$/;

/** https://docs.mistral.ai/api and the rules of mistral-common: ids of nine, roles in turn, no field that it does not know. */
function checkMistral(body: Body, rules: ChatRules = {}): void {
  checkChat(body, { ids: NINE, pictures: 8, mostBase64: 14_000_000, formats: FORMATS, ...rules });
  let before = 'start';
  for (const message of recordsOf(body['messages'])) {
    const role = String(message['role']);
    const follows: Readonly<Record<string, readonly string[]>> = {
      start: ['system', 'user'],
      system: ['user'],
      user: ['assistant'],
      assistant: ['user', 'tool'],
      tool: ['tool', 'assistant'],
    };
    refuse(!follows[before]?.includes(role), `Unexpected role '${role}' after role '${before}'`);
    if (role === 'assistant')
      refuse(
        !message['content'] && !message['tool_calls'],
        'Assistant message must have either content or tool_calls, but not none.',
      );
    before = role;
  }
  refuse(
    before !== 'user' && before !== 'tool',
    `Expected last role User or Tool (or Assistant with prefix True) for serving but got ${before}`,
  );
}

export const strictMistral = strict(
  (body) => checkMistral(body),
  (message) => ({ object: 'error', message, type: 'invalid_request_message_order', param: null, code: '3230' }),
);

/** https://api-docs.deepseek.com/guides/thinking_mode: a call goes with its thought; texts are texts; no pictures. */
function checkThoughts(body: Body): void {
  for (const message of recordsOf(body['messages'])) {
    const hasCalls = message['tool_calls'] !== undefined;
    refuse(
      hasCalls && !message['reasoning_content'],
      'The `reasoning_content` in the thinking mode must be passed back to the API.',
    );
    refuse(!hasCalls && message['reasoning_content'] !== undefined, '`reasoning_content` is of no use here');
  }
}

export const strictDeepSeek = strict((body) => {
  const isThinking = body['model'] !== 'deepseek-chat';
  checkChat(body, { isPlainText: true, fields: ['reasoning_content'] });
  if (isThinking) checkThoughts(body);
}, openAiError);

/** Ollama's layer for OpenAI's format: content, arguments and pictures as its source takes them. */
export const strictOllama = strict(
  (body) =>
    checkChat(body, { idLength: 64, formats: ['image/png', 'image/jpeg', 'image/webp'], mostBase64: 100_000_000 }),
  (message) => ({ error: { message, type: 'invalid_request_error', param: null, code: null } }),
);

/** A router: what the provider behind it refuses comes back wrapped. */
export const strictOpenRouter: StrictProvider = (body): Refusal | undefined => {
  const model = String(body['model']);
  const fields = ['reasoning', 'reasoning_content', 'reasoning_details'];
  const behind = strict(
    (request) => {
      if (model.startsWith('mistralai/')) checkMistral(request, { fields });
      else if (model.startsWith('anthropic/'))
        checkChat(request, { ids: CLAUDE_IDS, fields, mostBase64: 5 * 1024 * 1024 });
      else checkChat(request, { fields });
      if (model.startsWith('moonshotai/') || model.startsWith('deepseek/')) checkThoughts(request);
    },
    (message) => ({
      error: { message: 'Provider returned error', code: 400, metadata: { raw: message, provider_name: model } },
    }),
  );
  return behind(body);
};

/** https://console.groq.com/docs: OpenAI's fields alone, few and small pictures. */
export const strictGroq = strict((body) => {
  checkChat(body, { pictures: 5, formats: FORMATS });
  refuse(JSON.stringify(body).length > 4 * 1024 * 1024, 'Request Entity Too Large');
}, openAiError);

/** https://docs.x.ai/docs/guides/image-understanding */
export const strictXai = strict((body) => checkChat(body, { formats: ['image/png', 'image/jpeg'] }), openAiError);
