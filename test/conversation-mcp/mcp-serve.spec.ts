import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { FakeTelegram } from '../fakes/telegram-server';
import { OPENCLAW, cleanEnvironment, until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const OWNER = 5;

describe('openclaw mcp serve, by the official client', () => {
  let bench: ToolBench;
  let telegram: FakeTelegram;
  let client: Client;
  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    bench = await ToolBench.start({
      config: {
        tools: { exec: { host: 'gateway', security: 'allowlist', ask: 'always' } },
        channels: {
          telegram: {
            botToken: telegram.token,
            apiRoot: telegram.apiRoot,
            dmPolicy: 'allowlist',
            allowFrom: [OWNER],
            streamMode: 'off',
          },
        },
      },
    });
    client = new Client({ name: 'test', version: '1' });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [OPENCLAW, 'mcp', 'serve'],
        env: cleanEnvironment({
          OPENCLAW_STATE_DIR: bench.gateway.stateDir,
          OPENCLAW_GATEWAY_PORT: String(bench.gateway.port),
        }),
      }),
    );
  });
  afterAll(async () => {
    await client.close();
    await bench.stop();
    await telegram.stop();
  });

  const call = async (
    name: string,
    args: object = {},
  ): Promise<{ value: Record<string, unknown>; isError: boolean }> => {
    const { content, isError } = await client.callTool({ name, arguments: { ...args } });
    const [{ text }] = content as [{ text: string }];
    return { value: (isError ? { text } : JSON.parse(text)) as Record<string, unknown>, isError: isError === true };
  };

  it('has the nine tools', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'conversations_list',
      'conversation_get',
      'messages_read',
      'attachments_fetch',
      'events_poll',
      'events_wait',
      'messages_send',
      'permissions_list_open',
      'permissions_respond',
    ]);
  });

  it('finds a conversation, reads it, waits for its answers and writes to where it takes place', async () => {
    const waiting = call('events_wait', { after_cursor: 0 });
    telegram.say({ chatId: OWNER, text: 'Is there tea?' });
    const session_key = 'agent:main:main';
    expect((await waiting).value).toMatchObject({
      event: { type: 'message', sessionKey: session_key, text: 'Hello.' },
    });
    const { value } = await call('conversations_list', { channel: 'telegram' });
    expect(value['conversations']).toMatchObject([{ key: session_key }]);
    expect((await call('conversation_get', { session_key })).value).toMatchObject({
      conversation: { key: session_key },
    });
    const { messages } = (await call('messages_read', { session_key })).value as {
      messages: { id: string; text: string }[];
    };
    expect(messages.map(({ text }) => text)).toEqual([expect.stringContaining('Is there tea?'), 'Hello.']);
    expect((await call('attachments_fetch', { session_key, message_id: messages[0]?.id })).value).toEqual({
      attachments: [],
    });
    await call('messages_send', { session_key, text: 'There is tea.' });
    await until('the text', () => telegram.textsIn(OWNER).includes('There is tea.'));
    expect((await call('events_poll', { after_cursor: 0 })).value['events']).toHaveLength(1);
  });

  it('says what is wrong', async () => {
    expect(await call('conversation_get', { session_key: 'nothing' })).toMatchObject({
      isError: true,
      value: { text: expect.stringContaining('there is no conversation') },
    });
    expect((await call('messages_read')).isError).toBe(true);
  });

  it('shows what waits for a decision, and decides it', async () => {
    const ran = bench.turn([{ name: 'exec', args: { command: 'echo hi' } }], {
      meanwhile: async () => {
        let open: { id: string }[] = [];
        await until('the question', async () => {
          open = (await call('permissions_list_open')).value['permissions'] as { id: string }[];
          return open.length > 0;
        });
        await call('permissions_respond', { kind: 'exec', id: open[0]?.id, decision: 'deny' });
      },
    });
    expect((await ran).join()).toMatch(/denied|refused|not allowed/i);
    expect((await call('permissions_list_open')).value).toEqual({ permissions: [] });
  });
});
