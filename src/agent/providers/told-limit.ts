import { isPlainObject } from '../../common/plain-object';
import { tokensIn } from './facts/model-facts';

/** What a refusal says of sizes: the window, and how many tokens the request had by the provider's own count. */
export interface ToldLimit {
  limit?: number;
  counted?: number;
}

/** Sentences in which providers name their limit, and the tokens that they have counted. */
const SENTENCES: readonly { sentence: RegExp }[] = [
  // OpenAI, vLLM, OpenRouter, DeepSeek: "maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens"
  {
    sentence:
      /maximum (?:context|prompt) length is (?<limit>\d+)(?: tokens)?(?:[^\d]*(?:resulted in|requested(?: about)?|contains)(?: at least)? (?<counted>\d+))?/i,
  },
  // Anthropic: "prompt is too long: 210000 tokens > 200000 maximum"
  { sentence: /prompt is too long: (?<counted>\d+) tokens > (?<limit>\d+) maximum/i },
  // Anthropic: "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"
  { sentence: /exceed context limit: (?<counted>\d+) \+ \d+ > (?<limit>\d+)/i },
  // Gemini: "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."
  {
    sentence:
      /input token count \(?(?<counted>\d+)\)? exceeds the maximum number of tokens allowed \(?(?<limit>\d+)\)?/i,
  },
  // Mistral: "Prompt contains 40000 tokens … too large for model with 32768 maximum context length"
  { sentence: /prompt contains (?<counted>\d+) tokens.{0,80}?model with (?<limit>\d+) maximum context length/i },
  // llama.cpp: "request (5000 tokens) exceeds the available context size (4096 tokens)"
  { sentence: /request \((?<counted>\d+) tokens\) exceeds the available context size \((?<limit>\d+) tokens\)/i },
  // LM Studio: "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens"
  { sentence: /keep the first (?<counted>\d+) tokens.{0,80}?context length of only (?<limit>\d+) tokens/i },
];

/** Fields of llama.cpp's error. */
const FIELDS = { limit: 'n_ctx', counted: 'n_prompt_tokens' } as const;

/** Reads a refusal for length: fields where it has them, else the sentence of its message. */
export function toldLimit(body: string | undefined, message: string): ToldLimit {
  const error = errorIn(body);
  const fields = numbers({ limit: error[FIELDS.limit], counted: error[FIELDS.counted] });
  if (fields.limit !== undefined) return fields;
  const said = typeof error['message'] === 'string' ? error['message'] : message;
  for (const { sentence } of SENTENCES) {
    const { groups } = sentence.exec(said) ?? {};
    if (groups) return numbers({ limit: Number(groups['limit']), counted: Number(groups['counted']) });
  }
  return {};
}

function numbers({ limit, counted }: { limit: unknown; counted: unknown }): ToldLimit {
  const [most, were] = [tokensIn(limit), tokensIn(counted)];
  return { ...(most === undefined ? {} : { limit: most }), ...(were === undefined ? {} : { counted: were }) };
}

/** The error of a provider's answer: an object in `error`, or the answer itself. */
function errorIn(body: string | undefined): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body ?? '');
    const answer: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
    if (!isPlainObject(answer)) return {};
    return isPlainObject(answer['error']) ? answer['error'] : answer;
  } catch {
    return {};
  }
}
