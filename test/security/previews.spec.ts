import { createHmac } from 'node:crypto';
import { Gate } from '../fakes/model-formats/model-format';
import { FakeDiscord } from '../fakes/discord-server';
import { FakeModels } from '../fakes/model-server';
import { FakeSlack } from '../fakes/slack-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { FakeSite } from '../fakes/web-site';
import { GatewayProcess, until } from '../harness/gateway-process';
import { discordConfig, slackConfig, telegramConfig } from '../harness/channel-config';

const ADDRESS = 'https://evil.example/collect?d=SECRET';
const WEBHOOK_SECRET = 'a shared secret of both sides';
const WITHOUT_EMBEDS = 4;
const DISCORD_OWNER = '500000000000000005';

type Json = Record<string, unknown>;

/** Every channel in one gateway, and what was sent to the platforms. */
class Platforms {
  private constructor(
    readonly telegram: FakeTelegram,
    readonly discord: FakeDiscord,
    readonly slack: FakeSlack,
    readonly site: FakeSite,
    readonly models: FakeModels,
    readonly gateway: GatewayProcess,
    /** Hold answers back until their beginning was shown: one of each, in their order. */
    private readonly held: readonly Gate[],
  ) {}

  static async start(extra: Json): Promise<Platforms> {
    const [telegram, discord, slack, site, models] = await Promise.all([
      FakeTelegram.start(),
      FakeDiscord.start(),
      FakeSlack.start(),
      FakeSite.start(),
      FakeModels.start(),
    ]);
    site.json('/answers', {});
    const held: Gate[] = [];
    // An answer that takes a while is shown as it grows, by edits.
    models.answer = () => {
      const gate = new Gate();
      held.push(gate);
      return { steps: [{ text: `Look at ${ADDRESS} and ` }, { until: gate }, { text: `read on at ${ADDRESS} now` }] };
    };
    const gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          telegram: telegramConfig(telegram, [5], extra),
          discord: discordConfig(discord, [DISCORD_OWNER], extra),
          slack: slackConfig(slack, ['U5'], extra),
          webhook: {
            secret: WEBHOOK_SECRET,
            url: `${site.url}/answers`,
            dmPolicy: 'allowlist',
            allowFrom: ['person'],
            ...extra,
          },
        },
      },
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
    });
    return new Platforms(telegram, discord, slack, site, models, gateway, held);
  }

  /** The owner writes on each platform, and the whole answer has come on each. */
  async talk(): Promise<void> {
    const { discord, slack } = this;
    await until('the platforms to be connected', () => discord.isConnected && slack.isConnected);
    this.telegram.say({ chatId: 5, text: 'hello' });
    discord.say({ channelId: discord.directWith(DISCORD_OWNER), userId: DISCORD_OWNER, text: 'hello' });
    slack.say({ channel: slack.directWith('U5'), user: 'U5', text: 'hello' });
    const whole = (text: string): boolean => text.split(ADDRESS).length >= 3;
    // They are all in the owner's main conversation, where one is answered after the other.
    await until('the answers, after their beginnings', () => {
      const shown = [this.telegram.sent, discord.sent, slack.sent].map((sent) => sent[0]?.text ?? '');
      for (const gate of this.held.slice(0, shown.filter((text) => text !== '').length)) gate.open();
      return shown.every(whole);
    });
    await this.post('hello');
    await until('the answer without a beginning', () => {
      this.held.at(-1)?.open();
      return this.answers().some((answer) => whole(String(answer['text'])));
    });
  }

  answers(): Json[] {
    return this.site
      .asked('/answers')
      .map(({ body }) => JSON.parse(body) as Json)
      .filter((answer) => answer['type'] !== 'ping');
  }

  private async post(text: string): Promise<void> {
    const body = JSON.stringify({ id: 'm1', chat: { id: 'chat' }, sender: { id: 'person' }, text });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = `v1=${createHmac('sha256', WEBHOOK_SECRET).update(`${timestamp}.${body}`).digest('hex')}`;
    const answer = await fetch(`${this.gateway.http}/channels/webhook/default`, {
      method: 'POST',
      headers: { 'x-openclaw-timestamp': timestamp, 'x-openclaw-signature': signature },
      body,
    });
    expect(answer.status).toBeLessThan(300);
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    await Promise.all([this.telegram, this.discord, this.slack, this.site, this.models].map((part) => part.stop()));
  }
}

describe('links in answers', () => {
  let platforms: Platforms;
  afterEach(() => platforms.stop());

  /** Calls that put a text with an address into a chat, or change one. */
  const telegramCalls = () =>
    platforms.telegram.calls
      .filter(({ params }) => JSON.stringify(params).includes('evil.example'))
      .map(({ method, params }) => ({ method, options: params['link_preview_options'] }));
  const discordCalls = () =>
    platforms.discord.calls
      .filter(({ body }) => String(body['content'] ?? '').includes('evil.example'))
      .map(({ method, body }) => ({ method, suppressed: (Number(body['flags'] ?? 0) & WITHOUT_EMBEDS) !== 0 }));
  const slackCalls = () =>
    platforms.slack.calls
      .filter(({ params }) => JSON.stringify(params).includes('evil.example'))
      .map(({ method, params }) => ({
        method,
        unfurls: [params['unfurl_links'], params['unfurl_media']].map((value) => String(value)),
      }));
  const methods = (calls: readonly { method: string }[]): string[] => [...new Set(calls.map(({ method }) => method))];

  it('are fetched by no platform by itself, neither in new messages nor in changed ones', async () => {
    platforms = await Platforms.start({});
    await platforms.talk();
    expect(methods(telegramCalls()).sort()).toEqual(['editMessageText', 'sendMessage']);
    for (const { options } of telegramCalls()) expect(options).toMatchObject({ is_disabled: true });
    expect(methods(discordCalls()).sort()).toEqual(['PATCH', 'POST']);
    for (const { suppressed } of discordCalls()) expect(suppressed).toBe(true);
    expect(methods(slackCalls()).sort()).toEqual(['chat.postMessage', 'chat.update']);
    for (const { unfurls } of slackCalls()) expect(unfurls).toEqual(['false', 'false']);
    expect(platforms.answers().length).toBeGreaterThan(0);
    for (const answer of platforms.answers()) expect(answer['linkPreview']).toBe(false);
  });

  it('are shown with previews where the owner has switched them on', async () => {
    platforms = await Platforms.start({ linkPreview: true });
    await platforms.talk();
    expect(telegramCalls().length).toBeGreaterThan(0);
    for (const { options } of telegramCalls()) expect(options).toBeUndefined();
    for (const { suppressed } of discordCalls()) expect(suppressed).toBe(false);
    for (const { unfurls } of slackCalls()) expect(unfurls).toEqual(['true', 'true']);
    for (const answer of platforms.answers()) expect(answer['linkPreview']).toBe(true);
  });
});
