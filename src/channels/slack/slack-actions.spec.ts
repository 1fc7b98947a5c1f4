import { describeAction } from './slack-actions';

describe('messages that are read from Slack', () => {
  it('say what stands in blocks, shares and files, too', () => {
    const { messages } = describeAction('read', {
      ok: true,
      messages: [
        {
          ts: '1',
          user: 'U5',
          text: 'see <https://a.example|this> &amp; that',
          attachments: [{ is_share: true, author_name: 'Bob', text: 'it burns' }],
          files: [{ id: 'F1', mimetype: 'image/png', alt_txt: 'a fire' }],
        },
        { ts: '2', bot_id: 'B1', text: '', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'Alarm' } }] },
      ],
    }) as { messages: unknown[] };
    expect(messages).toEqual([
      {
        ts: '1',
        user: 'U5',
        text: 'see this (https://a.example) & that\n(photo: a fire)\n[from Bob] it burns',
      },
      { ts: '2', bot_id: 'B1', text: '*Alarm*' },
    ]);
  });
});
