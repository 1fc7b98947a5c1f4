import type { OpenclawConfig } from '../../config/openclaw.config';
import { ModelRegistry } from './model-registry.service';

const windowOf = (baseUrl: string, model: Record<string, unknown> = {}): number => {
  const config = {
    models: { providers: { mine: { baseUrl, apiKey: 'k', models: [{ id: 'm', name: 'm', ...model }] } } },
  } as unknown as OpenclawConfig;
  const env = { get: () => undefined };
  const log = { child: () => ({ warn: () => undefined }) };
  const facts = { of: () => undefined };
  const registry = new ModelRegistry(
    { config, env } as never,
    { addSecret: () => undefined } as never,
    facts as never,
    log as never,
  );
  return registry.lookup('mine/m').contextWindow;
};

describe('the window of a model that nobody has stated', () => {
  it.each([
    'http://127.0.0.1:11434/v1',
    'http://localhost:1234/v1',
    'http://[::1]:8080/v1',
    'http://10.0.0.7:8080/v1',
    'http://nas.local:11434/v1',
    'http://ollama:11434/v1',
  ])('is small for a server nearby: %s', (baseUrl) => expect(windowOf(baseUrl)).toBe(32_768));

  it.each(['https://api.example/v1', 'http://127.0.0.1.example/v1', 'http://93.184.216.34:8080/v1', ''])(
    'is the usual one elsewhere: %s',
    (baseUrl) => expect(windowOf(baseUrl)).toBe(200_000),
  );

  it('is what the configuration states, wherever the server is', () =>
    expect(windowOf('http://127.0.0.1:11434/v1', { contextWindow: 131_072 })).toBe(131_072));
});
