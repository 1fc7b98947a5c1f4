import {
  DEFAULT_USAGE,
  type ModelAnswer,
  type ModelRequest,
  type SseEvent,
  commonStep,
  data,
  pieces,
} from './model-format';

/** `POST /v1beta/models/<id>:streamGenerateContent?alt=sse`. */
export function geminiEvents(answer: ModelAnswer, request: ModelRequest): SseEvent[] {
  const chunk = (parts: unknown[], more: Record<string, unknown> = {}, rest: Record<string, unknown> = {}): SseEvent =>
    data({
      candidates: [{ index: 0, content: { parts, role: 'model' }, ...more }],
      modelVersion: request.model,
      responseId: `resp_${request.index}`,
      ...rest,
    });
  const events: SseEvent[] = [];
  for (const step of answer.steps) {
    const common = commonStep(step);
    if (common) events.push(common);
    else if ('text' in step) events.push(...pieces(step.text).map((text) => chunk([{ text }])));
    else if ('reasoning' in step)
      events.push(...pieces(step.reasoning).map((text) => chunk([{ text, thought: true }])));
    else if ('tool' in step) events.push(chunk([{ functionCall: { name: step.tool.name, args: step.tool.args } }]));
    else if ('error' in step)
      events.push(data({ error: { code: 503, message: step.error.message, status: step.error.type } }));
  }
  const { input, output, cached = 0 } = answer.usage ?? DEFAULT_USAGE;
  const finishReason = answer.finish === 'length' ? 'MAX_TOKENS' : answer.finish === 'filter' ? 'SAFETY' : 'STOP';
  const usageMetadata = {
    promptTokenCount: input,
    candidatesTokenCount: output,
    totalTokenCount: input + output,
    cachedContentTokenCount: cached,
  };
  events.push(chunk([{ text: '' }], { finishReason }, { usageMetadata }));
  return events;
}
