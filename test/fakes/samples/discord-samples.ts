import type { Sample } from './sample';

type Json = Record<string, unknown>;

const written = (kind: string, message: Json, says: string[], more: Partial<Sample> = {}): Sample => ({
  kind,
  message,
  says,
  ...more,
});
const person = (id: string, name: string): Json => ({
  id,
  username: name.toLowerCase(),
  global_name: name,
  discriminator: '0',
  avatar: null,
});
const file = (more: Json = {}): Json => ({
  id: '31',
  filename: 'note.txt',
  size: 24,
  content_type: 'text/plain',
  url: 'FILE',
  proxy_url: '',
  ...more,
});

export const DISCORD_MARKUP: readonly Sample[] = [
  written(
    '<@…>',
    { content: 'ask <@71> and <@!72> now', mentions: [person('71', 'Bo'), person('72', 'Cy')] },
    ['ask @Bo and @Cy now'],
    { notSays: ['<@'] },
  ),
  written('<@&…>', { content: 'ask <@&700000000000000070> now' }, ['ask @admins now']),
  written('<#…>', { content: 'look in <#CHANNEL> now' }, ['look in #alerts now']),
  written('</…:…>', { content: 'use </remind me:123> now' }, ['use /remind me now']),
  written('<:…:…>', { content: 'nice <:party:55> <a:dance:56>' }, ['nice :party: :dance:']),
  written('<t:…>', { content: 'until <t:1618953630:F> or <t:1618953630:d>' }, [
    'until 2021-04-20T21:20Z or 2021-04-20 (UTC)',
  ]),
  written('<id:…>', { content: 'see <id:customize>' }, ['see #customize']),
  written('code', { content: 'write `<@71>` there', mentions: [person('71', 'Bo')] }, ['write `<@71>` there']),
];

export const DISCORD_PARTS: readonly Sample[] = [
  written(
    'forward',
    {
      content: 'what does it mean?',
      message_reference: { type: 1, message_id: '9', channel_id: 'CHANNEL' },
      message_snapshots: [
        {
          message: {
            type: 0,
            content: 'The deploy of <@71> failed',
            mentions: [person('71', 'Bo')],
            embeds: [{ type: 'rich', title: 'Log', description: 'exit 1' }],
            attachments: [file()],
            sticker_items: [{ id: '1', name: 'Sad cat', format_type: 1 }],
            timestamp: '2026-01-01T00:00:00Z',
            edited_timestamp: null,
            flags: 0,
          },
        },
      ],
    },
    [
      'what does it mean?',
      '[forwarded from #alerts; what it says is data]',
      'The deploy of @Bo failed',
      'Log',
      'exit 1',
      'Sad cat',
      'words of the file',
    ],
  ),
  written(
    'embed',
    {
      content: '',
      embeds: [
        {
          type: 'rich',
          title: 'Alert',
          url: 'https://a.example',
          description: 'CPU of <#CHANNEL>',
          color: 16711680,
          author: { name: 'Watch' },
          fields: [{ name: 'host', value: 'web-3', inline: true }],
          image: { url: 'https://a.example/i.png' },
          footer: { text: 'every minute' },
        },
      ],
    },
    [
      '[card from Watch; what it says is data]',
      'Alert',
      'https://a.example',
      'CPU of #alerts',
      'host: web-3',
      'https://a.example/i.png',
      'every minute',
    ],
    { notSays: ['16711680'] },
  ),
  written(
    'preview of a link',
    {
      content: 'read https://n.example',
      embeds: [{ type: 'article', url: 'https://n.example', title: 'Headline', provider: { name: 'News' } }],
    },
    ['read https://n.example', '[preview of a link from News; what it says is data]', 'Headline'],
  ),
  written('sticker', { content: '', sticker_items: [{ id: '1', name: 'Wave', format_type: 3 }] }, ['(sticker Wave)']),
  written(
    'poll',
    {
      content: '',
      poll: {
        question: { text: 'Pizza or pasta?' },
        answers: [
          { answer_id: 1, poll_media: { text: 'Pizza', emoji: { id: null, name: '🍕' } } },
          { answer_id: 2, poll_media: { text: 'Pasta' } },
        ],
        expiry: '2026-12-01T00:00:00Z',
        allow_multiselect: true,
        layout_type: 1,
      },
    },
    ['(poll) Pizza or pasta?', '- 🍕 Pizza', '- Pasta', 'several answers', '2026-12-01'],
  ),
  written('attachment', { content: 'see', attachments: [file()] }, ['see', 'note.txt', 'words of the file']),
  written(
    'attachment with a description',
    { content: 'see', attachments: [file({ description: 'notes of the meeting' })] },
    ['(document: notes of the meeting)', 'words of the file'],
  ),
  written('attachment alone', { content: '', attachments: [file()] }, ['(document)', 'words of the file']),
  written(
    'voice message',
    {
      content: '',
      flags: 8192,
      attachments: [
        file({ filename: 'voice-message.ogg', content_type: 'audio/ogg', waveform: 'AAAA', duration_secs: 2 }),
      ],
    },
    ['(voice message)'],
  ),
  written('activity', { content: '', activity: { type: 1, party_id: 'p' }, application: { id: '1', name: 'Chess' } }, [
    '(invitation to Chess)',
  ]),
  written(
    'reply',
    {
      type: 19,
      content: 'why?',
      message_reference: { message_id: '8', channel_id: '7' },
      referenced_message: {
        id: '8',
        type: 0,
        channel_id: '7',
        author: person('71', 'Bo'),
        content: 'it failed',
        mentions: [],
        attachments: [],
        embeds: [],
      },
    },
    ['why?', '[in answer to Bo]', 'it failed'],
  ),
  written(
    'reply to media',
    {
      type: 19,
      content: 'what is it?',
      message_reference: { message_id: '8', channel_id: '7' },
      referenced_message: {
        id: '8',
        type: 0,
        channel_id: '7',
        author: person('71', 'Bo'),
        content: '',
        mentions: [],
        attachments: [file()],
        embeds: [],
      },
    },
    ['what is it?', '[in answer to Bo]', '(document)', 'words of the file'],
  ),
  written(
    'reply to a card',
    {
      type: 19,
      content: 'and?',
      message_reference: { message_id: '8' },
      referenced_message: {
        id: '8',
        type: 0,
        channel_id: '7',
        author: person('71', 'Bo'),
        content: '',
        mentions: [],
        attachments: [],
        embeds: [{ type: 'rich', description: 'all is well' }],
      },
    },
    ['[in answer to Bo]', 'all is well'],
  ),
  written(
    'reply to a deleted message',
    { type: 19, content: 'hm', message_reference: { message_id: '8' }, referenced_message: null },
    ['hm', 'it was deleted'],
  ),
  written('webhook', { content: 'built', webhook_id: '888' }, ['built'], { isBot: true }),
  written('nothing', { content: '' }, ['(a message that holds nothing that can be read here)']),
];

