import { createHmac } from 'node:crypto';
import { FakeDiscord } from '../fakes/discord-server';
import { FakeModels } from '../fakes/model-server';
import { FakeSlack } from '../fakes/slack-server';
import { FakeSite } from '../fakes/web-site';
import { discordConfig, slackConfig } from '../harness/channel-config';
import { GatewayProcess, until } from '../harness/gateway-process';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const SHOWN = PNG.toString('base64');
const OWNER = '500000000000000005';
const SECRET = 'a shared secret of both sides';
const TOKEN = 'a-token-for-the-page-of-the-tests';

/** What names a picture by its address only, as each platform writes it. */
const DISCORD: Readonly<Record<string, (at: string) => Record<string, unknown>>> = {
  'image of an embed': (url) => ({ embeds: [{ type: 'rich', title: 'Growth', image: { url, width: 1, height: 1 } }] }),
  'thumbnail of a preview': (url) => ({ embeds: [{ type: 'article', url: 'https://a.example', thumbnail: { url } }] }),
  'image embed of a bare link': (url) => ({
    embeds: [{ type: 'image', url, thumbnail: { url, width: 1, height: 1 } }],
  }),
  'second of two embeds': (url) => ({ embeds: [{ title: 'one' }, { title: 'two', image: { url } }] }),
  gallery: (url) => ({ components: [{ type: 12, items: [{ media: { url }, description: 'a chart' }] }] }),
  'thumbnail beside a text': (url) => ({
    components: [{ type: 9, components: [{ type: 10, content: 'words' }], accessory: { type: 11, media: { url } } }],
  }),
  'gallery within a container': (url) => ({
    components: [{ type: 17, components: [{ type: 12, items: [{ media: { url } }] }] }],
  }),
  'embed of a forward': (url) => ({
    message_reference: { type: 1, channel_id: '1', message_id: '2' },
    message_snapshots: [{ message: { type: 0, content: 'see', attachments: [], embeds: [{ image: { url } }] } }],
  }),
};
const SLACK: Readonly<Record<string, (at: string) => Record<string, unknown>>> = {
  'image block': (image_url) => ({ blocks: [{ type: 'image', image_url, alt_text: 'a chart' }] }),
  'picture beside a section': (image_url) => ({
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: 'a' }, accessory: { type: 'image', image_url, alt_text: 'b' } },
    ],
  }),
  'picture of an attachment': (image_url) => ({ attachments: [{ id: 1, title: 'Growth', image_url }] }),
  'preview with a small picture': (thumb_url) => ({
    attachments: [{ id: 1, from_url: 'https://a.example', title: 'News', thumb_url }],
  }),
  'image block of an attachment': (image_url) => ({
    attachments: [{ id: 1, blocks: [{ type: 'image', image_url, alt_text: 'a chart' }] }],
  }),
  'picture of a shared message': (image_url) => ({
    attachments: [
      {
        is_share: true,
        author_name: 'Bob',
        message_blocks: [{ message: { blocks: [{ type: 'image', image_url, alt_text: 'x' }] } }],
      },
    ],
  }),
  'still of a video': (thumbnail_url) => ({
    blocks: [
      {
        type: 'video',
        video_url: 'https://v.example',
        title: { type: 'plain_text', text: 'T' },
        alt_text: 'a',
        thumbnail_url,
      },
    ],
  }),
};

