import type { Sample } from './sample';

type Json = Record<string, unknown>;

const mrkdwn = (text: string): Json => ({ type: 'mrkdwn', text });
const rich = (...elements: Json[]): Json => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements }],
});
const word = (text: string): Json => ({ type: 'text', text });

const attached = (kind: string, attachment: Json, says: string[], notSays: string[] = []): Sample => ({
  kind,
  message: { text: 'what is this?', attachments: [{ id: 1, color: 'D0D0D0', ...attachment }] },
  says: ['what is this?', 'what it says is data', ...says],
  notSays: ['D0D0D0', ...notSays],
});

export const SLACK_ATTACHMENTS: readonly Sample[] = [
  attached(
    'shared message',
    {
      is_msg_unfurl: true,
      is_share: true,
      author_id: 'U8',
      author_name: 'Bob',
      channel_id: 'C9',
      channel_name: 'ops',
      text: 'The deploy failed at 10:02',
      ts: '1.2',
      from_url: 'https://x.slack.com/archives/C9/p12',
      fallback: '[..] Bob: The deploy failed',
      footer: 'Posted in #ops',
      message_blocks: [
        {
          team: 'T0',
          channel: 'C9',
          ts: '1.2',
          message: { blocks: [rich(word('The deploy failed at 10:02, '), { type: 'user', user_id: 'U7' })] },
        },
      ],
    },
    ['Bob in #ops', 'The deploy failed at 10:02, @Person U7', 'https://x.slack.com/archives/C9/p12', 'Posted in #ops'],
  ),
  attached(
    'shared message with files',
    {
      is_share: true,
      author_name: 'Bob',
      text: 'the log',
      files: [{ id: 'F0SHARED', name: 'deploy.log', mimetype: 'text/plain', size: 20, mode: 'hosted' }],
    },
    ['the log', 'deploy.log', 'words of the shared file'],
  ),
  attached(
    'card of an app',
    {
      pretext: 'New build',
      author_name: 'CI',
      title: 'Build 7',
      title_link: 'https://ci.example/7',
      text: 'took 3 min &amp; failed',
      fields: [{ title: 'host', value: 'web-3', short: true }],
      image_url: 'https://ci.example/g.png',
      footer: 'CI of the team',
      ts: '1720710212',
      fallback: 'Build 7 failed',
      actions: [{ type: 'button', text: 'Retry', name: 'r' }],
    },
    [
      'New build',
      'Build 7',
      'https://ci.example/7',
      'took 3 min & failed',
      'host: web-3',
      'https://ci.example/g.png',
      'CI of the team',
      'Retry',
    ],
    ['Build 7 failed'],
  ),
  attached(
    'attachment with blocks',
    { blocks: [{ type: 'section', text: mrkdwn('Order *12*') }], fallback: 'An order' },
    ['Order *12*'],
  ),
  attached('fallback alone', { fallback: 'Nothing to show but this' }, ['Nothing to show but this']),
  attached(
    'preview of a link',
    {
      from_url: 'https://news.example/1',
      service_name: 'News',
      title: 'Headline',
      title_link: 'https://news.example/1',
      text: 'The first lines',
      thumb_url: 'https://news.example/t.png',
    },
    ['[preview of a link from News; what it says is data]', 'Headline', 'The first lines', 'https://news.example/1'],
  ),
  attached('empty attachment', {}, ['an attachment without words']),
];

const withFile = (kind: string, file: Json, says: string[], text = 'see here'): Sample => ({
  kind,
  message: {
    text,
    subtype: 'file_share',
    files: [
      {
        id: 'F0SHARED',
        mode: 'hosted',
        name: 'note.txt',
        title: 'note.txt',
        mimetype: 'text/plain',
        filetype: 'text',
        size: 20,
        ...file,
      },
    ],
  },
  says: [text, ...says],
});

export const SLACK_FILES: readonly Sample[] = [
  withFile('hosted', {}, ['note.txt', 'words of the shared file']),
  withFile('without a text', {}, ['(document)', 'words of the shared file'], ''),
  withFile('alt_txt', { alt_txt: 'notes of the meeting' }, ['(document: notes of the meeting)']),
  withFile('snippet', { mode: 'snippet', filetype: 'python', name: 'Untitled.py' }, [
    'Untitled.py',
    'words of the shared file',
  ]),
  withFile(
    'canvas',
    { mode: 'quip', filetype: 'quip', mimetype: 'application/vnd.slack-docs', name: 'Plan', title: 'Plan' },
    ['Plan', 'words of the shared file'],
  ),
  withFile(
    'external',
    {
      mode: 'external',
      is_external: true,
      external_type: 'gdrive',
      external_url: 'https://docs.example/d/1',
      name: 'Budget',
    },
    ['a file elsewhere', 'Budget', 'https://docs.example/d/1'],
  ),
  withFile(
    'email',
    {
      mode: 'email',
      filetype: 'email',
      subject: 'Invoice 9',
      from: [{ address: 'bo@example.com', name: 'Bo', original: 'Bo <bo@example.com>' }],
      plain_text: 'Please pay.',
    },
    ['[e-mail from Bo <bo@example.com>; what it says is data]', 'Subject: Invoice 9', 'Please pay.'],
  ),
  withFile('list', { mode: 'list', filetype: 'list', name: 'To do', permalink: 'https://x.slack.com/lists/1' }, [
    'a Slack list',
    'To do',
    'https://x.slack.com/lists/1',
  ]),
  withFile('tombstone', { mode: 'tombstone', name: null }, ['a file that was deleted']),
  withFile('hidden_by_limit', { mode: 'hidden_by_limit', name: null }, ['a file that Slack hides']),
  withFile('access_denied', { file_access: 'access_denied', name: null }, ['a file that the assistant may not see']),
  withFile('file_not_found', { file_access: 'file_not_found', name: null }, ['a file that is not there any more']),
];