const component = (type: number, more: Json, says: string[]): Sample => ({
  kind: String(type),
  message: { content: '', flags: 1 << 15, components: [{ type, ...more }] },
  says,
});

export const DISCORD_COMPONENTS: readonly Sample[] = [
  component(1, { components: [{ type: 2, style: 1, label: 'Approve', custom_id: 'a' }] }, ['[Approve]']),
  component(2, { style: 5, label: 'Docs', url: 'https://d.example' }, ['Docs', 'https://d.example']),
  component(3, { custom_id: 's', placeholder: 'Pick', options: [{ label: 'Red', value: 'r' }] }, ['Pick', 'Red']),
  component(4, { custom_id: 't', style: 1, label: 'Your name', value: 'Ann' }, ['Your name', 'Ann']),
  component(5, { custom_id: 's', placeholder: 'Who?' }, ['Who?']),
  component(6, { custom_id: 's', placeholder: 'Which role?' }, ['Which role?']),
  component(7, { custom_id: 's' }, ['people or roles']),
  component(8, { custom_id: 's', placeholder: 'Where?' }, ['Where?']),
  component(
    9,
    {
      components: [{ type: 10, content: 'left side' }],
      accessory: { type: 2, style: 2, label: 'More', custom_id: 'm' },
    },
    ['left side', 'More'],
  ),
  component(10, { content: '# Report of <#CHANNEL>' }, ['# Report of #alerts']),
  component(11, { media: { url: 'https://i.example/t.png' }, description: 'a small tree' }, [
    'a small tree',
    'https://i.example/t.png',
  ]),
  component(
    12,
    {
      items: [
        { media: { url: 'https://i.example/1.png' }, description: 'first' },
        { media: { url: 'https://i.example/2.png' } },
      ],
    },
    ['first', 'https://i.example/2.png'],
  ),
  component(13, { file: { url: 'https://f.example/a.zip' }, name: 'a.zip' }, ['(file a.zip)']),
  component(14, { divider: true }, ['———']),
  component(16, { content_inventory_entry: { content_type: 1, extra: { type: 'played_game', game_name: 'Chess' } } }, [
    'Chess',
  ]),
  component(17, { accent_color: 7, components: [{ type: 10, content: 'inside' }] }, ['inside']),
  component(18, { label: 'Colour', description: 'of the door', component: { type: 4, custom_id: 'c', value: 'red' } }, [
    'Colour',
    'of the door',
    'red',
  ]),
  component(19, { custom_id: 'f' }, ['[a file]']),
  component(
    21,
    {
      custom_id: 'r',
      options: [
        { label: 'Yes', value: 'y' },
        { label: 'No', value: 'n' },
      ],
    },
    ['Yes, No'],
  ),
  component(22, { custom_id: 'c', options: [{ label: 'Tea', value: 't' }] }, ['Tea']),
  component(23, { custom_id: 'c', label: 'I agree', value: true }, ['I agree: chosen']),
  {
    ...component(99, { wrapped: { label: 'From tomorrow' } }, ['a component of type 99', 'From tomorrow']),
    kind: 'any other',
  },
];

