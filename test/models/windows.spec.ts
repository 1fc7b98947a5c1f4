import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { SilentLoggerFactory } from '../../src/common/logger';
import { ModelFactsService } from '../../src/agent/providers/facts/model-facts.service';
import type { ModelInfo } from '../../src/agent/providers/model-info';
import { ModelRegistry } from '../../src/agent/providers/model-registry.service';
import { TokenGauges } from '../../src/agent/prompt/token-gauge.service';
import { type LocalFault, type LocalKind, LocalModels } from '../fakes/local-models';
import { FakeModels } from '../fakes/model-server';
import { until } from '../harness/gateway-process';

const MODEL = 'qwen3:8b';

describe('the window that a server nearby gives its model', () => {
  let models: FakeModels;
  let stateDir: string;
  let now = 1_800_000_000_000;
  let facts: ModelFactsService;
  /** A machine may be slow; only who says nothing at all is not waited for. */
  let patience = 60_000;
  let registry: ModelRegistry;

  /** A gateway that has just started on the same state. */
  const start = (model: Record<string, unknown> = {}): void => {
    const config = {
      models: { providers: { home: { ...models.provider('openai-completions'), models: [{ id: MODEL, ...model }] } } },
    };
    const service = { config, stateDir, env: { get: () => undefined } } as never;
    const loggers = new SilentLoggerFactory();
    facts = new ModelFactsService(service, loggers, { now: () => now, monotonic: () => now } as never, patience);
    registry = new ModelRegistry(service, { addSecret: () => undefined } as never, facts, loggers);
  };
  const first = async (): Promise<ModelInfo> => {
    const [info] = await facts.learned(() => [registry.lookup(`home/${MODEL}`)]);
    return info as ModelInfo;
  };
  const serve = (kind: LocalKind, window: number, more: Partial<LocalModels> = {}): LocalModels => {
    const server = Object.assign(new LocalModels(kind, MODEL, window), more);
    models.about = server.about;
    return server;
  };

  beforeEach(async () => {
    patience = 60_000;
    models = await FakeModels.start();
    stateDir = mkdtempSync(join(tmpdir(), 'windows-'));
    start();
  });
  afterEach(async () => {
    await models.stop();
    rmSync(stateDir, { recursive: true });
  });

  it.each<[string, LocalKind, Partial<LocalModels>, number]>([
    ['Ollama, loaded', 'ollama', { isLoaded: true }, 12_288],
    ['Ollama, loaded with less than its Modelfile sets', 'ollama', { isLoaded: true, numCtx: 65_536 }, 12_288],
    ['Ollama, by its Modelfile', 'ollama', { numCtx: 16_384 }, 16_384],
    ['Ollama, not loaded: its default, not what the model could take', 'ollama', {}, 4096],
    ['LM Studio, loaded', 'lmstudio', { isLoaded: true }, 12_288],
    ['LM Studio, not loaded', 'lmstudio', {}, 4096],
    ['llama.cpp', 'llamacpp', {}, 12_288],
    ['vLLM', 'vllm', {}, 12_288],
  ])('is asked for when it is first used: %s', async (_, kind, more, window) => {
    serve(kind, 12_288, more);
    expect(registry.lookup(`home/${MODEL}`).contextWindow).toBe(32_768);
    expect((await first()).contextWindow).toBe(window);
  });

  it('is the same behind an address of the network', async () => {
    const lan = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === 'IPv4' && !address.internal)?.address;
    if (lan === undefined) return;
    await models.stop();
    models = await FakeModels.start(lan);
    serve('ollama', 12_288, { isLoaded: true });
    start();
    expect(registry.lookup(`home/${MODEL}`).baseUrl).toContain(lan);
    expect((await first()).contextWindow).toBe(12_288);
  });

  it('is what the configuration states, and nobody is asked; but not more than it is known to be served with', async () => {
    const server = serve('llamacpp', 12_288);
    start({ contextWindow: 100_000 });
    expect((await first()).contextWindow).toBe(100_000);
    expect(server.asked).toEqual([]);
    expect(await facts.refresh(registry.lookup(`home/${MODEL}`), [MODEL])).toEqual({ models: 1 });
    expect((await first()).contextWindow).toBe(12_288);
    start({ contextWindow: 8192 });
    expect((await first()).contextWindow).toBe(8192);
    serve('ollama', 4096);
    rmSync(join(stateDir, 'settings'), { recursive: true });
    start({ contextWindow: 100_000 });
    await facts.refresh(registry.lookup(`home/${MODEL}`), [MODEL]);
    // What is only likely does not overrule whoever runs the server.
    expect((await first()).contextWindow).toBe(100_000);
  });

  it('says what else the model takes', async () => {
    serve('ollama', 12_288, { isLoaded: true, hasVision: true });
    expect((await first()).input).toEqual(['text', 'image']);
  });

  it('is kept over a restart, also while the server is away, and looked at again behind what is under way', async () => {
    const server = serve('ollama', 12_288, { isLoaded: true });
    await first();
    models.about = () => 'silence';
    patience = 100;
    start();
    expect(registry.lookup(`home/${MODEL}`).contextWindow).toBe(12_288);
    expect((await first()).contextWindow).toBe(12_288);
    server.window = 24_576;
    models.about = server.about;
    patience = 60_000;
    start();
    expect((await first()).contextWindow).toBe(12_288);
    await until('it is looked at again', () => registry.lookup(`home/${MODEL}`).contextWindow === 24_576);
  });

  it('stays known when the model has been unloaded, and is found when it is loaded by its first answer', async () => {
    const server = serve('ollama', 24_576);
    const info = await first();
    expect(info.contextWindow).toBe(4096);
    const gauges = new TokenGauges(facts);
    server.isLoaded = true;
    gauges.learn(info, 3000, { input: 3000, cacheRead: 0, cacheWrite: 0 });
    // The turn that is under way has it, too.
    await until('the window is known', () => gauges.of(info).window === 24_576);
    server.isLoaded = false;
    now += 3_600_000;
    const before = server.asked.length;
    await first();
    await until('the server is asked', () => server.asked.length >= before + 3);
    expect((await first()).contextWindow).toBe(24_576);
  });

  it.each<LocalFault>(['silence', 'html', 'broken', 'odd types', 'refuses', 'moved'])(
    'is the usual one where the server fails at telling it: %s',
    async (fault) => {
      if (fault === 'silence') {
        patience = 100;
        start();
      }
      const server = serve('ollama', 12_288, { isLoaded: true, fault });
      expect((await first()).contextWindow).toBe(32_768);
      const asked = server.asked.length;
      // Nobody waits for it a second time.
      await first();
      expect(server.asked).toHaveLength(asked);
      server.fault = undefined;
      patience = 60_000;
      start();
      now += 3_600_000;
      expect((await first()).contextWindow).toBe(12_288);
    },
  );

  it('begins anew where what was kept is damaged', async () => {
    serve('llamacpp', 12_288);
    await first();
    const path = join(stateDir, 'settings', 'model-facts.json');
    const kept = readFileSync(path, 'utf8');
    for (const damaged of [kept.slice(0, -9), '[]', kept.replaceAll('12288', '-1'), kept.replaceAll('12288', '"x"')]) {
      writeFileSync(path, damaged);
      start();
      expect(registry.lookup(`home/${MODEL}`).contextWindow).toBe(32_768);
      expect((await first()).contextWindow).toBe(12_288);
    }
  });

  it('is what a refusal has named, over a restart, until it is stated anew', async () => {
    start({ contextWindow: 100_000 });
    const info = await first();
    const gauges = new TokenGauges(facts);
    expect(gauges.refused(info, 60_000, { limit: 16_384, counted: 65_536 })).toBe(true);
    // It counts more tokens than we do.
    expect(gauges.of(info).window).toBe(Math.floor((16_384 * 60_000) / 65_536));
    start({ contextWindow: 100_000 });
    expect((await first()).contextWindow).toBe(16_384);
    start({ contextWindow: 120_000 });
    expect((await first()).contextWindow).toBe(120_000);
  });
});
