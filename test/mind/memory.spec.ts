import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VectorSet } from '../../src/memory/vector-set';
import { until } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';
import { ToolBench } from '../harness/tool-bench';
import { FakeSite } from '../fakes/web-site';

const NOTES: Record<string, string> = {
  'MEMORY.md': '# Lasting\n\nAnn takes her tea green, without sugar.\n',
  'memory/2026-01-05.md': '# Monday\n\nThe dentist is Dr. Weiss in Lindenstraße 4.\n',
  'memory/2026-01-06.md': '# Tuesday\n\n昨日は京都で友達と会いました。\n우리는 부산에서 생선을 먹었다.\n',
};

/** Vectors by topic, so that words with the same meaning and no letter in common are near each other. */
const TOPICS = [/tea|drink|beverage/i, /dentist|teeth/i, /kyoto|京都/i];
const vectorOf = (text: string): number[] => [...TOPICS.map((topic) => (topic.test(text) ? 1 : 0)), 0.1];

describe('memory', () => {
  const write = (bench: ToolBench): void => {
    mkdirSync(bench.workspace('memory'), { recursive: true });
    for (const [name, text] of Object.entries(NOTES)) writeFileSync(bench.workspace(name), text);
  };

  describe('without an embedding model', () => {
    let bench: ToolBench;
    beforeAll(async () => {
      bench = await ToolBench.start();
      write(bench);
    });
    afterAll(() => bench.stop());

    it.each([
      ['green tea', 'MEMORY.md:1-4'],
      ['Weiss', 'memory/2026-01-05.md'],
      ['京都 友達', 'memory/2026-01-06.md'],
      ['부산에서', 'memory/2026-01-06.md'],
    ])('finds %s by words, with file and lines', async (query, expected) => {
      expect(await bench.call('memory_search', { query })).toContain(expected);
    });

    it('says that it searches by words alone, and so do status and command line', async () => {
      const answer = await bench.client.call('memory.search', { query: 'tea' });
      expect(answer.payload).toMatchObject({ provider: 'none', model: 'full-text' });
      expect(answer.payload?.['note']).toContain('no embedding provider');
      const shown = await runCliShared(['memory', 'search', 'dentist', '--json'], {
        env: { OPENCLAW_STATE_DIR: bench.gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(bench.gateway.port) },
      });
      expect(JSON.parse(shown.stdout)).toMatchObject({ results: [{ path: 'memory/2026-01-05.md', source: 'memory' }] });
    });

    it('notices what is added, changed and removed', async () => {
      writeFileSync(bench.workspace('memory', 'new.md'), 'The spare key hangs behind the clock.\n');
      expect(await bench.call('memory_search', { query: 'spare key' })).toContain('behind the clock');
      appendFileSync(bench.workspace('memory', 'new.md'), 'The alarm code is with the neighbour.\n');
      await until('the change', async () =>
        (await bench.call('memory_search', { query: 'alarm code' })).includes('neighbour'),
      );
      rmSync(bench.workspace('memory', 'new.md'));
      await until('the removal', async () =>
        (await bench.call('memory_search', { query: 'spare key' })).includes('Nothing'),
      );
    });

    it('survives a broken index', async () => {
      await bench.gateway.signal('SIGTERM');
      writeFileSync(join(bench.gateway.stateDir, 'memory', 'main.sqlite'), 'this is no database, only text');
      await bench.models.stop();
      bench = await ToolBench.start();
      write(bench);
      mkdirSync(join(bench.gateway.stateDir, 'memory'), { recursive: true });
      writeFileSync(join(bench.gateway.stateDir, 'memory', 'main.sqlite'), 'this is no database, only text');
      expect(await bench.call('memory_search', { query: 'Weiss' })).toContain('Lindenstraße');
    });

    it('remembers whose text it is', async () => {
      const site = await FakeSite.start();
      const other = await ToolBench.start({ env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url } });
      try {
        site.html('/page', '<title>P</title><p>The secret recipe needs saffron and cardamom.</p>');
        await other.turn(
          [
            { name: 'web_fetch', args: { url: `${site.url}/page` } },
            { name: 'write', args: { path: 'memory/recipes.md', content: 'Saffron and cardamom.\n' } },
          ],
          {
            meanwhile: async () => {
              await until('the question', async () =>
                JSON.stringify((await other.client.call('exec.approval.list')).payload).includes('recipes'),
              );
              const [{ id }] = (await other.client.call('exec.approval.list')).payload as unknown as [{ id: string }];
              await other.client.call('exec.approval.resolve', { id, decision: 'allow-once' });
            },
          },
        );
        const found = await other.client.call('memory.search', { query: 'saffron' });
        expect(found.payload?.['results']).toEqual([
          expect.objectContaining({ path: 'memory/recipes.md', origin: 'web' }),
        ]);
      } finally {
        await other.stop();
        await site.stop();
      }
    });
  });

  describe.each([
    ['openai', '/embeddings'],
    ['gemini', '/models/gemini-embedding-001:batchEmbedContents'],
    ['ollama', '/api/embed'],
  ])('with %s', (provider, path) => {
    it('finds by meaning what shares no word, embeds each text once, and goes on by words when it fails', async () => {
      const site = await FakeSite.start();
      site.answers.set(path, ({ body }) => {
        const asked = JSON.parse(body) as { input?: string[]; requests?: { content: { parts: { text: string }[] } }[] };
        const texts = asked.input ?? asked.requests?.map((request) => request.content.parts[0]?.text ?? '') ?? [];
        const vectors = texts.map(vectorOf);
        if (provider === 'openai') return { data: vectors.map((embedding, index) => ({ index, embedding })).reverse() };
        return { embeddings: provider === 'gemini' ? vectors.map((values) => ({ values })) : vectors };
      });
      const bench = await ToolBench.start({
        config: {
          agents: { defaults: { memorySearch: { provider, remote: { baseUrl: site.url, apiKey: 'embed-key' } } } },
        },
      });
      try {
        write(bench);
        const found = await bench.client.call('memory.search', { query: 'favourite beverage' });
        expect(found.payload).toMatchObject({ provider });
        expect((found.payload?.['results'] as { path: string }[])[0]?.path).toBe('MEMORY.md');
        const texts = site.asked(path).length;
        await bench.client.call('memory.search', { query: 'beverage once more' });
        expect(site.asked(path).length).toBe(texts + 1);
        expect((await bench.client.call('memory.status', {})).payload).toMatchObject({ vectors: 3, chunks: 3 });
        const usage = await bench.client.call('sessions.usage', { groupBy: 'purpose' });
        expect(usage.payload?.['rows']).toContainEqual(expect.objectContaining({ key: 'memory' }));
        site.answers.delete(path);
        const without = await bench.client.call('memory.search', { query: 'dentist' });
        expect(without.payload).toMatchObject({ provider: 'none', results: [{ path: 'memory/2026-01-05.md' }] });
        expect(without.payload?.['note']).toContain('by words alone');
      } finally {
        await bench.stop();
        await site.stop();
      }
    });
  });

  it('takes conversations in where that is asked for', async () => {
    const bench = await ToolBench.start({
      config: {
        agents: {
          defaults: { memorySearch: { sources: ['memory', 'sessions'], experimental: { sessionMemory: true } } },
        },
      },
    });
    try {
      await bench.turn([], { sessionKey: 'talk', message: 'The parrot of the neighbours is called Hannibal.' });
      const found = await bench.client.call('memory.search', { query: 'parrot Hannibal' });
      expect(found.payload?.['results']).toEqual([
        expect.objectContaining({ source: 'sessions', snippet: expect.stringContaining('Hannibal') as string }),
      ]);
    } finally {
      await bench.stop();
    }
  });

  it('nearest vectors are those of a plain comparison', () => {
    const random = (seed: number) => (): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed / 2_147_483_648 - 0.5;
    };
    const next = random(7);
    const vectors = Array.from({ length: 300 }, () => Float32Array.from({ length: 33 }, next));
    const set = new VectorSet(33, vectors.length);
    vectors.forEach((vector, id) => set.add(id, vector));
    const query = Float32Array.from({ length: 33 }, next);
    const norm = (vector: Float32Array): number => Math.hypot(...vector);
    const cosine = (vector: Float32Array): number =>
      vector.reduce((sum, value, at) => sum + value * (query[at] ?? 0), 0) / (norm(vector) * norm(query));
    const expected = vectors.map((vector, id) => ({ id, score: cosine(vector) })).sort((a, b) => b.score - a.score);
    expect(set.nearest(query, 10).map(({ id }) => id)).toEqual(expected.slice(0, 10).map(({ id }) => id));
  });
});
