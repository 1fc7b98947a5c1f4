import type { Sample } from './sample';

type Json = Record<string, unknown>;

const plain = (text: string): Json => ({ type: 'plain_text', text, emoji: true });
const mrkdwn = (text: string): Json => ({ type: 'mrkdwn', text });
const section = (...elements: Json[]): Json => ({ type: 'rich_text_section', elements });
const rich = (...elements: Json[]): Json => ({ type: 'rich_text', elements });
const word = (text: string, style?: Json): Json => ({ type: 'text', text, ...(style ? { style } : {}) });
const inBlock = (kind: string, block: Json, says: string[]): Sample => ({
  kind,
  message: { text: '', blocks: [{ type: kind, block_id: 'b1', ...block }] },
  says,
});
const inText = (kind: string, element: Json, says: string[]): Sample => ({
  kind,
  message: { text: '', blocks: [rich(section(word('before '), { type: kind, ...element }, word(' after')))] },
  says: ['before', ...says, 'after'],
});

export const SLACK_BLOCKS: readonly Sample[] = [
  inBlock(
    'actions',
    {
      elements: [
        button('Approve'),
        {
          type: 'static_select',
          action_id: 's',
          placeholder: plain('Pick one'),
          options: [{ text: plain('Red'), value: 'r' }],
        },
      ],
    },
    ['Approve', 'Pick one', 'Red'],
  ),
  inBlock('alert', { level: 'warning', text: mrkdwn('Disk is *nearly* full') }, ['warning', 'Disk is *nearly* full']),
  inBlock(
    'card',
    {
      title: mrkdwn('Ticket 7'),
      subtitle: mrkdwn('open'),
      body: mrkdwn('It does not start'),
      actions: [button('Take it')],
    },
    ['Ticket 7', 'open', 'It does not start', 'Take it'],
  ),
  inBlock(
    'carousel',
    {
      elements: [
        { type: 'card', title: mrkdwn('First card') },
        { type: 'card', title: mrkdwn('Second card') },
      ],
    },
    ['First card', 'Second card'],
  ),
  inBlock(
    'container',
    { title: plain('Group of things'), child_blocks: [{ type: 'section', text: mrkdwn('inside') }] },
    ['Group of things', 'inside'],
  ),
  inBlock(
    'context',
    {
      elements: [mrkdwn('by <@U7>'), { type: 'image', image_url: 'https://i.example/a.png', alt_text: 'a small tree' }],
    },
    ['by @Person U7', 'a small tree'],
  ),
  inBlock(
    'context_actions',
    {
      elements: [
        {
          type: 'feedback_buttons',
          action_id: 'f',
          positive_button: { text: plain('Good') },
          negative_button: { text: plain('Bad') },
        },
      ],
    },
    ['Good / Bad'],
  ),
  inBlock(
    'data_table',
    {
      caption: 'Sales',
      rows: [
        [
          { type: 'raw_text', text: 'Month' },
          { type: 'raw_text', text: 'Sum' },
        ],
        [
          { type: 'raw_text', text: 'May' },
          { type: 'raw_number', value: 1200, text: '1,200' },
        ],
      ],
    },
    ['Sales', '| Month | Sum |', '| May | 1,200 |'],
  ),
  inBlock('divider', {}, ['———']),
  inBlock('file', { external_id: 'EXT-7', source: 'remote' }, ['file EXT-7']),
  inBlock('header', { text: plain('Weekly <report>') }, ['Weekly <report>']),
  inBlock('image', { image_url: 'https://i.example/b.png', alt_text: 'a chart', title: plain('Growth') }, [
    'Growth',
    'a chart',
    'https://i.example/b.png',
  ]),
  inBlock(
    'input',
    {
      label: plain('Your name'),
      hint: plain('as in the passport'),
      element: { type: 'plain_text_input', action_id: 'n', initial_value: 'Ann' },
    },
    ['Your name', 'as in the passport', 'Ann'],
  ),
  inBlock('markdown', { text: '## Plan\n- **one** & [two](https://two.example)' }, [
    '## Plan',
    '**one** & [two](https://two.example)',
  ]),
  inBlock(
    'plan',
    { title: 'Three steps', tasks: [{ type: 'task_card', task_id: 't', title: 'Dig', status: 'in_progress' }] },
    ['Three steps', 'Dig (in progress)'],
  ),
  inBlock('rich_text', { elements: [section(word('all in blocks'))] }, ['all in blocks']),
  inBlock(
    'section',
    { text: mrkdwn('CPU at 99'), fields: [mrkdwn('*Host*\nweb-3'), plain('Region: eu')], accessory: button('Look') },
    ['CPU at 99', 'web-3', 'Region: eu', 'Look'],
  ),
  inBlock(
    'table',
    {
      rows: [
        [{ type: 'raw_text', text: 'Name' }, rich(section(word('Age')))],
        [{ type: 'raw_text', text: 'Bo' }, rich(section(word('41')))],
      ],
    },
    ['| Name | Age |', '| Bo | 41 |'],
  ),
  inBlock(
    'task_card',
    {
      task_id: 't',
      title: 'Search',
      status: 'complete',
      details: rich(section(word('in the archive'))),
      sources: [{ type: 'url', url: 'https://a.example', text: 'archive' }],
    },
    ['Search (complete)', 'in the archive', 'https://a.example'],
  ),
  inBlock(
    'video',
    {
      title: plain('How to'),
      title_url: 'https://v.example/1',
      video_url: 'https://v.example/e',
      thumbnail_url: 'https://v.example/t',
      alt_text: 'a lesson',
      description: plain('ten minutes'),
      author_name: 'Eve',
    },
    ['How to', 'https://v.example/1', 'ten minutes', 'Eve'],
  ),
];