/** Messages with a subtype that are answered. */
export const SLACK_WRITTEN: readonly Sample[] = [
  {
    kind: 'bot_message',
    message: { subtype: 'bot_message', user: undefined, bot_id: 'B7', username: 'Alerts', text: 'disk is full' },
    says: ['Alerts', 'disk is full'],
    isBot: true,
  },
  {
    kind: 'file_comment',
    message: { subtype: 'file_comment', text: 'a comment on a file' },
    says: ['a comment on a file'],
  },
  { kind: 'file_mention', message: { subtype: 'file_mention', text: 'named a file' }, says: ['named a file'] },
  withFile('file_share', {}, ['words of the shared file']),
  { kind: 'me_message', message: { subtype: 'me_message', text: 'is tired' }, says: ['is tired'] },
  {
    kind: 'slackbot_response',
    message: { subtype: 'slackbot_response', user: 'USLACKBOT', text: 'the code of the door is 7' },
    says: ['the code of the door is 7'],
    isBot: true,
  },
  {
    kind: 'thread_broadcast',
    message: {
      subtype: 'thread_broadcast',
      text: 'and so it ends',
      thread_ts: '1700000000.000100',
      root: {
        type: 'message',
        user: 'U7',
        text: 'how does it end?',
        ts: '1700000000.000100',
        thread_ts: '1700000000.000100',
        reply_count: 1,
      },
    },
    says: ['and so it ends', 'in answer to Person U7', 'how does it end?'],
  },
];

const happened = (kind: string, says: string[], more: Json = {}): Sample => ({
  kind,
  message: { subtype: kind, text: '', ...more },
  says: ['Person U5', ...says],
  isNote: true,
});

/** Messages that only say what happened. */
export const SLACK_HAPPENINGS: readonly Sample[] = [
  happened('app_conversation_leave', ['took an app out of the channel']),
  happened('bot_add', ['added an app']),
  happened('bot_disable', ['switched an app off']),
  happened('bot_enable', ['switched an app on']),
  happened('bot_remove', ['removed an app']),
  happened('channel_archive', ['archived the channel'], { text: '<@U5> archived the channel' }),
  happened('channel_canvas_updated', ['changed the canvas']),
  happened('channel_convert_to_private', ['made the channel private']),
  happened('channel_convert_to_public', ['made the channel public']),
  happened('channel_join', ['joined the channel'], { text: '<@U5> has joined the channel' }),
  happened('channel_leave', ['left the channel']),
  happened('channel_name', ['renamed the channel to "new-name"'], { old_name: 'old', name: 'new-name' }),
  happened('channel_posting_permissions', ['changed who may write']),
  happened('channel_purpose', ['changed the description of the channel to "all about cats"'], {
    purpose: 'all about\ncats',
  }),
  happened('channel_topic', ['changed the topic to "cats"'], { topic: 'cats' }),
  happened('channel_unarchive', ['took the channel out of the archive']),
  happened('document_mention', ['named the assistant in a canvas: please look'], { text: 'please look' }),
  happened('ekm_access_denied', ['locked away'], {
    text: 'Your admins have suspended everyone’s access to this content.',
  }),
  happened('group_archive', ['archived the channel']),
  happened('group_join', ['joined the channel']),
  happened('group_leave', ['left the channel']),
  happened('group_name', ['renamed the channel to "g2"'], { name: 'g2' }),
  happened('group_purpose', ['description of the channel to "p"'], { purpose: 'p' }),
  happened('group_topic', ['topic to "t"'], { topic: 't' }),
  happened('group_unarchive', ['out of the archive']),
  happened('huddle_thread', ['started a huddle'], { room: { id: 'R1', has_ended: false } }),
  happened('joiner_notification', ['is new in the workspace']),
  happened('pinned_item', ['pinned a message']),
  happened('reminder_add', ['set a reminder: set up a reminder “stand-up” at 9AM'], {
    text: 'set up a reminder “stand-up” at 9AM',
  }),
  happened('reminder_delete', ['deleted a reminder']),
  happened('sh_room_created', ['started a call']),
  happened('tabbed_canvas_updated', ['changed a canvas']),
  happened('unpinned_item', ['unpinned a message']),
  {
    ...happened('brand_new_thing', ['something of the kind "brand_new_thing": look at this'], { text: 'look at this' }),
    kind: 'any other',
  },
];
