import type { ModelInfo } from '../providers/model-info';

export type ModelFamily =
  'claude' | 'openai' | 'gemini' | 'mistral' | 'deepseek' | 'kimi' | 'mimo' | 'glm' | 'minimax' | 'other';

/** Words by which a model's id tells what it is, first match first: a distilled model is called by its teacher, too. */
const FAMILY_WORDS: readonly (readonly [ModelFamily, readonly string[]])[] = [
  ['claude', ['claude']],
  ['gemini', ['gemini']],
  [
    'mistral',
    ['mistral', 'mixtral', 'codestral', 'devstral', 'ministral', 'magistral', 'pixtral', 'voxtral', 'mathstral'],
  ],
  ['kimi', ['kimi', 'moonshot']],
  ['mimo', ['mimo']],
  ['glm', ['glm', 'chatglm']],
  ['minimax', ['minimax']],
  ['deepseek', ['deepseek']],
  ['openai', ['gpt', 'chatgpt', 'o1', 'o3', 'o4']],
];

/** Servers of which it is known what they refuse. */
export type ModelServer =
  | 'anthropic'
  | 'openai'
  | 'google'
  | 'mistral'
  | 'deepseek'
  | 'moonshot'
  | 'groq'
  | 'cerebras'
  | 'xai'
  | 'openrouter'
  | 'ollama'
  | 'other';

const SERVER_HOSTS: Readonly<Record<string, ModelServer>> = {
  'api.anthropic.com': 'anthropic',
  'api.openai.com': 'openai',
  'generativelanguage.googleapis.com': 'google',
  'api.mistral.ai': 'mistral',
  'api.deepseek.com': 'deepseek',
  'api.moonshot.ai': 'moonshot',
  'api.moonshot.cn': 'moonshot',
  'api.groq.com': 'groq',
  'api.cerebras.ai': 'cerebras',
  'api.x.ai': 'xai',
  'openrouter.ai': 'openrouter',
};
const SERVER_NAMES: readonly ModelServer[] = [...new Set(Object.values(SERVER_HOSTS)), 'ollama'];

/** The words and numbers of a model's id, in lower case: `mistralai/Devstral-Small-2507` has `mistralai`, `devstral` … */
export const wordsOf = (id: string): string[] =>
  id
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');

/** A word may have a version behind it: `kimi`, `mistral7b`, `gpt4o`, but not `gptq`. */
const isWord = (word: string, name: string): boolean =>
  word === name || (word.startsWith(name) && /^\d/.test(word.slice(name.length)));

export function familyOf(id: string): ModelFamily {
  const words = wordsOf(id);
  // Who hosts a model stands before the slash; what it is, behind the last one.
  const own = wordsOf(id.slice(id.lastIndexOf('/') + 1));
  for (const candidates of [own, words]) {
    for (const [family, names] of FAMILY_WORDS)
      if (candidates.some((word) => names.some((name) => isWord(word, name)))) return family;
  }
  return 'other';
}

/** Major version of a Gemini model; 0 where its name tells none. */
export function geminiVersion(id: string): number {
  const words = wordsOf(id.slice(id.lastIndexOf('/') + 1));
  return Number(/^\d+/.exec(words[words.indexOf('gemini') + 1] ?? '')?.[0] ?? 0);
}

/** Which server a model is called at: by its address, else by the name that its provider has in the configuration. */
export function serverOf({ provider, baseUrl }: Pick<ModelInfo, 'provider' | 'baseUrl'>): ModelServer {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const known = url && SERVER_HOSTS[url.hostname];
  if (known) return known;
  const name = provider.toLowerCase();
  return SERVER_NAMES.find((server) => server === name) ?? 'other';
}
