import type { ContentOrigin } from '../common/content-parts';
import { labelledContent, labelledMessage } from './stored-labels';
import type { TranscriptMessage } from './transcript-event';

/** Messages as they were stored before each part said whose it is. */
const old = (message: object): TranscriptMessage => message as TranscriptMessage;
const text = (value: string): object => ({ type: 'text', text: value });
const originsOf = (message: TranscriptMessage): (ContentOrigin | undefined)[] =>
  labelledMessage(message).content.map((part) => ('origin' in part ? part.origin : undefined));

describe('messages of before each part said whose it is', () => {
  it('keep the marks they had', () => {
    const kept = old({ role: 'user', content: [{ ...text('a page'), origin: 'web' }] });
    expect(labelledMessage(kept)).toBe(kept);
  });

  it("are the owner's where a client sent them, and data where they came from a chat, or are pictures", () => {
    expect(
      originsOf(old({ role: 'user', content: [text('hello'), { type: 'image', data: '', mimeType: '' }] })),
    ).toEqual(['owner', 'file']);
    expect(originsOf(old({ role: 'user', sender: { id: '5' }, content: [text('[forwarded] …')] }))).toEqual(['file']);
  });

  it("are others' words where a tool brought them, errors too, unless the tool has none of its own", () => {
    const result = (toolName: string, isError = false): TranscriptMessage =>
      old({ role: 'toolResult', toolCallId: 'c', toolName, isError, content: [text('…')] });
    for (const tool of ['exec', 'process', 'find_tools', 'x_mcp_tool'])
      expect(originsOf(result(tool))).toEqual(['tool']);
    expect(originsOf(result('write'))).toEqual(['gateway']);
    expect(originsOf(result('write', true))).toEqual(['tool']);
    expect(labelledContent('exec', [{ type: 'text', text: '…' }], false)).toEqual([
      { type: 'text', text: '…', origin: 'tool' },
    ]);
  });

  it('believe no origin that nobody knows', () => {
    expect(
      originsOf(old({ role: 'toolResult', toolName: 'exec', content: [{ ...text('…'), origin: 'trusted' }] })),
    ).toEqual(['tool']);
    expect(originsOf(old({ role: 'assistant', content: [text('…'), { type: 'thinking', thinking: '' }] }))).toEqual([
      'assistant',
      undefined,
    ]);
  });
});
