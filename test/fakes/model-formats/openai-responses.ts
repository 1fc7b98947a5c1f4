import {
  DEFAULT_USAGE,
  type ModelAnswer,
  type ModelRequest,
  type SseEvent,
  commonStep,
  named,
  pieces,
} from './model-format';

/** `POST /v1/responses` with `stream: true`. */
export function openAiResponsesEvents(answer: ModelAnswer, request: ModelRequest): SseEvent[] {
  const response = {
    id: `resp_${request.index}`,
    object: 'response',
    created_at: 1_700_000_000,
    model: request.model,
    status: 'in_progress',
    output: [],
  };
  const events: SseEvent[] = [named('response.created', { response })];
  let output = 0;
  for (const step of answer.steps) {
    const common = commonStep(step);
    const place = { output_index: output };
    if (common) events.push(common);
    else if ('text' in step) {
      const id = `msg_${request.index}_${output++}`;
      const item = { id, type: 'message', role: 'assistant', status: 'in_progress', content: [] };
      events.push(
        named('response.output_item.added', { ...place, item }),
        named('response.content_part.added', {
          ...place,
          item_id: id,
          content_index: 0,
          part: { type: 'output_text', text: '', annotations: [] },
        }),
        ...pieces(step.text).map((delta) =>
          named('response.output_text.delta', { ...place, item_id: id, content_index: 0, delta }),
        ),
        named('response.output_item.done', {
          ...place,
          item: { ...item, status: 'completed', content: [{ type: 'output_text', text: step.text, annotations: [] }] },
        }),
      );
    } else if ('reasoning' in step) {
      const id = `rs_${request.index}_${output++}`;
      events.push(
        named('response.output_item.added', {
          ...place,
          item: { id, type: 'reasoning', summary: [], encrypted_content: null },
        }),
        named('response.reasoning_summary_part.added', {
          ...place,
          item_id: id,
          summary_index: 0,
          part: { type: 'summary_text', text: '' },
        }),
        ...pieces(step.reasoning).map((delta) =>
          named('response.reasoning_summary_text.delta', { ...place, item_id: id, summary_index: 0, delta }),
        ),
        named('response.output_item.done', {
          ...place,
          item: {
            id,
            type: 'reasoning',
            summary: [{ type: 'summary_text', text: step.reasoning }],
            encrypted_content: step.signature ?? null,
          },
        }),
      );
    } else if ('tool' in step) {
      const id = `fc_${request.index}_${output++}`;
      const text = typeof step.tool.args === 'string' ? step.tool.args : JSON.stringify(step.tool.args);
      const item = {
        id,
        type: 'function_call',
        call_id: step.tool.id ?? `call_${request.index}_${output}`,
        name: step.tool.name,
      };
      events.push(
        named('response.output_item.added', { ...place, item: { ...item, arguments: '', status: 'in_progress' } }),
        ...pieces(text).map((delta) =>
          named('response.function_call_arguments.delta', { ...place, item_id: id, delta }),
        ),
        named('response.function_call_arguments.done', { ...place, item_id: id, arguments: text }),
        named('response.output_item.done', { ...place, item: { ...item, arguments: text, status: 'completed' } }),
      );
    } else if ('error' in step) {
      events.push(named('error', { sequence_number: 9, error: { ...step.error, code: step.error.type, param: null } }));
    }
  }
  const { input, output: tokens, cached = 0 } = answer.usage ?? DEFAULT_USAGE;
  const usage = {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + tokens,
  };
  const reason =
    answer.finish === 'length' ? 'max_output_tokens' : answer.finish === 'filter' ? 'content_filter' : undefined;
  const details = {
    ...response,
    usage,
    incomplete_details: reason ? { reason } : null,
    status: reason ? 'incomplete' : 'completed',
  };
  events.push(named(reason ? 'response.incomplete' : 'response.completed', { response: details }));
  return events;
}