/** Blocks that Slack makes itself, or may make tomorrow. */
export const SLACK_FURTHER_BLOCKS: readonly Sample[] = [
  inBlock('call', { call_id: 'R1', call: { v1: { name: 'Daily', join_url: 'https://meet.example/1' } } }, [
    'Daily',
    'https://meet.example/1',
  ]),
  inBlock(
    'share_shortcut',
    { title: 'Ask for leave', description: 'asks your lead', share_url: 'https://slack.com/shortcuts/1' },
    ['Ask for leave', 'asks your lead'],
  ),
  {
    ...inBlock('hologram', { depth: { title: plain('Seen from the side') }, caption: 'new' }, [
      'a block of the type "hologram"',
      'Seen from the side',
      'new',
    ]),
    kind: 'any other',
  },
];

export const SLACK_RICH_TEXT: readonly Sample[] = [
  inText('broadcast', { range: 'here' }, ['@here']),
  inText('channel', { channel_id: 'C0ALERTS' }, ['#alerts']),
  inText('color', { value: '#F405B3' }, ['#F405B3']),
  inText('date', { timestamp: 1_720_710_212, format: '{date_num} at {time}', fallback: 'July 11' }, [
    'July 11',
    '2024-07-11T15:03Z',
  ]),
  inText('emoji', { name: 'wave', unicode: '1f44b' }, [':wave:']),
  inText('link', { url: 'https://example.com/a?b=1&c=2', text: 'the <article>' }, [
    'the <article>',
    'https://example.com/a?b=1&c=2',
  ]),
  inText('team', { team_id: 'T9' }, ['T9']),
  inText('text', { text: 'a < b', style: { bold: true } }, ['*a < b*']),
  inText('user', { user_id: 'U7' }, ['@Person U7']),
  inText('usergroup', { usergroup_id: 'S1' }, ['@admins']),
  {
    kind: 'rich_text_section',
    message: { text: '', blocks: [rich(section(word('just words')))] },
    says: ['just words'],
  },
  {
    kind: 'rich_text_list',
    message: {
      text: '',
      blocks: [
        rich(
          {
            type: 'rich_text_list',
            style: 'ordered',
            indent: 0,
            elements: [section(word('first')), section(word('second'))],
          },
          { type: 'rich_text_list', style: 'bullet', indent: 1, elements: [section(word('below'))] },
        ),
      ],
    },
    says: ['1. first', '2. second', '    • below'],
  },
  {
    kind: 'rich_text_quote',
    message: { text: '', blocks: [rich({ type: 'rich_text_quote', elements: [word('as she said')] })] },
    says: ['> as she said'],
  },
  {
    kind: 'rich_text_preformatted',
    message: {
      text: '',
      blocks: [rich({ type: 'rich_text_preformatted', elements: [word('if (a < b) {\n  go()\n}')] })],
    },
    says: ['```\nif (a < b) {\n  go()\n}\n```'],
  },
];

const markup = (kind: string, text: string, says: string[], notSays = ['<']): Sample => ({
  kind,
  message: { text },
  says,
  notSays,
});

export const SLACK_MARKUP: readonly Sample[] = [
  markup('<@U…>', 'ask <@U7> now', ['ask @Person U7 now']),
  markup('<#C…>', 'look in <#C0ALERTS> now', ['look in #alerts now']),
  markup('<#C…|name>', 'look in <#C0X|ops> now', ['look in #ops now']),
  markup('<!here>', 'all <!here> and <!channel>', ['all @here and @channel']),
  markup('<!subteam^S…>', 'tell <!subteam^S1> and <!subteam^S2|@ops>', ['tell @admins and @ops']),
  markup('<!date^…>', 'until <!date^1392734382^{date}^https://c.example/|18 Feb> please', [
    'until 18 Feb (2014-02-18T14:39Z) (https://c.example/) please',
  ]),
  markup('<https:…|…>', 'read <https://example.com/a?b=1&amp;c=2|this> first', [
    'read this (https://example.com/a?b=1&c=2) first',
  ]),
  markup('<mailto:…|…>', 'write to <mailto:bo@example.com|bo@example.com> today', ['write to bo@example.com today']),
  markup('<tel:…|…>', 'call <tel:+15550100|+1 555 0100> now', ['call +1 555 0100 now']),
  markup('&lt; &gt; &amp;', 'a &lt; b &amp;&amp; c &gt; d, &amp;lt;', ['a < b && c > d, &lt;'], []),
  markup(':emoji:', 'fine :thumbsup::skin-tone-3:', ['fine :thumbsup::skin-tone-3:']),
];

function button(text: string): Json {
  return { type: 'button', action_id: 'a', text: plain(text), value: 'v' };
}
