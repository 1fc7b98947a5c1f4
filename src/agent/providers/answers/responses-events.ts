import { isPlainObject } from '../../../common/plain-object';
import type { Regular } from './model-events';

type Fields = Record<string, unknown>;

/**
 * Events of an answer in OpenAI's newer format as the format has them: each item has its place, its beginning and its end, its
 * text also where only the end of the item or of the answer tells it, and a failure is an error.
 */
export class ResponsesEvents implements Regular {
  /** Places of items by id, in the order in which they came. */
  private readonly places = new Map<string, number>();
  private readonly ended = new Set<string>();
  /** Messages whose text has come in pieces. */
  private readonly said = new Set<string>();
  /** Calls that have begun and not ended, with their arguments so far. */
  private readonly calls = new Map<string, Fields>();

  of(piece: unknown): object[] {
    if (!isPlainObject(piece)) return [];
    const { type, item, response } = piece;
    if (type === 'response.output_item.added' && isPlainObject(item)) return this.begin(piece, item);
    if (type === 'response.output_item.done' && isPlainObject(item)) return this.finish(piece, item);
    if (type === 'response.failed') return [failureOf(response)];
    if (type === 'response.completed' || type === 'response.incomplete')
      return [...this.missing(response), ...this.end(), piece];
    const id = String(piece['item_id'] ?? '');
    if (type === 'response.output_text.delta') this.said.add(id);
    // Servers with open models send their thoughts as they are.
    if (type === 'response.reasoning_text.delta')
      return [{ ...this.placed(piece, id), type: 'response.reasoning_summary_text.delta', summary_index: 0 }];
    const call = this.calls.get(id);
    if (call && type === 'response.function_call_arguments.delta')
      call['arguments'] = `${String(call['arguments'] ?? '')}${String(piece['delta'] ?? '')}`;
    if (call && type === 'response.function_call_arguments.done') call['arguments'] = piece['arguments'] ?? '';
    return ['item_id' in piece ? this.placed(piece, id) : piece];
  }

  /** The ends of calls that have none. */
  end(): object[] {
    return [...this.calls.values()].flatMap((item) => this.finish({ type: 'response.output_item.done' }, item));
  }

  private begin(piece: Fields, item: Fields): object[] {
    const id = String(item['id'] ?? '');
    if (item['type'] === 'function_call') this.calls.set(id, { ...item });
    return [this.placed(piece, id)];
  }

  private finish(piece: Fields, item: Fields): object[] {
    const id = String(item['id'] ?? '');
    this.ended.add(id);
    this.calls.delete(id);
    const whole = item['type'] === 'function_call' ? { status: 'completed', ...item } : item;
    const words = item['type'] === 'message' && !this.said.has(id) ? textOf(item) : '';
    const text = { type: 'response.output_text.delta', item_id: id, content_index: 0, delta: words };
    if (words !== '') this.said.add(id);
    return [...(words === '' ? [] : [this.placed(text, id)]), this.placed({ ...piece, item: whole }, id)];
  }

  /** Items that only the whole answer has. */
  private missing(response: unknown): object[] {
    const output = isPlainObject(response) ? response['output'] : undefined;
    return (Array.isArray(output) ? (output as unknown[]) : []).filter(isPlainObject).flatMap((item) => {
      const id = String(item['id'] ?? '');
      if (this.ended.has(id) || this.said.has(id)) return [];
      const begun = this.places.has(id) ? [] : this.begin({ type: 'response.output_item.added', item }, item);
      return [...begun, ...this.finish({ type: 'response.output_item.done', item }, item)];
    });
  }

  private placed(piece: Fields, id: string): Fields {
    const told = piece['output_index'];
    if (!this.places.has(id)) this.places.set(id, typeof told === 'number' ? told : this.places.size);
    return { ...piece, output_index: typeof told === 'number' ? told : this.places.get(id) };
  }
}

function textOf({ content }: Fields): string {
  if (!Array.isArray(content)) return '';
  return (content as unknown[])
    .map((part) => (isPlainObject(part) && part['type'] === 'output_text' ? String(part['text'] ?? '') : ''))
    .join('');
}

/** https://platform.openai.com/docs/api-reference/responses-streaming/error */
function failureOf(response: unknown): Fields {
  const error = isPlainObject(response) && isPlainObject(response['error']) ? response['error'] : {};
  return {
    type: 'error',
    sequence_number: 0,
    code: String(error['code'] ?? 'server_error'),
    message: String(error['message'] ?? 'the answer failed'),
    param: null,
  };
}
