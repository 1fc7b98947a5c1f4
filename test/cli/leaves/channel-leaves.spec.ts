import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeSlack } from '../../fakes/slack-server';
import { FakeTelegram } from '../../fakes/telegram-server';
import { GatewayProcess, until } from '../../harness/gateway-process';
import { CliWorker } from '../../harness/cli-worker';
import type { CliResult } from '../../harness/run-cli';

const OWNER = 'U5';

/** Every leaf that is about chats, against one gateway with two platforms. */
describe('leaves about chats', () => {
  let slack: FakeSlack;
  let telegram: FakeTelegram;
  let gateway: GatewayProcess;
  let dm: string;
  let cli: CliWorker;
  beforeAll(async () => {
    slack = await FakeSlack.start();
    telegram = await FakeTelegram.start();
    slack.people.push({ id: OWNER, name: 'ann', real_name: 'Ann Example' });
    dm = slack.directWith(OWNER);
    gateway = await GatewayProcess.start({
      config: {
        channels: {
          slack: {
            botToken: slack.botToken,
            appToken: slack.appToken,
            apiRoot: slack.apiRoot,
            dm: { policy: 'allowlist', allowFrom: [OWNER] },
          },
          telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'allowlist', allowFrom: [77] },
        },
      },
    });
    cli = CliWorker.start({ OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) });
  });
  afterAll(async () => {
    await cli.stop();
    await gateway.stop();
    await slack.stop();
    await telegram.stop();
  });

  const run = (...args: string[]): Promise<CliResult> => cli.run(...args);
  const message = (...args: string[]): Promise<CliResult> => run('message', ...args);
  const onSlack = (...args: string[]): Promise<CliResult> => message(...args, '--channel', 'slack', '-t', dm);
  const onTelegram = (...args: string[]): Promise<CliResult> => message(...args, '--channel', 'telegram', '-t', '77');
  const asked = (method: string): Record<string, unknown> | undefined =>
    slack.calls.findLast((call) => call.method === method)?.params;

  it('message: send, edit, react, reactions, pin, unpin, pins, delete', async () => {
    const sent = await onSlack('send', '-m', 'first wrods', '--json');
    const { messageId } = JSON.parse(sent.stdout) as { messageId: string };
    expect((await onSlack('edit', '-m', 'first words')).stdout).toMatch(/messageId +\d/);
    expect(slack.sent.at(-1)?.versions).toEqual(['first wrods', 'first words']);
    const about = ['--message-id', messageId];
    expect(await onSlack('react', '--emoji', '👍', ...about)).toMatchObject({ code: 0, stdout: 'reacted with 👍\n' });
    expect(asked('reactions.add')).toMatchObject({ channel: dm, timestamp: messageId, name: 'thumbsup' });
    expect((await onSlack('react', '--remove', '--emoji', '👍', ...about)).stdout).toBe('the reaction is taken back\n');
    expect((await onSlack('pin', ...about)).stdout).toBe('the message is pinned\n');
    expect((await onSlack('unpin', ...about)).code).toBe(0);
    expect(asked('pins.remove')).toMatchObject({ timestamp: messageId });
    expect(JSON.parse((await onSlack('pins', '--json')).stdout)).toMatchObject({ ok: true });
    expect(JSON.parse((await onSlack('reactions', ...about, '-o', 'json')).stdout)).toMatchObject({ ok: true });
    expect((await onSlack('delete', ...about)).stdout).toBe('the message is deleted\n');
    expect(asked('chat.delete')).toMatchObject({ channel: dm, ts: messageId });
  });

  it('message: read, thread, permissions, channel, member, emoji, poll, sticker, broadcast, dry runs', async () => {
    slack.say({ channel: dm, user: OWNER, text: 'something said' });
    expect((await onSlack('read', '--limit', '50')).stdout).toContain('something said');
    expect((await onSlack('thread', 'reply', '-m', 'below', '--thread-id', '1.5')).stdout).toMatch(/messageId +\d/);
    expect(asked('chat.postMessage')).toMatchObject({ thread_ts: '1.5', text: 'below' });
    expect((await onSlack('thread', 'list', '--thread-id', '1.5')).stdout).toContain('below');
    expect((await onSlack('channel', 'info')).stdout).toContain(dm);
    expect((await onSlack('permissions', '--field', 'channel.id')).stdout).toBe(`${dm}\n`);
    expect((await onSlack('member', 'info', '--user-id', OWNER)).stdout).toContain(`Person ${OWNER}`);
    const poll = ['--poll-question', 'Tea?', '--poll-option', 'yes', '--poll-option', 'no'];
    expect((await onTelegram('poll', ...poll)).stdout).toMatch(/^sent to telegram:77 as \d+\n$/);
    const dry = await onTelegram('sticker', 'send', 'file-1', '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({
      method: 'message.action',
      params: { action: 'sticker', channel: 'telegram', params: { target: '77', name: 'file-1' } },
    });
    const broadcast = await message(
      'broadcast',
      '--channel',
      'slack',
      '--targets',
      `${dm},@nobody`,
      '-m',
      'all',
      '--json',
    );
    expect(broadcast.code).toBe(1);
    expect(JSON.parse(broadcast.stdout)).toEqual({
      results: [
        expect.objectContaining({ to: dm, ok: true }),
        expect.objectContaining({ to: '@nobody', ok: false, error: expect.stringContaining('@nobody') as string }),
      ],
    });
  });

  it.each([
    [['search', 'words'], `telegram can't "search"; actions: send, reply`],
    [['read'], `telegram can't "read"; actions:`],
    [['kick', '--user-id', '1'], `telegram can't "kick"; actions:`],
    [['sticker', 'send', 'x'], 'sticker is off; set channels.telegram.actions.sticker to true'],
    [['edit', '-m', 'x', '--message-id', '999999'], 'message'],
  ])('says what a channel has not got: %j', async (args, error) => {
    const result = await onTelegram(...args);
    expect([result.code, result.stdout, result.stderr]).toEqual([1, '', expect.stringContaining(error)]);
  });

  it.each([
    [['react', '--emoji', 'x'], 'which message? --message-id <id>'],
    [['thread', 'create'], 'what is it called? --name <name>'],
    [['search'], 'what for? message search <words>'],
    [['kick'], 'who? --user-id <id>'],
    [['role', 'add', '--user-id', '1'], 'which role? --role-id <id>'],
    [['timeout', '--user-id', '1'], 'for how long? --duration-min <n>'],
    [['broadcast', '-m', 'x'], '--targets'],
  ])('asks for what is missing: %j', async (args, error) => {
    const result = await message(...args);
    expect([result.code, result.stderr]).toEqual([2, expect.stringContaining(error)]);
  });

  it('message: which of several channels has to be said', async () => {
    expect((await message('read', '-t', '1')).stderr).toContain('channel is needed, one of');
  });

  it('channels capabilities, resolve, logs and directory', async () => {
    expect((await run('channels', 'capabilities', 'slack')).stdout).toMatch(/slack .*yes .*react, reactions/);
    const all = JSON.parse((await run('channels', 'capabilities', '--json')).stdout) as { channels: { id: string }[] };
    expect(all.channels.map(({ id }) => id)).toEqual(expect.arrayContaining(['telegram', 'slack']));
    const resolved = await run('channels', 'resolve', '--channel', 'slack', '--kind', 'user', 'ann', 'nobody');
    expect(resolved).toMatchObject({ code: 1, stdout: expect.stringMatching(/@ann +U5\n@nobody .*nothing/) as string });
    expect((await run('directory', 'self', '--channel', 'telegram')).stdout).toContain('nest_test_bot');
    await until('the conversation', async () => {
      const { stdout } = await run('directory', 'peers', 'list', '--channel', 'slack', '--json');
      return stdout.includes('"conversation"') || stdout.includes(OWNER);
    });
    expect((await run('directory', 'groups', 'list', '--channel', 'slack')).stdout).toBe('none\n');
    expect((await run('directory', 'peers', 'list', '--channel', 'discord')).stderr).toContain('discord');
    const inGroup = await run('directory', 'groups', 'members', 'C1', '--channel', 'slack', '--query', 'ann', '--json');
    expect(JSON.parse(inGroup.stdout)).toMatchObject([{ kind: 'user', id: 'U5' }]);
    expect(asked('conversations.members')).toMatchObject({ channel: 'C1' });
    const admins = await run('directory', 'groups', 'members', '--channel', 'telegram', '--group-id', '-100');
    expect(admins).toMatchObject({
      stdout: expect.stringMatching(/^5 +Ann Lee @ann +creator$/m) as string,
      stderr: expect.stringContaining('administrators only') as string,
    });
    expect((await run('channels', 'logs', '--channel', 'slack')).code).toBe(0);
  });

  it('message send --buttons, and what no platform has', async () => {
    const rows = JSON.stringify([[{ text: 'Yes', callback_data: 'yes please' }, { text: 'No' }]]);
    const sent = await onTelegram('send', '-m', 'Tea?', '--buttons', rows, '--json');
    expect([sent.stderr, JSON.parse(sent.stdout)]).toEqual([
      '',
      expect.objectContaining({ ok: true, channel: 'telegram' }),
    ]);
    const shown = telegram.calls.findLast(({ method }) => method === 'sendMessage');
    expect(JSON.stringify(shown?.params)).toContain('"Yes"');
    expect((await onSlack('send', '-m', 'Tea?', '--buttons', rows)).stdout).toMatch(/^sent to slack:/);
    expect(JSON.stringify(asked('chat.postMessage'))).toContain('"Yes');
    for (const [args, text] of [
      [['--buttons', 'x'], '--buttons must be a JSON list'],
      [['--buttons', '[{}]'], 'row 0 must be a list'],
      [['--card', '{}'], 'no chat platform here shows Adaptive Cards'],
      [['--gif-playback'], 'only WhatsApp asks for it'],
    ] as const)
      expect((await onTelegram('send', '-m', 'x', ...args)).stderr).toContain(text);
    expect((await onTelegram('send', '--media', 'x.png', '--buttons', rows)).stderr).toContain('add --message');
    await run('config', 'set', 'channels.telegram.capabilities', '{"inlineButtons":"off"}');
    await until('it is taken over', async () =>
      (await onTelegram('send', '-m', 'Tea?', '--buttons', rows)).stderr.includes('capabilities.inlineButtons'),
    );
    await run('config', 'unset', 'channels.telegram.capabilities');
  });

  it('agents bind, bindings, unbind', async () => {
    const bind = (verb: string, ...more: string[]): Promise<CliResult> =>
      run('agents', verb, '--agent', 'main', ...more);
    expect((await bind('bind', '--bind', 'telegram:work')).stdout).toContain('main answers on telegram:work');
    expect((await bind('bind', '--bind', 'telegram:work')).stderr).toContain('answers there already');
    expect((await run('agents', 'bindings')).stdout).toMatch(/main +telegram:work/);
    expect((await bind('unbind', '--bind', 'telegram:work', '--json')).code).toBe(0);
    expect((await bind('unbind', '--bind', 'telegram:work')).code).toBe(1);
    expect((await run('agents', 'bind', '--agent', 'nobody', '--bind', 'slack')).stderr).toContain('there are: main');
  });

  it('channels add, login, disable, enable and remove change the configuration', async () => {
    const get = async (path: string): Promise<string> => (await run('config', 'get', path)).stdout;
    const refused = await run('channels', 'add', 'telegram', '--account', 'work', '--token', '1:no');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('nothing was changed')]);
    expect(await run('config', 'get', 'channels.telegram.accounts')).toMatchObject({ code: 1 });
    const untried = await run(
      'channels',
      'add',
      'telegram',
      '--account',
      'work',
      '--token',
      '1:x',
      '--no-probe',
      '--json',
    );
    expect(JSON.parse(untried.stdout)).toMatchObject({ ok: true, channel: 'telegram', accountId: 'work' });
    expect((await run('channels', 'disable', 'telegram', '--account', 'work')).stdout).toContain(
      'telegram/work is off',
    );
    expect(await get('channels.telegram.accounts.work.enabled')).toBe('false\n');
    expect((await run('channels', 'enable', 'telegram', '--account', 'work')).code).toBe(0);
    expect(await get('channels.telegram.accounts.work.enabled')).toBe('true\n');
    expect((await run('channels', 'remove', 'telegram', '--account', 'work', '--delete')).code).toBe(0);
    expect((await run('channels', 'disable', 'telegram', '--account', 'work')).stderr).toContain('no account "work"');
    expect((await run('channels', 'login', 'telegram', '--token', telegram.token)).stdout).toContain('nest_test_bot');
    expect((await run('channels', 'add', 'fax')).stderr).toContain('"fax" has no token');
    const file = join(gateway.stateDir, 'telegram.token');
    writeFileSync(file, `${telegram.token}\n`);
    expect((await run('channels', 'add', 'telegram', '--token-file', file)).stdout).toContain('nest_test_bot');
    expect(await run('channels', 'add', 'telegram', '--token-file', `${file}.no`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--token-file must be a file of at most') as string,
    });
    expect((await run('channels', 'add', 'telegram', '--token-file', file, '--token', '1:x')).stderr).toContain(
      'one of',
    );
  });
});
