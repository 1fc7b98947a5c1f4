import { mkdirSync, writeFileSync } from 'node:fs';
import { ToolBench } from '../harness/tool-bench';
import { WireClient } from '../harness/wire-client';

interface Artifact {
  id: string;
  title: string;
  [field: string]: unknown;
}

describe('files that were handed over', () => {
  let bench: ToolBench;
  let client: WireClient;
  const key = 'agent:main:made';
  beforeAll(async () => {
    bench = await ToolBench.start({});
    client = await WireClient.connected(bench.gateway.url, { minProtocol: 4, maxProtocol: 4 });
    mkdirSync(bench.workspace('out'), { recursive: true });
    writeFileSync(bench.workspace('out', 'report.txt'), 'all is well');
    writeFileSync(bench.workspace('out', 'second.txt'), 'and more');
    writeFileSync(bench.workspace('.hidden'), 'a setting');
    await say('first', 'Look.\nMEDIA:out/report.txt\nMEDIA:https://site.example/chart.png');
    await say('second', 'And.\nMEDIA:out/second.txt\nMEDIA:.hidden');
    await say('third', 'Nothing.');
  });
  afterAll(async () => {
    client.close();
    await bench.stop();
  });
  const say = async (runId: string, answer: string): Promise<void> => {
    bench.models.answer = () => ({ steps: [{ text: answer }] });
    await client.done('chat.send', { sessionKey: key, message: 'please', idempotencyKey: runId });
    await client.done('agent.wait', { runId, timeoutMs: 20_000 });
  };
  const listed = async (params: object): Promise<Artifact[]> =>
    (await client.done<{ artifacts: Artifact[] }>('artifacts.list', params)).artifacts;
  const titles = async (params: object): Promise<string[]> => (await listed(params)).map(({ title }) => title);

  it('are listed by conversation and by turn', async () => {
    const all = ['report.txt', 'chart.png', 'second.txt', '.hidden'];
    expect(await titles({ sessionKey: key })).toEqual(all);
    expect(await titles({ sessionKey: 'made', agentId: 'main' })).toEqual(all);
    expect(await titles({ runId: 'second' })).toEqual(['second.txt', '.hidden']);
    expect(await titles({ runId: 'third', sessionKey: key })).toEqual([]);
    expect(await titles({ sessionKey: 'agent:main:none' })).toEqual([]);
    expect(await titles({ sessionKey: key, type: 'image', messageRole: 'assistant' })).toEqual(['chart.png']);
    const page = await client.done<{ nextCursor: string }>('artifacts.list', { sessionKey: key, limit: 3 });
    expect(page).toMatchObject({ artifacts: all.slice(1).map((title) => ({ title })), nextCursor: '1' });
    expect(await client.done('artifacts.list', { sessionKey: key, limit: 3, cursor: page.nextCursor })).toEqual({
      artifacts: [expect.objectContaining({ title: 'report.txt' })],
    });
    const [report, chart] = await listed({ runId: 'first' });
    expect(report).toMatchObject({ type: 'file', sizeBytes: 11, sessionKey: key, download: { mode: 'bytes' } });
    expect(chart).toMatchObject({ type: 'link', download: { mode: 'url' } });
  });

  it('are fetched as they are now, by whoever may read them', async () => {
    const [report, chart] = await listed({ runId: 'first' });
    const hidden = (await listed({ runId: 'second' })).at(-1);
    const fetch = (artifact: Artifact | undefined, by = client): ReturnType<WireClient['call']> =>
      by.call('artifacts.download', { sessionKey: key, artifactId: artifact?.id });
    expect((await client.done('artifacts.get', { sessionKey: key, artifactId: report?.id }))['artifact']).toEqual(
      report,
    );
    expect((await fetch(report)).payload).toMatchObject({
      artifact: { id: report?.id, mimeType: 'text/plain' },
      encoding: 'base64',
      data: Buffer.from('all is well').toString('base64'),
    });
    expect((await fetch(chart)).payload).toMatchObject({ url: 'https://site.example/chart.png' });
    const reader = await WireClient.connected(bench.gateway.url, { minProtocol: 4, scopes: ['operator.read'] });
    expect((await fetch(report, reader)).ok).toBe(true);
    expect((await fetch(hidden, reader)).error?.message).toBe('missing scope: operator.write');
    expect((await fetch(hidden)).payload).toMatchObject({ data: Buffer.from('a setting').toString('base64') });
    reader.close();
  });

  it('are asked for by what there is', async () => {
    for (const [params, message] of [
      [{}, 'one of sessionKey, runId and taskId is needed'],
      [{ sessionKey: key, cursor: '9' }, 'cursor must be the nextCursor of an answer'],
      [{ runId: 'fourth' }, 'runId: no turn is called fourth'],
      [{ taskId: 'none' }, 'taskId: no turn is called none'],
      [{ runId: 'first', sessionKey: 'agent:main:other' }, 'this turn is of agent:main:made'],
    ] as const)
      expect((await client.call('artifacts.list', params)).error?.message).toContain(message);
    expect((await client.call('artifacts.get', { sessionKey: key, artifactId: 'none' })).error).toMatchObject({
      code: 'INVALID_REQUEST',
      details: { code: 'ARTIFACT_NOT_FOUND', artifactId: 'none' },
    });
  });
});
