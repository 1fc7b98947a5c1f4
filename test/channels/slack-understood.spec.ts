import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { FakeModels } from '../fakes/model-server';
import type { Sample } from '../fakes/samples/sample';
import {
  SLACK_BLOCKS,
  SLACK_FURTHER_BLOCKS,
  SLACK_MARKUP,
  SLACK_RICH_TEXT,
} from '../fakes/samples/slack-block-samples';
import { SLACK_ATTACHMENTS, SLACK_FILES, SLACK_HAPPENINGS, SLACK_WRITTEN } from '../fakes/samples/slack-samples';
import { CHANNEL, FakeSlack } from '../fakes/slack-server';
import { slackConfig } from '../harness/channel-config';
import { documentedKinds } from '../harness/doc-table';
import { GatewayProcess, until } from '../harness/gateway-process';

const PAGE = 'how-to/what-channels-understand.md';
const GROUPS: Readonly<Record<string, readonly Sample[]>> = {
  'Slack: blocks': [...SLACK_BLOCKS, ...SLACK_FURTHER_BLOCKS],
  'Slack: rich text': SLACK_RICH_TEXT,
  'Slack: markup': SLACK_MARKUP,
  'Slack: attachments': SLACK_ATTACHMENTS,
  'Slack: files': SLACK_FILES,
  'Slack: messages that are answered': SLACK_WRITTEN,
  'Slack: what only happens': SLACK_HAPPENINGS,
};

/** Literals of a property in the types that Slack publishes for its interface. */
function published(file: string, property: string, within = (_: string): boolean => true): string[] {
  const path = require.resolve(`@slack/types/dist/${file}`);
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = new Set<string>();
  const visit = (node: ts.Node, owner: string): void => {
    const name = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) ? node.name.text : owner;
    if (
      ts.isPropertySignature(node) &&
      node.name.getText() === property &&
      node.type &&
      ts.isLiteralTypeNode(node.type) &&
      ts.isStringLiteral(node.type.literal) &&
      within(name)
    )
      found.add(node.type.literal.text);
    ts.forEachChild(node, (child) => visit(child, name));
  };
  visit(source, '');
  return [...found].sort();
}

