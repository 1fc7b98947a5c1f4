import type { LanguageModelV3, LanguageModelV3CallOptions } from '@ai-sdk/provider';
import type { AssistantPart } from '../../sessions/transcript-event';
import { fitRequest } from '../dialects/fit-request';
import { classifyModelError } from '../providers/classify-model-error';
import { type WholeAnswer, askForStream, replay } from '../providers/answers/lenient-fetch';
import { ModelError } from '../providers/model-error';
import type { ModelInfo } from '../providers/model-info';
import { type ModelOutput, type ModelSink, OutputCollector } from './output-collector';

/** No part of an answer for this long means that the provider has stalled. */
export const STALL_TIMEOUT_MS = 90_000;

/** A call failed; tells whether anything had reached the sink before. */
export class ModelCallError extends Error {
  constructor(
    override readonly cause: ModelError,
    readonly outputDelivered: boolean,
    /** What had arrived until then. */
    readonly partial: AssistantPart[],
  ) {
    super(cause.message);
  }
}

/**
 * One streamed call of a model: no tools are run, nothing is retried. What is asked is made to fit the provider first.
 * @throws ModelCallError for every failure but an abort of the caller
 */
export async function callModel(
  model: LanguageModelV3,
  info: ModelInfo,
  options: LanguageModelV3CallOptions & { abortSignal: AbortSignal },
  sink: ModelSink,
  stallTimeoutMs = STALL_TIMEOUT_MS,
): Promise<ModelOutput> {
  const { options: fitted, tools } = await fitRequest(options, info);
  if (tools.setAside.length > 0) sink.setAside?.(tools.setAside);
  const collector = new OutputCollector(info, sink, tools);
  const stalled = new AbortController();
  const abortSignal = AbortSignal.any([options.abortSignal, stalled.signal]);
  const watchdog = setTimeout(() => stalled.abort(), stallTimeoutMs);
  try {
    const whole: WholeAnswer = {};
    const request = { ...fitted, abortSignal };
    askForStream(abortSignal, whole);
    const { stream, response } = await raceAbort(model.doStream(request), abortSignal);
    if (response?.headers) sink.headers?.(response.headers);
    const reader = stream.getReader();
    const { body } = whole;
    if (body !== undefined) {
      void reader.cancel().catch(() => undefined);
      replay(abortSignal, body);
      collector.addWhole(await raceAbort(model.doGenerate(request), abortSignal));
      return collector.finish();
    }
    try {
      for (;;) {
        const { done, value } = await raceAbort(reader.read(), abortSignal);
        if (done) break;
        watchdog.refresh();
        collector.add(value);
      }
    } finally {
      void reader.cancel().catch(() => undefined);
    }
    return collector.finish();
  } catch (error) {
    if (options.abortSignal.aborted) throw new ModelAbortedError(collector.partial());
    const cause = stalled.signal.aborted
      ? new ModelError('timeout', `${info.provider}/${info.id} sent nothing for ${Math.round(stallTimeoutMs / 1000)} s`)
      : classifyModelError(error, `${info.provider}/${info.id}`, collector.hasBegun());
    throw new ModelCallError(cause, collector.delivered, collector.partial());
  } finally {
    clearTimeout(watchdog);
  }
}

/** The caller stopped the turn; carries what had arrived. */
export class ModelAbortedError extends Error {
  constructor(readonly partial: AssistantPart[]) {
    super('the turn was stopped');
  }
}

/** Some streams do not notice an abort while they wait; this does. */
function raceAbort<T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(new DOMException('aborted', 'AbortError'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(
      (value) => {
        signal.removeEventListener('abort', abort);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', abort);
        reject(error instanceof Error ? error : new Error(String(error), { cause: error }));
      },
    );
  });
}
