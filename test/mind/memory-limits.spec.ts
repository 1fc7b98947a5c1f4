import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { FakeEmbeddings } from '../fakes/embedding-server';
import { runCliShared } from '../harness/cli-worker';
import { ToolBench } from '../harness/tool-bench';

describe('search by meaning with a server that has limits', () => {
  let server: FakeEmbeddings;
  let bench: ToolBench;

  beforeEach(async () => {
    server = await FakeEmbeddings.start();
    server.vectorOf = (text) => [/tulip|rose|orchid|flower/i.test(text) ? 9 : 0, 1, 0];
    const remote = { baseUrl: server.url, apiKey: 'embed-key' };
    bench = await ToolBench.start({
      config: { agents: { defaults: { memorySearch: { provider: 'openai', remote } } } },
    });
    mkdirSync(bench.workspace('memory'), { recursive: true });
  });
  afterEach(async () => {
    await bench.stop();
    await server.stop();
  });

  const note = (name: string, text: string): void => writeFileSync(bench.workspace('memory', name), text);
  const search = async (
    query: string,
  ): Promise<{ paths: string[]; provider: unknown; note: unknown; size: number }> => {
    const { payload = {} } = await bench.client.call('memory.search', { query, maxResults: 50 });
    const results = payload['results'] as { path: string }[];
    return {
      paths: results.map(({ path }) => path),
      provider: payload['provider'],
      note: payload['note'],
      size: JSON.stringify(payload).length,
    };
  };
  const status = async (): Promise<Record<string, unknown>> =>
    (await bench.client.call('memory.status', {})).payload ?? {};
  const memory = (...args: string[]) =>
    runCliShared(['memory', ...args], {
      env: { OPENCLAW_STATE_DIR: bench.gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(bench.gateway.port) },
    });

  it('a long line is sent in pieces, found, and shown as far as it fits', async () => {
    server.limits = { chars: 32_000 };
    server.vectorOf = (text) => [/rose|flower/.test(text) ? 9 : 0, 1, text.includes('zebra') ? 9 : 0];
    note('dump.md', `dump ${'{"k":"value of something"},'.repeat(8000)} the last word is zebra\n`);
    note('rose.md', 'A new note about a rose.\n');
    const answer = await search('flower');
    expect(answer).toMatchObject({ provider: 'openai', note: undefined });
    expect(answer.paths).toContain('memory/rose.md');
    expect(server.refused).toEqual([]);
    expect((await search('zebra')).paths[0]).toBe('memory/dump.md');
    const shown = await memory('search', 'zebra', '--max-results', '1');
    expect(shown.stdout).toContain('zebra');
    expect(shown.stdout.length).toBeLessThan(1000);
    expect((await search('something')).size).toBeLessThan(60_000);
    expect((await memory('index')).code).toBe(0);
  });

  it('what is refused is found by words, the rest by meaning, and it is not sent again', async () => {
    server.limits = { refuses: /poison/ };
    for (let index = 0; index < 20; index++)
      note(`${index}.md`, `Note ${index} about ${index === 7 ? 'poison' : 'soup'}.\n`);
    note('orchid.md', 'An orchid stands by the window.\n');
    expect((await search('flower')).paths[0]).toBe('memory/orchid.md');
    expect((await search('poison')).paths).toContain('memory/7.md');
    expect(await status()).toMatchObject({ chunks: 21, vectors: 20, refused: 1 });
    const before = server.refused.length;
    await search('flower again');
    expect(server.refused).toHaveLength(before);
    const index = await memory('index');
    expect([index.code, index.stdout]).toEqual([0, expect.stringContaining('1 chunks were refused by openai')]);
    expect(server.refused).toHaveLength(before);
    // Asked anew, it may be taken.
    server.limits = {};
    expect((await memory('index', '--force')).code).toBe(0);
    expect(await status()).toMatchObject({ vectors: 21 });
  });

  it('fewer items at once than usual are found out once', async () => {
    server.limits = { items: 8 };
    for (let index = 0; index < 40; index++) note(`${index}.md`, `Note ${index} about soup.\n`);
    await search('flower');
    expect(await status()).toMatchObject({ vectors: 40 });
    const refused = server.refused.length;
    for (let index = 40; index < 80; index++) note(`${index}.md`, `Note ${index} about tea.\n`);
    await expect(search('flower')).resolves.toMatchObject({ provider: 'openai' });
    await memory('index');
    expect(await status()).toMatchObject({ vectors: 80 });
    expect(server.refused).toHaveLength(refused);
  });

  it('a server that takes nothing is not asked for each text, and what was done before it failed stays', async () => {
    note('rose.md', 'A rose.\n');
    await search('flower');
    server.fails = 401;
    for (let index = 0; index < 50; index++) note(`${index}.md`, `Note ${index} about soup.\n`);
    const answer = await search('soup');
    expect(answer).toMatchObject({ provider: 'none', note: expect.stringContaining('status 401') as string });
    server.fails = 400;
    const { code, stderr } = await memory('index');
    expect([code, stderr]).toEqual([1, expect.stringContaining('status 400')]);
    expect(server.refused.length).toBeLessThan(30);
    expect(await status()).toMatchObject({ vectors: 1 });
    server.fails = undefined;
    expect((await memory('index')).code).toBe(0);
    expect(await status()).toMatchObject({ chunks: 51, vectors: 51 });
  });

  it('an index of an older release is made anew, and what was paid for is kept', async () => {
    note('rose.md', 'A rose in der Lindenstraße.\n');
    await search('flower');
    await bench.gateway.signal('SIGTERM');
    const file = new SqliteFile(join(bench.gateway.stateDir, 'memory', 'main.sqlite'));
    file.exec('drop table refusals; drop table chunk_terms; drop table chunk_text; pragma user_version = 1');
    file.exec('create virtual table chunk_text using fts5 (terms, tokenize = "unicode61 remove_diacritics 0")');
    file.close();
    const asked = server.taken.flat().filter((text) => text.includes('rose')).length;
    await bench.restart();
    expect((await search('LINDENSTRASSE')).paths).toContain('memory/rose.md');
    expect(await status()).toMatchObject({ vectors: 1 });
    expect(server.taken.flat().filter((text) => text.includes('rose'))).toHaveLength(asked);
  });
});