describe('pictures of which a message gives only the address', () => {
  let discord: FakeDiscord;
  let slack: FakeSlack;
  let models: FakeModels;
  /** A site that may be reached, and one in a private network. */
  let site: FakeSite;
  let inner: FakeSite;
  let gateway: GatewayProcess;
  let count = 0;

  const start = async (more: Record<string, unknown> = {}): Promise<void> => {
    gateway = await GatewayProcess.start({
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
      config: {
        models: { providers: { fake: models.provider('openai-completions', 'fake-1', { input: ['text', 'image'] }) } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          discord: discordConfig(discord, [OWNER]),
          slack: slackConfig(slack, ['U5']),
          webhook: { secret: SECRET, url: `${site.url}/answers`, dmPolicy: 'allowlist', allowFrom: ['ann'] },
          webpage: { token: TOKEN, messagesPerMinute: 100 },
        },
        ...more,
      },
    });
    await until('Discord and Slack', () => discord.isConnected && slack.isConnected, 30_000);
  };
  beforeAll(async () => {
    [discord, slack, models, site, inner] = await Promise.all([
      FakeDiscord.start(),
      FakeSlack.start(),
      FakeModels.start(),
      FakeSite.start(),
      FakeSite.start(),
    ]);
    models.answer = () => ({ steps: [{ text: 'ok' }] });
    site.json('/answers', {});
    for (const each of [site, inner]) each.pages.set('/a.png', { type: 'image/png', body: PNG });
    site.pages.set('/large.png', { type: 'image/png', body: Buffer.concat([PNG, Buffer.alloc(24 * 1024 * 1024)]) });
    site.html('/page.png', '<html><body>SECRET WORDS of a page</body></html>');
    await start();
  }, 60_000);
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([discord, slack, models, site, inner].map((each) => each.stop()));
  });

  /** All that the model is shown of the newest message. */
  const told = async (say: () => unknown): Promise<string> => {
    const before = models.requests.length;
    await say();
    await until('a turn', () => models.requests.length > before, 20_000);
    const messages = models.requests.at(-1)?.body['messages'] as { role: string; content: unknown }[];
    return JSON.stringify(messages.slice(messages.findLastIndex(({ role }) => role === 'assistant') + 1));
  };
  const onDiscord = (more: Record<string, unknown>): unknown =>
    discord.say({ channelId: discord.directWith(OWNER), userId: OWNER, text: 'look', more });
  const onSlack = (more: Record<string, unknown>): unknown =>
    slack.say({ channel: slack.directWith('U5'), user: 'U5', text: 'look', more });
  const post = async (message: Record<string, unknown>): Promise<Response> => {
    const body = JSON.stringify({
      id: `m-${++count}`,
      chat: { id: 'c' },
      sender: { id: 'ann' },
      text: 'look',
      ...message,
    });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const sign = createHmac('sha256', SECRET).update(`${timestamp}.${body}`).digest('hex');
    const headers = { 'x-openclaw-timestamp': timestamp, 'x-openclaw-signature': `v1=${sign}` };
    return fetch(`${gateway.http}/channels/webhook/default`, { method: 'POST', headers, body });
  };
  const page = async (path: string, body: unknown, pass = ''): Promise<Response> =>
    fetch(`${gateway.http}/webpage/api/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${pass}` },
      body: JSON.stringify(body),
    });
  const visit = async (): Promise<string> =>
    ((await (await page('visit', { token: TOKEN })).json()) as { pass: string }).pass;

  const all = [
    ...Object.entries(DISCORD).map(([name, make]) => ['Discord', name, (at: string) => onDiscord(make(at))] as const),
    ...Object.entries(SLACK).map(([name, make]) => ['Slack', name, (at: string) => onSlack(make(at))] as const),
    ['Webhook', 'picture', (at: string) => post({ pictures: [{ url: at, description: 'a rose' }] })] as const,
    [
      'Page',
      'picture',
      async (at: string) =>
        page('messages', { id: `message-${++count}`, text: 'look', pictures: [{ url: at }] }, await visit()),
    ] as const,
  ];

  it.each(all)('%s, %s: is fetched and shown', async (_, __, say) => {
    const before = site.asked('/a.png').length;
    expect(await told(() => say(`${site.url}/a.png`))).toContain(SHOWN);
    expect(site.asked('/a.png')).toHaveLength(before + 1);
  });

  it.each(all)('%s, %s: in a private network it is not fetched, and its address is told', async (_, __, say) => {
    const text = await told(() => say(`${inner.url}/a.png`));
    expect(text).toContain(`${inner.url}/a.png`);
    expect(text).toContain('it was not fetched: 127.0.0.1 is');
    expect(text).not.toContain(SHOWN);
    expect(inner.requests).toEqual([]);
  });

  it.each([
    ['a page that calls itself a picture', '/page.png', 'no picture that can be shown'],
    ['one that is gone', '/gone.png', 'answered 404'],
    ['one that is too large', '/large.png', 'answers with more than'],
  ])('%s is named with the reason, and nothing of it is shown', async (_, path, reason) => {
    const text = await told(() => onSlack({ attachments: [{ id: 1, title: 'G', image_url: site.url + path }] }));
    expect(text).toContain(`${site.url}${path}`);
    expect(text).toContain(reason);
    expect(text).not.toContain('SECRET WORDS');
  });

  it.each(['file:///etc/passwd', 'data:image/png;base64,AAAA', 'javascript:alert(1)', 'attachment://a.png', '//x', ''])(
    'what is not an address in the web is told as it stands: %s',
    async (address) => {
      const text = await told(() => onDiscord({ embeds: [{ title: 'Growth', image: { url: address } }] }));
      expect(text).toContain('Growth');
      expect(text).not.toContain('it was not fetched');
    },
  );

  it('a copy that Discord gives out is fetched instead of the original', async () => {
    const image = { url: `${inner.url}/a.png`, proxy_url: `${site.url}/a.png` };
    expect(await told(() => onDiscord({ embeds: [{ title: 'Growth', image }] }))).toContain(SHOWN);
    expect(inner.requests).toEqual([]);
  });

  it('a file of Slack that a block shows is fetched from Slack, with the token that goes nowhere else', async () => {
    slack.keepFile('F0CHART', 'chart.png', PNG);
    const block = (slack_file: Record<string, unknown>): Record<string, unknown> => ({
      blocks: [{ type: 'image', slack_file, alt_text: 'a chart' }],
    });
    expect(await told(() => onSlack(block({ id: 'F0CHART' })))).toContain(SHOWN);
    const url = 'https://files.slack.com/files-pri/T0TEAM-F0CHART/chart.png';
    expect(await told(() => onSlack(block({ url })))).toContain(SHOWN);
    await told(() => onSlack({ blocks: [{ type: 'image', image_url: `${site.url}/a.png`, alt_text: 'x' }] }));
    expect(JSON.stringify(site.requests)).not.toContain(slack.botToken);
  });

  it('the same picture is fetched once for a message, and not more than eight', async () => {
    const before = site.asked('/a.png').length;
    const embed = (path: string): Record<string, unknown> => ({ image: { url: `${site.url}${path}` } });
    await told(() => onDiscord({ embeds: [embed('/a.png'), embed('/a.png')] }));
    expect(site.asked('/a.png')).toHaveLength(before + 1);
    const ten = Array.from({ length: 10 }, (_, index) => embed(`/a.png?${index}`));
    const text = await told(() => onDiscord({ embeds: ten }));
    expect(site.asked('/a.png')).toHaveLength(before + 9);
    expect(text.match(/of one message at most 8 pictures/g)).toHaveLength(2);
  });

  it('wrong lists of pictures are refused by name', async () => {
    for (const pictures of [
      {},
      'x',
      [1],
      [{}],
      [{ url: 'ftp://a/b' }],
      [{ url: 'https://' }],
      [{ url: 'https://a', b: 1 }],
      Array(9).fill({ url: 'https://a.example/b' }),
    ]) {
      expect(await (await post({ pictures })).json()).toMatchObject({ error: { code: 'BAD_MESSAGE' } });
      const told = await page('messages', { id: `message-${++count}`, text: 'look', pictures }, await visit());
      expect(await told.json()).toMatchObject({ error: { code: 'BAD_MESSAGE' } });
    }
  });

  it.each([
    ['tools.web.fetch.enabled is false', { tools: { web: { fetch: { enabled: false } } } }],
    ['web_fetch is refused by tools', { tools: { deny: ['web_fetch'] } }],
  ])(
    'nothing is fetched where %s',
    async (reason, more) => {
      await gateway.stop();
      await start(more);
      const [before, asked] = [site.requests.length, models.requests.length];
      // What was said on Discord just before the new gateway came is answered by it, too.
      onSlack(SLACK['image block']?.(`${site.url}/a.png`) ?? {});
      const texts = (): string[] => models.requests.slice(asked).map(({ text }) => text);
      await until(reason, () => texts().some((text) => text.includes(reason) && text.includes(`${site.url}/a.png`)));
      expect(site.requests).toHaveLength(before);
    },
    60_000,
  );
});
