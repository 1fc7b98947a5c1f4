import {
  DEFAULT_USAGE,
  type ModelAnswer,
  type ModelRequest,
  type SseEvent,
  commonStep,
  data,
  pieces,
} from './model-format';

/** `POST /v1/chat/completions` with `stream: true`. */
export function openAiChatEvents(answer: ModelAnswer, request: ModelRequest): SseEvent[] {
  const base = {
    id: `chatcmpl-${request.index}`,
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: request.model,
  };
  const chunk = (delta: unknown, finish: string | null = null): SseEvent =>
    data({ ...base, choices: [{ index: 0, delta, finish_reason: finish }] });
  const events: SseEvent[] = [chunk({ role: 'assistant', content: '' })];
  let tools = 0;
  for (const step of answer.steps) {
    const common = commonStep(step);
    if (common) events.push(common);
    else if ('text' in step) events.push(...pieces(step.text).map((content) => chunk({ content })));
    else if ('reasoning' in step)
      events.push(...pieces(step.reasoning).map((text) => chunk({ reasoning_content: text })));
    else if ('tool' in step) {
      const index = tools++;
      const id = step.tool.id ?? `call_${request.index}_${index}`;
      events.push(
        chunk({ tool_calls: [{ index, id, type: 'function', function: { name: step.tool.name, arguments: '' } }] }),
      );
      const text = typeof step.tool.args === 'string' ? step.tool.args : JSON.stringify(step.tool.args);
      events.push(...pieces(text).map((part) => chunk({ tool_calls: [{ index, function: { arguments: part } }] })));
    } else if ('error' in step) events.push(data({ error: step.error }));
  }
  const finish =
    answer.finish === 'length'
      ? 'length'
      : answer.finish === 'filter'
        ? 'content_filter'
        : tools > 0
          ? 'tool_calls'
          : 'stop';
  const { input, output, cached = 0 } = answer.usage ?? DEFAULT_USAGE;
  events.push(chunk({}, finish));
  events.push(
    data({
      ...base,
      choices: [],
      usage: {
        prompt_tokens: input,
        completion_tokens: output,
        total_tokens: input + output,
        prompt_tokens_details: { cached_tokens: cached },
      },
    }),
    { kind: 'data', text: 'data: [DONE]\n\n' },
  );
  return events;
}
