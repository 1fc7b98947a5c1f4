import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tokens } from 'marked';
import { readMarkdown } from '../../src/common/markdown/markdown-tree';
import { plainWords } from '../../src/common/markdown/render-markdown';
import { UPDATE_KINDS } from '../../src/channels/telegram/telegram-update';
import { SERVICE_KINDS } from '../../src/channels/telegram/telegram-service';
import { FakeModels } from '../fakes/model-server';
import { ANN, CHANGES, CONTENTS, type Fields, GROUP, REFERENCES, SERVICES, UPDATES } from '../fakes/telegram-samples';
import { FakeTelegram } from '../fakes/telegram-server';
import { telegramConfig } from '../harness/channel-config';
import { GatewayProcess, until } from '../harness/gateway-process';

const NEWS = -1002;
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** A line of the tables: its kind, what happens, and the first words in backticks, which are shown as they stand. */
interface Row {
  kind: string;
  fate: string;
  shows: string | undefined;
}

const SECTIONS = {
  'What a message holds': CONTENTS,
  'What a message passes on or answers': REFERENCES,
  'What a message tells of its chat': SERVICES,
  Updates: UPDATES,
};
type Section = keyof typeof SECTIONS;

/** The tables of the page by their headings. */
function tables(): Map<string, Map<string, Row>> {
  const page = readFileSync(join(__dirname, '../../docs/how-to/what-channels-understand.md'), 'utf8');
  const found = new Map<string, Map<string, Row>>();
  let channel = '';
  let section = '';
  for (const token of readMarkdown(page)) {
    if (token.type === 'heading') {
      const { depth, text } = token as Tokens.Heading;
      if (depth === 2) channel = text;
      section = text;
    }
    if (token.type !== 'table' || channel !== 'Telegram') continue;
    const lines = (token as Tokens.Table).rows.map(([kind, fate, shows]): Row => ({
      kind: plainWords(kind?.text ?? ''),
      fate: fate?.text ?? '',
      shows: shows?.tokens.flatMap((each) => (each.type === 'codespan' ? [(each as Tokens.Codespan).text] : []))[0],
    }));
    found.set(section, new Map(lines.map((line) => [line.kind, line])));
  }
  return found;
}

describe('what Telegram has is understood as the page says', () => {
  const page = tables();
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;
  let lastId = 10_000;
  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    models = await FakeModels.start();
    models.answer = () => ({ steps: [{ text: 'ok' }] });
    for (const name of ['small', 'large', 'still', 'st']) telegram.files.set(name, PIXEL);
    telegram.files.set('doc', Buffer.from('dig at noon'));
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions', 'fake-1', { input: ['text', 'image'] }) } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        messages: { queue: { mode: 'followup' } },
        channels: {
          telegram: telegramConfig(telegram, [ANN.id], {
            streamMode: 'off',
            historyLimit: 200,
            reactionNotifications: 'all',
            groups: { '*': { requireMention: true }, [NEWS]: { requireMention: false } },
            groupPolicy: 'open',
          }),
        },
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });

  const row = (section: Section, kind: string, fate: string): Row => {
    const found = page.get(section)?.get(kind);
    expect(found?.fate).toBe(fate);
    return found as Row;
  };
  const message = (fields: Fields, chat: Fields = { id: ANN.id, type: 'private', first_name: 'Ann' }): Fields => ({
    message_id: ++lastId,
    date: 1_700_000_000,
    from: ANN,
    chat,
    ...fields,
  });
  /** What the newest question to the model says; earlier ones are not looked at. */
  const asked = (): string => {
    const messages = (models.requests.at(-1)?.body['messages'] ?? []) as { role: string; content: unknown }[];
    const last = messages.findLastIndex(({ role }) => role === 'assistant');
    return messages
      .slice(last + 1)
      .flatMap(({ content }) =>
        Array.isArray(content) ? (content as { text?: string }[]).map(({ text }) => text) : [content],
      )
      .join('\n');
  };
  const turn = async (push: () => void): Promise<string> => {
    const before = telegram.sent.length;
    push();
    await until('an answer', () => telegram.sent.length > before);
    return asked();
  };

  const updates = (fate: string): string[] =>
    Object.keys(UPDATES).filter((kind) => page.get('Updates')?.get(kind)?.fate === fate);

  it.each(Object.entries(SECTIONS))(
    '%s: the page lists all that the platform documents, and nothing else',
    (section, samples) => {
      const changes = section === 'Updates' ? CHANGES : [];
      expect([...(page.get(section)?.keys() ?? [])].sort()).toEqual([...Object.keys(samples), ...changes].sort());
    },
  );

  it('all of it is asked of Telegram', () => {
    expect([...UPDATE_KINDS].sort()).toEqual([...Object.keys(UPDATES), ...CHANGES].sort());
    expect([...SERVICE_KINDS].sort()).toEqual(Object.keys(SERVICES).sort());
  });

  it.each([
    ...Object.entries(CONTENTS).map(([kind, fields]) => ['What a message holds', kind, fields] as const),
    ...Object.entries(REFERENCES).map(
      ([kind, fields]) => ['What a message passes on or answers', kind, fields] as const,
    ),
  ])('%s: %s', async (section, kind, fields) => {
    const { shows } = row(section, kind, 'Turn');
    const seen = await turn(() => telegram.push('message', message(fields)));
    expect(seen).toContain(shows);
  });

  it('a message of a kind that nobody knows is named', async () => {
    const seen = await turn(() => telegram.push('message', message({ smell_shared: { of: 'roses' } })));
    expect(seen).toContain("(a message that the gateway can't read: smell shared)");
  });

  it('what a message tells of its chat is told with the next one', async () => {
    for (const fields of Object.values(SERVICES)) telegram.push('message', message(fields, GROUP));
    const notes = Object.keys(SERVICES).map((kind) => row('What a message tells of its chat', kind, 'Note').shows);
    const seen = await turn(() =>
      telegram.say({ chatId: GROUP.id, fromId: ANN.id, chatType: 'supergroup', text: '@nest_test_bot so?' }),
    );
    for (const note of notes) expect(seen).toContain(note);
  });

  it.each(['message', 'channel_post', 'business_message', 'callback_query'])('an update: %s', async (kind) => {
    const { shows } = row('Updates', kind, 'Turn');
    expect(await turn(() => telegram.push(kind, UPDATES[kind]))).toContain(shows);
  });

  it('other updates are told with the next message', async () => {
    const kinds = updates('Note');
    expect(kinds).toHaveLength(14);
    for (const kind of kinds) telegram.push(kind, UPDATES[kind]);
    await until('all to be taken', () => telegram.unconfirmed === 0);
    const told = [
      await turn(() => telegram.say({ chatId: ANN.id, text: 'what is new?' })),
      await turn(() =>
        telegram.say({ chatId: GROUP.id, fromId: ANN.id, chatType: 'supergroup', text: '@nest_test_bot and here?' }),
      ),
    ].join('\n');
    for (const kind of kinds) expect(told).toContain(page.get('Updates')?.get(kind)?.shows);
  });

  it.each(['guest_message', 'inline_query', 'shipping_query', 'pre_checkout_query'])(
    'whoever waits for %s is told that it can not be',
    async (kind) => {
      const before = telegram.calls.length;
      expect(updates('Answer')).toContain(kind);
      telegram.push(kind, UPDATES[kind]);
      const answer = (): unknown =>
        telegram.calls.slice(before).find(({ method }) => method.startsWith('answer'))?.params;
      await until('the answer', () => answer() !== undefined);
      expect(JSON.stringify(answer())).toContain(page.get('Updates')?.get(kind)?.shows);
    },
  );
});
