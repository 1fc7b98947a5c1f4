import { isPlainObject } from '../../../common/plain-object';
import { type FactsById, type ModelFacts, tokensIn } from './model-facts';

/** With how many tokens Ollama and LM Studio load a model of which nobody says otherwise, on a machine of modest size. */
const USUAL_LOCAL_WINDOW = 4096;

/**
 * Ollama, of one model. A loaded model's window is in `GET /api/ps`, one that its Modelfile sets is in `POST /api/show`;
 * without either it is the server's own default, which nothing tells before the model is loaded.
 * https://github.com/ollama/ollama/blob/main/docs/api.md, …/docs/context-length.mdx
 */
export function ollamaFacts(id: string, show: unknown, running: unknown): ModelFacts | undefined {
  if (!isPlainObject(show) || !isPlainObject(show['model_info'])) return undefined;
  const { capabilities } = show;
  const can = (what: string): boolean => Array.isArray(capabilities) && capabilities.includes(what);
  const served = loadedWindow(id, running) ?? numCtxIn(show['parameters']);
  const most = trainedWindow(show['model_info']);
  return {
    ...(served === undefined
      ? { presumed: Math.min(USUAL_LOCAL_WINDOW, most ?? USUAL_LOCAL_WINDOW) }
      : { served: Math.min(served, most ?? served) }),
    ...(Array.isArray(capabilities) ? { reasoning: can('thinking'), input: inputOf(can('vision')) } : {}),
  };
}

function loadedWindow(id: string, running: unknown): number | undefined {
  if (!isPlainObject(running) || !Array.isArray(running['models'])) return undefined;
  const same = (name: unknown): boolean => typeof name === 'string' && fullName(name) === fullName(id);
  const entry = running['models'].filter(isPlainObject).find(({ name, model }) => same(name) || same(model));
  return tokensIn(entry?.['context_length']);
}

/** A name without a tag means `latest`. */
const fullName = (name: string): string =>
  name.slice(name.lastIndexOf('/') + 1).includes(':') ? name : `${name}:latest`;

/** Parameters stand a line each, a name and a value. */
function numCtxIn(parameters: unknown): number | undefined {
  if (typeof parameters !== 'string') return undefined;
  for (const line of parameters.split('\n')) {
    const [name, value] = line.trim().split(/\s+/);
    if (name === 'num_ctx') return tokensIn(Number(value));
  }
  return undefined;
}

/** `<architecture>.context_length`. */
function trainedWindow(info: Record<string, unknown>): number | undefined {
  const architecture = info['general.architecture'];
  return typeof architecture === 'string' ? tokensIn(info[`${architecture}.context_length`]) : undefined;
}

/** LM Studio, `GET /api/v0/models`. https://lmstudio.ai/docs/developer/rest/endpoints */
export function lmStudioFacts(answer: unknown): FactsById {
  return factsOf(answer, ({ type, state, loaded_context_length: loaded, max_context_length: max }) => {
    if (type !== 'llm' && type !== 'vlm') return undefined;
    const served = state === 'loaded' ? tokensIn(loaded) : undefined;
    const most = tokensIn(max);
    if (served === undefined && most === undefined) return undefined;
    return {
      ...(served === undefined ? { presumed: Math.min(USUAL_LOCAL_WINDOW, most ?? USUAL_LOCAL_WINDOW) } : { served }),
      input: inputOf(type === 'vlm'),
    };
  });
}

/** llama.cpp, `GET /props`: of the one model that it serves. https://github.com/ggml-org/llama.cpp/tree/master/tools/server */
export function llamaCppFacts(answer: unknown): ModelFacts | undefined {
  if (!isPlainObject(answer) || !isPlainObject(answer['default_generation_settings'])) return undefined;
  const served = tokensIn(answer['default_generation_settings']['n_ctx']);
  if (served === undefined) return undefined;
  const { modalities } = answer;
  return { served, ...(isPlainObject(modalities) ? { input: inputOf(modalities['vision'] === true) } : {}) };
}

/** Entries of a list in `data`, by their ids. */
export function factsOf(answer: unknown, read: (entry: Record<string, unknown>) => ModelFacts | undefined): FactsById {
  if (!isPlainObject(answer) || !Array.isArray(answer['data'])) return {};
  const found: FactsById = {};
  for (const entry of answer['data'].filter(isPlainObject)) {
    const { id } = entry;
    const facts = typeof id === 'string' && isModelId(id) ? read(entry) : undefined;
    if (facts) found[id as string] = facts;
  }
  return found;
}

export const inputOf = (hasVision: boolean): ('text' | 'image')[] => (hasVision ? ['text', 'image'] : ['text']);

const MOST_ID = 200;

/** An id is shown to people and goes into requests: visible ASCII without blanks, as all known ones are. */
export const isModelId = (id: string): boolean =>
  id.length <= MOST_ID && /^[\x21-\x7e]+$/.test(id) && id !== '__proto__';
