import { reloadPlan } from './reload-plan';

describe('what a changed configuration needs', () => {
  const kinds = (before: unknown, after: unknown): Record<string, string> =>
    Object.fromEntries(reloadPlan(before, after, (id) => id === 'telegram').map(({ path, kind }) => [path, kind]));

  it.each([
    ['nothing', { logging: { level: 'info' } }, { logging: { level: 'info' } }, {}],
    ['the level of the log', {}, { logging: { level: 'debug' } }, { 'logging.level': 'hot' }],
    [
      'a model',
      { agents: { defaults: { model: 'a' } } },
      { agents: { defaults: { model: 'b' } } },
      { 'agents.defaults.model': 'none' },
    ],
    [
      'heartbeats',
      {},
      { agents: { defaults: { heartbeat: { every: '1h' } } } },
      { 'agents.defaults.heartbeat': 'hot' },
    ],
    ['tools', {}, { tools: { profile: 'full' } }, { 'tools.profile': 'none' }],
    ['jobs', {}, { cron: { enabled: false } }, { 'cron.enabled': 'hot' }],
    ['a hook', {}, { hooks: { enabled: true } }, { 'hooks.enabled': 'hot' }],
    [
      'a channel that is there',
      {},
      { channels: { telegram: { enabled: false } } },
      { 'channels.telegram.enabled': 'hot' },
    ],
    ['a channel that is not', {}, { channels: { discord: { token: 'x' } } }, { 'channels.discord.token': 'restart' }],
    ['the port', { gateway: { port: 1 } }, { gateway: { port: 2 } }, { 'gateway.port': 'restart' }],
    ['where a remote one is', {}, { gateway: { remote: { url: 'ws://x' } } }, { 'gateway.remote.url': 'none' }],
    ['a key nobody knows', {}, { nobody: 1 }, { nobody: 'restart' }],
    ['plugins', {}, { plugins: { enabled: false } }, { 'plugins.enabled': 'restart' }],
  ])('%s', (_, before, after, expected) => {
    expect(kinds(before, after)).toEqual(expected);
  });
});
