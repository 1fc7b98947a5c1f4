import type { Redactor } from '../../common/redactor';
import { ModelCallError, callModel } from '../runtime/call-model';
import { EmptyAnswerError, ModelError, type ModelErrorKind } from './model-error';
import type { ModelInfo } from './model-info';
import { openModel } from './open-model';

/** Enough for models that think before the first word. */
const MAX_OUTPUT = 64;

export interface ModelVerdict {
  ok: boolean;
  model: string;
  provider: string;
  /** Milliseconds until the answer was complete, or until the refusal. */
  ms: number;
  error?: { kind: ModelErrorKind; message: string };
}

/** One short real call of a model: whether its key, address and name work. Costs a few tokens. */
export async function tryModel(info: ModelInfo, timeoutMs: number, redactor: Redactor): Promise<ModelVerdict> {
  const since = performance.now();
  const of = { model: `${info.provider}/${info.id}`, provider: info.provider };
  const ms = (): number => Math.round(performance.now() - since);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), timeoutMs);
  try {
    const model = await openModel(info);
    const prompt = [
      { role: 'user' as const, content: [{ type: 'text' as const, text: 'Answer with the word: ready' }] },
    ];
    const silent = { text: () => undefined, thinking: () => undefined };
    await callModel(model, info, { prompt, maxOutputTokens: MAX_OUTPUT, abortSignal: stop.signal }, silent);
    return { ok: true, ...of, ms: ms() };
  } catch (error) {
    // It was let in, and thought longer than there was room for.
    if (error instanceof ModelCallError && error.cause instanceof EmptyAnswerError)
      return { ok: true, ...of, ms: ms() };
    const reason = (): ModelVerdict['error'] => {
      if (stop.signal.aborted)
        return { kind: 'timeout', message: `no answer within ${Math.round(timeoutMs / 1000)} s` };
      const cause = error instanceof ModelCallError ? error.cause : error;
      if (cause instanceof ModelError) return { kind: cause.kind, message: redactor.redact(cause.message) };
      throw error;
    };
    return { ok: false, ...of, ms: ms(), error: reason() };
  } finally {
    clearTimeout(timer);
  }
}