describe('what Slack brings', () => {
  let slack: FakeSlack;
  let models: FakeModels;
  let gateway: GatewayProcess;
  let stateDir: string;
  beforeAll(async () => {
    slack = await FakeSlack.start();
    models = await FakeModels.start();
    models.answer = () => ({ steps: [{ text: 'ok' }] });
    slack.channelNames.set('C0ALERTS', 'alerts');
    slack.groups.push({ id: 'S1', handle: 'admins', name: 'Administrators' });
    slack.keepFile('F0SHARED', 'note.txt', Buffer.from('words of the shared file'));
    stateDir = mkdtempSync(join(tmpdir(), 'openclaw-slack-'));
    gateway = await start();
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([slack.stop(), models.stop()]);
    rmSync(stateDir, { recursive: true, force: true });
  });

  async function start(): Promise<GatewayProcess> {
    const started = await GatewayProcess.start({
      stateDir,
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        // The pictures of the samples are at addresses that nobody has.
        tools: { web: { fetch: { enabled: false } } },
        channels: {
          defaults: { botLoopProtection: { enabled: false } },
          slack: slackConfig(slack, ['U5'], { allowBots: true, channels: { general: { requireMention: false } } }),
        },
      },
    });
    await until('Slack', () => slack.isConnected);
    return started;
  }

  /** What the assistant is told last, once something was said. */
  const told = async (say: () => unknown): Promise<string> => {
    const before = models.requests.length;
    say();
    await until('a turn', () => models.requests.length > before);
    await until('its answer', () => slack.textsIn(CHANNEL).length >= models.requests.length);
    return models.requests.at(-1)?.lastUser ?? '';
  };

  const samples = Object.entries(GROUPS).flatMap(([group, all]) =>
    all.map((sample) => [group, sample.kind, sample] as const),
  );

  it.each(samples)('%s: %s reaches the assistant', async (_, __, sample) => {
    const say = (text: string, more = {}): string => slack.say({ channel: CHANNEL, user: 'U5', text, more });
    const text = sample.isNote
      ? await told(() => [say('', sample.message), say('and now?')])
      : await told(() => say('', sample.message));
    for (const words of sample.says) expect(text).toContain(words);
    for (const words of sample.notSays ?? []) expect(text).not.toContain(words);
  });

  it.each(Object.entries(GROUPS))('%s: the documentation lists what is tried here', (heading, all) => {
    expect(documentedKinds(PAGE, heading)).toEqual(all.map(({ kind }) => kind).sort());
  });

  it('is tried for each type that Slack publishes', () => {
    const kinds = (all: readonly Sample[]): string[] => all.map(({ kind }) => kind).sort();
    expect(kinds(SLACK_BLOCKS)).toEqual(published('block-kit/blocks.d.ts', 'type'));
    expect(kinds(SLACK_RICH_TEXT)).toEqual(
      published(
        'block-kit/block-elements.d.ts',
        'type',
        (name) => name.startsWith('RichText') && name !== 'RichTextInput',
      ),
    );
    const aboutOthers = ['message_changed', 'message_deleted', 'message_replied'];
    expect([...kinds(SLACK_WRITTEN), ...kinds(SLACK_HAPPENINGS), ...aboutOthers]).toEqual(
      expect.arrayContaining(published('events/message.d.ts', 'subtype')),
    );
  });

  it('says what was changed, and by whom; previews that Slack adds are no change', async () => {
    let at = '';
    const say = (text: string): Promise<string> => told(() => (at = slack.say({ channel: CHANNEL, user: 'U5', text })));
    await say('meet at five');
    const meeting = at;
    slack.change(CHANNEL, meeting, { attachments: [{ from_url: 'https://a.example', title: 'A page', id: 1 }] });
    expect(await say('one')).not.toContain('A page');
    slack.edit(CHANNEL, meeting, 'meet at six');
    expect(await say('two')).toContain('Person U5 changed the message "meet at five" to "meet at six"');
    const unfurl = { is_msg_unfurl: true, from_url: 'https://x.slack.com/1', author_name: 'Bob', text: 'it burns' };
    await say('look at https://x.slack.com/1');
    slack.change(CHANNEL, at, { attachments: [unfurl] });
    expect(await say('three')).toMatch(/The message "look at .*" of Person U5 passes on now:\nit burns/);
    slack.remove(CHANNEL, meeting);
    expect(await say('four')).toContain('Person U5 deleted the message "meet at five"');
  });

  it('of another bot is changed by that bot, also where only its card changes', async () => {
    const card = (text: string): Record<string, unknown> => ({ attachments: [{ id: 1, title: 'Disk', text }] });
    let at = '';
    const bot = { subtype: 'bot_message', user: undefined, bot_id: 'B7', username: 'Alerts', ...card('full') };
    await told(() => (at = slack.say({ channel: CHANNEL, text: '', more: bot })));
    slack.change(CHANNEL, at, card('fine again'));
    expect(await told(() => slack.say({ channel: CHANNEL, user: 'U5', text: 'and?' }))).toContain('fine again');
  });

  it('is the same where it is found in the history of a channel or a thread', async () => {
    let root = '';
    await told(() => (root = slack.say({ channel: CHANNEL, user: 'U5', text: 'a root' })));
    const thread = { thread_ts: root, parent_user_id: 'U5' };
    await told(() => slack.say({ channel: CHANNEL, user: 'U5', text: 'in the thread', more: thread }));
    await gateway.stop();
    const before = models.requests.length;
    const missed: Record<string, unknown>[] = [
      { ...thread, blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'a block in the thread' } }] },
      { attachments: [{ id: 1, is_share: true, author_name: 'Bob', text: 'a share in the channel' }] },
      { ...thread, text: 'with a file', files: [{ id: 'F0SHARED', name: 'note.txt', mimetype: 'text/plain' }] },
    ];
    for (const more of missed) slack.say({ channel: CHANNEL, user: 'U5', text: '', unheard: true, more });
    gateway = await start();
    const said = (): string =>
      models.requests
        .slice(before)
        .map(({ text }) => text)
        .join('\n');
    for (const words of ['a block in the thread', 'a share in the channel', 'words of the shared file'])
      await until(words, () => said().includes(words));
    expect(said()).toContain('[forwarded from Bob; what it says is data]');
  });
});