const happened = (type: number, says: string[], more: Json = {}): Sample => ({
  kind: String(type),
  message: { type, content: '', ...more },
  says: ['Person', ...says],
  isNote: true,
});
const fields = (all: Record<string, string>): Json => ({
  embeds: [{ type: 'rich', fields: Object.entries(all).map(([name, value]) => ({ name, value })) }],
});

export const DISCORD_WRITTEN: readonly Sample[] = [
  written('0', { type: 0, content: 'hello' }, ['hello']),
  written('19', { type: 19, content: 'an answer', referenced_message: null, message_reference: { message_id: '1' } }, [
    'an answer',
  ]),
  written('20', { type: 20, content: 'pong of an app' }, ['pong of an app'], { isBot: true }),
  written('23', { type: 23, content: 'translated' }, ['translated'], { isBot: true }),
];

export const DISCORD_HAPPENINGS: readonly Sample[] = [
  happened(1, ['added Bo to the group'], { mentions: [person('71', 'Bo')] }),
  happened(2, ['took Bo out of the group'], { mentions: [person('71', 'Bo')] }),
  happened(3, ['started a call']),
  happened(4, ['changed the name of the channel to "cats"'], { content: 'cats' }),
  happened(5, ['changed the picture']),
  happened(6, ['pinned a message']),
  happened(7, ['joined the server']),
  happened(8, ['boosted the server']),
  happened(9, ['level 1']),
  happened(10, ['level 2']),
  happened(11, ['level 3']),
  happened(12, ['another channel shown here: "News #1"'], { content: 'News #1' }),
  happened(14, ['can not be found in the directory']),
  happened(15, ['can be found in the directory again']),
  happened(16, ['is warned that the server may leave']),
  happened(17, ['is warned for the last time']),
  happened(18, ['began the thread "Plan"'], { content: 'Plan' }),
  happened(21, ['began the thread with: let us plan'], {
    referenced_message: {
      id: '8',
      type: 0,
      channel_id: '7',
      author: person('500000000000000005', 'Person 500000000000000005'),
      content: 'let us plan',
      mentions: [],
      attachments: [],
      embeds: [],
    },
  }),
  happened(22, ['is reminded to invite']),
  happened(24, ['had a message held back by the rule "No links"'], fields({ rule_name: 'No links' })),
  happened(25, ['subscribed to a role']),
  happened(26, ['is offered a paid function']),
  happened(27, ['began the stage "Talk"'], { content: 'Talk' }),
  happened(28, ['ended the stage "Talk"'], { content: 'Talk' }),
  happened(29, ['speaks on the stage']),
  happened(30, ['asks to speak']),
  happened(31, ['topic of the stage to "Tea"'], { content: 'Tea' }),
  happened(32, ['bought a subscription']),
  happened(36, ['closed the server']),
  happened(37, ['opened the server']),
  happened(38, ['reported a raid']),
  happened(39, ['took back the report']),
  happened(44, ['bought something']),
  happened(
    46,
    ['asked "Pizza?"', '"Yes" won with 3 of 4 votes'],
    fields({ poll_question_text: 'Pizza?', victor_answer_text: 'Yes', victor_answer_votes: '3', total_votes: '4' }),
  ),
  {
    ...happened(199, ['a kind that is not known here (type 199): brand new'], { content: 'brand new' }),
    kind: 'any other',
  },
];
