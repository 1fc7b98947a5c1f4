import { resolve } from 'node:path';
import { mcpToolName } from '../../src/tools/mcp/mcp-tool';
import type { ModelFormat, ModelStep } from '../fakes/model-formats/model-format';
import type { StrictName } from '../fakes/model-formats/strict/providers';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { type Frame, WireClient } from '../harness/wire-client';

const TARGETS: [string, ModelFormat, StrictName, string][] = [
  ['anthropic', 'anthropic-messages', 'anthropic', 'claude-sonnet-4-5'],
  ['openai', 'openai-responses', 'openai-responses', 'gpt-4.1'],
  ['google', 'google-generative-ai', 'gemini', 'gemini-2.5-pro'],
];

describe('an MCP server with odd tools', () => {
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;
  let runs = 0;

  beforeAll(async () => {
    models = await FakeModels.start();
    const providers = Object.fromEntries(
      TARGETS.map(([name, format, as, model]) => [name, models.provider(format, model, {}, as)]),
    );
    gateway = await GatewayProcess.start({
      config: {
        models: { providers },
        agents: { defaults: { model: { primary: 'anthropic/claude-sonnet-4-5' } } },
        mcp: {
          servers: {
            odd: {
              command: process.execPath,
              args: [resolve(__dirname, '../fakes/mcp-odd-server.cjs')],
              harmlessTools: ['*'],
            },
            endless: {
              command: process.execPath,
              args: [resolve(__dirname, '../fakes/mcp-odd-server.cjs')],
              env: { ENDLESS: '1' },
            },
          },
        },
      },
    });
    client = await WireClient.connected(gateway.url);
    await until('the servers to be connected', () => gateway.output.join('').split('MCP server connected').length > 2);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await models.stop();
  });

  const say = async (sessionKey: string, message: string): Promise<Frame> => {
    const { payload } = await client.call('chat.send', { sessionKey, message, idempotencyKey: `odd-${++runs}` });
    return client.event('chat', (event) => event['runId'] === payload?.['runId'] && event['state'] !== 'delta');
  };

  it.each(TARGETS)('ends no turn with %s', async (provider, _, __, model) => {
    const twin = mcpToolName('odd', 'get it', new Set(['mcp__odd__get_it']));
    const first = ['plain', 'either', 'listed', 'rows', 'signs'].map((name) => `mcp__odd__${name}`);
    const more = ['mcp__odd__get_it', twin, 'mcp__odd__endless', 'mcp__odd__bare'];
    let step = 0;
    models.answer = (request) => {
      if (request.toolResults === 0) step = 0;
      step++;
      const find = (names: string[]): ModelStep => ({ tool: { name: 'find_tools', args: { query: 'odd', names } } });
      // A parameter may go by another name there.
      const key = /"([^"{}]*top[^"]*)":\{/.exec(JSON.stringify(request.body['tools']))?.[1] ?? '';
      if (step === 1) return { steps: [find(first), find(more)] };
      if (step === 2)
        return {
          steps: [{ tool: { name: 'mcp__odd__signs', args: { [key]: 3 } } }, { tool: { name: twin, args: {} } }],
        };
      return { steps: [{ text: 'Done.' }] };
    };
    const session = `odd-${provider}`;
    await say(session, `/model ${provider}/${model}`);
    const end = await say(session, 'Find the tools of the server');
    expect(models.refusals).toEqual([]);
    expect(end.payload).toMatchObject({ state: 'final' });
    const last = models.requests.at(-1);
    const offered = [...JSON.stringify(last?.body['tools']).matchAll(/"name":"(mcp__[^"]*)"/g)].map(
      (match) => match[1],
    );
    expect(offered.sort()).toEqual([...first, ...more].filter((name) => !name.endsWith('endless')).sort());
    // Each call has reached its tool, with the names that the tool knows.
    for (const result of ['signs {', '$top', 'get it {}']) expect(last?.text).toContain(result);
    expect(gateway.output.join('')).toContain('a tool is not offered to this model');
    expect((await say(session, 'And once more')).payload).toMatchObject({ state: 'final' });
  });

  it('is asked for so many pages and no more', () => {
    expect(gateway.output.join('')).toContain('or pages without end: the rest is left out');
  });
});
