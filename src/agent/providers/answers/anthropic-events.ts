import { isPlainObject } from '../../../common/plain-object';
import { countsOf } from './counts';
import type { Regular } from './model-events';

type Fields = Record<string, unknown>;

/** https://platform.claude.com/docs/en/build-with-claude/streaming: those that tell something; others may come. */
const EVENTS: ReadonlySet<unknown> = new Set([
  'message_start',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_stop',
  'error',
]);
const BLOCKS: ReadonlySet<unknown> = new Set(['text', 'thinking', 'redacted_thinking', 'tool_use']);
/** Deltas, and the field that each of them brings. */
const DELTAS: Readonly<Record<string, string>> = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  signature_delta: 'signature',
  input_json_delta: 'partial_json',
};

/**
 * Events of an answer in Anthropic's format as the format has them: unknown events and blocks left out, a text that comes
 * with its beginning behind it, blocks ended, counts as numbers.
 */
export class AnthropicEvents implements Regular {
  private readonly open = new Set<number>();
  private readonly unknown = new Set<number>();

  of(piece: unknown): object[] {
    if (!isPlainObject(piece) || !EVENTS.has(piece['type'])) return [];
    const index = typeof piece['index'] === 'number' ? piece['index'] : 0;
    switch (piece['type']) {
      case 'message_start':
        return [startOf(piece)];
      case 'content_block_start':
        return this.begin(piece, index);
      case 'content_block_delta':
        return this.delta(piece, index);
      case 'content_block_stop':
        this.open.delete(index);
        return this.unknown.delete(index) ? [] : [{ ...piece, index }];
      case 'message_delta':
        return [...this.end(), deltaOf(piece)];
      case 'message_stop':
        return [...this.end(), piece];
      default:
        return [piece];
    }
  }

  /** The ends of blocks that have none. */
  end(): object[] {
    const stops = [...this.open].map((index) => ({ type: 'content_block_stop', index }));
    this.open.clear();
    return stops;
  }

  private begin(piece: Fields, index: number): object[] {
    const block = isPlainObject(piece['content_block']) ? piece['content_block'] : {};
    const { type, id, text } = block;
    if (!BLOCKS.has(type)) {
      this.unknown.add(index);
      return [];
    }
    const before = this.open.has(index) ? this.end() : [];
    this.open.add(index);
    this.unknown.delete(index);
    if (type === 'text') {
      const begun = { ...piece, index, content_block: { ...block, text: '' } };
      const said = typeof text === 'string' && text !== '';
      return [
        ...before,
        begun,
        ...(said ? [{ type: 'content_block_delta', index, delta: { type: 'text_delta', text } }] : []),
      ];
    }
    const fixed =
      type === 'tool_use' ? { ...block, id: typeof id === 'string' ? id : id === undefined ? '' : String(id) } : block;
    return [...before, { ...piece, index, content_block: fixed }];
  }

  private delta(piece: Fields, index: number): object[] {
    const { delta } = piece;
    if (this.unknown.has(index) || !isPlainObject(delta)) return [];
    const field = DELTAS[String(delta['type'])];
    return field !== undefined && typeof delta[field] === 'string' ? [{ ...piece, index }] : [];
  }
}

function startOf(piece: Fields): Fields {
  const message = isPlainObject(piece['message']) ? piece['message'] : {};
  const usage = { input_tokens: 0, output_tokens: 0, ...countsOf(message['usage']) };
  return { ...piece, message: { role: 'assistant', content: [], ...message, usage } };
}

function deltaOf(piece: Fields): Fields {
  const delta = isPlainObject(piece['delta']) ? piece['delta'] : {};
  return { ...piece, delta, usage: { output_tokens: 0, ...countsOf(piece['usage']) } };
}
