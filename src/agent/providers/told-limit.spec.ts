import { classifyModelError } from './classify-model-error';

const refusalOf = (message: string, more: Record<string, unknown> = {}) => {
  const responseBody = JSON.stringify({ error: { message, ...more } });
  return classifyModelError({ message, statusCode: 400, responseBody }, 'a/b');
};

describe('a refusal for length', () => {
  it.each([
    [
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. Please reduce the length of the messages.",
      { limit: 8192, counted: 9000 },
    ],
    [
      "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4500 in the messages, 500 in the completion).",
      { limit: 4096, counted: 5000 },
    ],
    [
      "This endpoint's maximum context length is 131072 tokens. However, you requested about 150000 tokens (140000 of text input, 10000 in the output).",
      { limit: 131_072, counted: 150_000 },
    ],
    [
      "This model's maximum prompt length is 131072 but the request contains 150000 tokens.",
      { limit: 131_072, counted: 150_000 },
    ],
    ['prompt is too long: 210000 tokens > 200000 maximum', { limit: 200_000, counted: 210_000 }],
    [
      'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again',
      { limit: 200_000, counted: 190_000 },
    ],
    [
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      { limit: 1_048_576, counted: 1_200_000 },
    ],
    [
      'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
      { limit: 32_768, counted: 40_000 },
    ],
    [
      'request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it',
      { limit: 4096, counted: 5000 },
    ],
    [
      'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.',
      { limit: 4096, counted: 5000 },
    ],
    ["This model's maximum context length is exceeded", {}],
  ])('is one, and its numbers are read: %s', (message, told) => {
    expect(refusalOf(message)).toMatchObject({ kind: 'context_overflow', told });
  });

  it('is read by its fields where it has them', () => {
    const refusal = refusalOf('the request exceeds the available context size, try increasing it', {
      type: 'exceed_context_size_error',
      n_prompt_tokens: 5000,
      n_ctx: 4096,
    });
    expect(refusal).toMatchObject({ kind: 'context_overflow', told: { limit: 4096, counted: 5000 } });
  });

  it.each(['maximum context length is 12 tokens', 'maximum context length is 99999999999999999999 tokens'])(
    'names no limit that can be none: %s',
    (message) => expect(refusalOf(message).told).toEqual({}),
  );

  it('is the only refusal that tells of sizes', () =>
    expect(refusalOf('maximum number of tools is 128').told).toEqual({}));
});
