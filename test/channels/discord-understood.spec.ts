import { ComponentType, MessageType } from 'discord.js';
import { FakeDiscord, GENERAL_ID, GUILD_ID } from '../fakes/discord-server';
import { FakeModels } from '../fakes/model-server';
import {
  DISCORD_COMPONENTS,
  DISCORD_HAPPENINGS,
  DISCORD_MARKUP,
  DISCORD_PARTS,
  DISCORD_WRITTEN,
} from '../fakes/samples/discord-samples';
import type { Sample } from '../fakes/samples/sample';
import { discordConfig } from '../harness/channel-config';
import { documentedKinds } from '../harness/doc-table';
import { GatewayProcess, until } from '../harness/gateway-process';

const PAGE = 'how-to/what-channels-understand.md';
const OWNER = '500000000000000005';
const GROUPS: Readonly<Record<string, readonly Sample[]>> = {
  'Discord: markup': DISCORD_MARKUP,
  'Discord: parts of a message': DISCORD_PARTS,
  'Discord: components': DISCORD_COMPONENTS,
  'Discord: types that are answered': DISCORD_WRITTEN,
  'Discord: what only happens': DISCORD_HAPPENINGS,
};

describe('what Discord brings', () => {
  let discord: FakeDiscord;
  let models: FakeModels;
  let gateway: GatewayProcess;
  let alerts: string;
  beforeAll(async () => {
    discord = await FakeDiscord.start();
    models = await FakeModels.start();
    models.answer = () => ({ steps: [{ text: 'ok' }] });
    alerts = discord.channel('alerts');
    discord.roles.push({ id: '700000000000000070', name: 'admins' });
    discord.files.set('note.txt', Buffer.from('words of the file'));
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        // The pictures of the samples are at addresses that nobody has.
        tools: { web: { fetch: { enabled: false } } },
        channels: {
          defaults: { botLoopProtection: { enabled: false } },
          discord: discordConfig(discord, [OWNER], {
            allowBots: true,
            guilds: { [GUILD_ID]: { requireMention: false } },
          }),
        },
      },
    });
    await until('Discord', () => discord.isConnected);
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([discord.stop(), models.stop()]);
  });

  /** What the assistant is told last, once something was said. */
  const told = async (say: () => unknown): Promise<string> => {
    const before = models.requests.length;
    say();
    await until('a turn', () => models.requests.length > before);
    await until('its answer', () => discord.sent.length >= models.requests.length);
    return models.requests.at(-1)?.lastUser ?? '';
  };
  /** A sample with this server's ids in it. */
  const here = (message: Record<string, unknown>): Record<string, unknown> =>
    JSON.parse(
      JSON.stringify(message).replaceAll('CHANNEL', alerts).replaceAll('"FILE"', `"${discord.apiRoot}/files/note.txt"`),
    ) as Record<string, unknown>;
  const say = (text: string, more: Record<string, unknown> = {}, bot = false): string => {
    const message = here(more);
    const quoted = message['referenced_message'] as Record<string, unknown> | null | undefined;
    // Files of it are fetched from where it stands.
    const replyTo = quoted?.['attachments'] && (quoted['attachments'] as unknown[]).length > 0;
    if (quoted && replyTo) {
      const id = discord.say({
        channelId: GENERAL_ID,
        userId: '71',
        text: '',
        unheard: true,
        more: { attachments: quoted['attachments'] },
      });
      message['referenced_message'] = { ...quoted, id, channel_id: GENERAL_ID };
    }
    return discord.say({ channelId: GENERAL_ID, userId: OWNER, text, bot, more: message });
  };
  const samples = Object.entries(GROUPS).flatMap(([group, all]) =>
    all.map((sample) => [group, sample.kind, sample] as const),
  );

  it.each(samples)('%s: %s reaches the assistant', async (_, __, sample) => {
    const text = sample.isNote
      ? await told(() => [say('', sample.message), say('and now?')])
      : await told(() => say('', sample.message, sample.isBot));
    for (const words of sample.says) expect(text).toContain(words);
    for (const words of sample.notSays ?? []) expect(text).not.toContain(words);
  });

  it.each(Object.entries(GROUPS))('%s: the documentation lists what is tried here', (heading, all) => {
    expect(documentedKinds(PAGE, heading)).toEqual(all.map(({ kind }) => kind).sort());
  });

  it('is tried for each type that Discord publishes', () => {
    const published = (all: object): string[] =>
      Object.values(all)
        .filter((value) => typeof value === 'number')
        .map(String);
    const kinds = (...all: Sample[]): string[] => all.map(({ kind }) => kind);
    expect(kinds(...DISCORD_WRITTEN, ...DISCORD_HAPPENINGS)).toEqual(expect.arrayContaining(published(MessageType)));
    expect(kinds(...DISCORD_COMPONENTS)).toEqual(expect.arrayContaining(published(ComponentType)));
  });

  it('says what was changed, also in the cards of bots; previews that Discord adds are no change', async () => {
    let at = '';
    const hear = (text: string): Promise<string> => told(() => (at = say(text)));
    await hear('meet at five <@&700000000000000070>');
    const meeting = at;
    discord.alter(GENERAL_ID, meeting, { embeds: [{ type: 'article', title: 'A page' }] });
    expect(await hear('one')).not.toContain('A page');
    discord.edit(GENERAL_ID, meeting, 'meet at six <@&700000000000000070>');
    expect(await hear('two')).toContain('changed the message "meet at five @admins" to "meet at six @admins"');
    const card = (description: string): Record<string, unknown> => ({ embeds: [{ type: 'rich', description }] });
    await told(() => (at = say('', card('disk is full'), true)));
    discord.alter(GENERAL_ID, at, { ...card('disk is fine'), edited_timestamp: new Date().toISOString() });
    expect(await hear('three')).toContain('disk is fine');
    discord.remove(GENERAL_ID, meeting);
    expect(await hear('four')).toContain('deleted the message');
  });

  it('of choices and forms reaches the assistant, and who types a command is told that there are no suggestions', async () => {
    const interactions: [Record<string, unknown>, string[]][] = [
      [{ type: 3, data: { custom_id: 'colour', component_type: 3, values: ['red', 'blue'] } }, ['red, blue']],
      [
        {
          type: 5,
          data: {
            custom_id: 'form',
            components: [{ type: 18, component: { type: 4, custom_id: 'name', value: 'Ann' } }],
          },
        },
        ['name: Ann'],
      ],
    ];
    for (const [interaction, says] of interactions) {
      const text = await told(() => discord.interact(GENERAL_ID, OWNER, interaction));
      for (const words of says) expect(text).toContain(words);
    }
    discord.interact(GENERAL_ID, OWNER, { type: 4, data: { id: '1', type: 1, name: 'plan', options: [] } });
    await until('an answer to the suggestions', () =>
      discord.actions.some(({ body }) => JSON.stringify(body) === '{"type":8,"data":{"choices":[]}}'),
    );
  });
});
