import {
  DEFAULT_USAGE,
  type ModelAnswer,
  type ModelRequest,
  type SseEvent,
  commonStep,
  named,
  pieces,
} from './model-format';

/** `POST /v1/messages` with `stream: true`. */
export function anthropicEvents(answer: ModelAnswer, request: ModelRequest): SseEvent[] {
  const { input, output, cached = 0 } = answer.usage ?? DEFAULT_USAGE;
  const usage = {
    input_tokens: input - cached,
    output_tokens: 1,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
  };
  const message = {
    id: `msg_${request.index}`,
    type: 'message',
    role: 'assistant',
    model: request.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
  const events: SseEvent[] = [named('message_start', { message })];
  let index = 0;
  let tools = 0;
  const block = (start: Record<string, unknown>, deltas: Record<string, unknown>[]): void => {
    const at = index++;
    events.push(
      named('content_block_start', { index: at, content_block: start }),
      ...deltas.map((delta) => named('content_block_delta', { index: at, delta })),
      named('content_block_stop', { index: at }),
    );
  };
  for (const step of answer.steps) {
    const common = commonStep(step);
    if (common) events.push(common);
    else if ('text' in step)
      block(
        { type: 'text', text: '' },
        pieces(step.text).map((text) => ({ type: 'text_delta', text })),
      );
    else if ('reasoning' in step) {
      const deltas = pieces(step.reasoning).map((thinking) => ({ type: 'thinking_delta', thinking }));
      block({ type: 'thinking', thinking: '' }, [
        ...deltas,
        { type: 'signature_delta', signature: step.signature ?? 'sig' },
      ]);
    } else if ('tool' in step) {
      const text = typeof step.tool.args === 'string' ? step.tool.args : JSON.stringify(step.tool.args);
      const id = step.tool.id ?? `toolu_${request.index}_${tools}`;
      tools++;
      block(
        { type: 'tool_use', id, name: step.tool.name, input: {} },
        pieces(text).map((part) => ({ type: 'input_json_delta', partial_json: part })),
      );
    } else if ('error' in step) events.push(named('error', { error: step.error }));
  }
  const reason =
    answer.finish === 'length'
      ? 'max_tokens'
      : answer.finish === 'filter'
        ? 'refusal'
        : tools > 0
          ? 'tool_use'
          : 'end_turn';
  events.push(
    named('message_delta', { delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: output } }),
    named('message_stop', {}),
  );
  return events;
}
