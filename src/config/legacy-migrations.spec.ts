import { migrateLegacy } from './legacy-migrations';
import { findLegacyKeys } from './legacy-keys';

describe('configurations of older releases', () => {
  it.each([
    [
      'bindings.match.provider->bindings.match.channel',
      { bindings: [{ agentId: 'a', match: { provider: 'telegram' } }] },
      { bindings: [{ agentId: 'a', match: { channel: 'telegram' } }] },
    ],
    [
      'bindings.match.accountID->bindings.match.accountId',
      { bindings: [{ agentId: 'a', match: { accountID: 'x' } }] },
      { bindings: [{ agentId: 'a', match: { accountId: 'x' } }] },
    ],
    [
      'session.sendPolicy.rules.match.provider->match.channel',
      { session: { sendPolicy: { rules: [{ match: { provider: 'slack' }, action: 'deny' }] } } },
      { session: { sendPolicy: { rules: [{ match: { channel: 'slack' }, action: 'deny' }] } } },
    ],
    [
      'messages.queue.byProvider->byChannel',
      { messages: { queue: { byProvider: { slack: 'steer' } } } },
      { messages: { queue: { byChannel: { slack: 'steer' } } } },
    ],
    [
      'providers->channels',
      { providers: { telegram: { botToken: 'x' } }, discord: { token: 'y' } },
      { channels: { telegram: { botToken: 'x' }, discord: { token: 'y' } } },
    ],
    [
      'providers->channels',
      { telegram: { requireMention: false, botToken: 'x' } },
      { channels: { telegram: { botToken: 'x', groups: { '*': { requireMention: false } } } } },
    ],
    [
      'routing.allowFrom->channels.whatsapp.allowFrom',
      { routing: { allowFrom: ['+1'] } },
      { channels: { whatsapp: { allowFrom: ['+1'] } } },
    ],
    [
      'routing.groupChat.requireMention->groups.*.requireMention',
      { routing: { groupChat: { requireMention: true } }, channels: { telegram: { botToken: 'x' } } },
      { channels: { telegram: { botToken: 'x', groups: { '*': { requireMention: true } } } } },
    ],
    [
      'gateway.token->gateway.auth.token',
      { gateway: { token: 't', port: 1 } },
      { gateway: { port: 1, auth: { token: 't', mode: 'token' } } },
    ],
    [
      'telegram.requireMention->channels.telegram.groups.*.requireMention',
      { channels: { telegram: { requireMention: true } } },
      { channels: { telegram: { groups: { '*': { requireMention: true } } } } },
    ],
    [
      'agent.model-config-v2',
      {
        agent: {
          model: 'a/b',
          modelFallbacks: ['c/d'],
          imageModel: 'e/f',
          allowedModels: ['a/b'],
          modelAliases: { fast: 'c/d' },
        },
      },
      {
        agents: {
          defaults: {
            model: { primary: 'a/b', fallbacks: ['c/d'] },
            imageModel: { primary: 'e/f' },
            models: { 'a/b': {}, 'c/d': { alias: 'fast' } },
          },
        },
      },
    ],
    [
      'routing.agents-v2',
      { routing: { agents: { work: { workspace: '~/w' } }, defaultAgentId: 'work' } },
      { agents: { list: [{ id: 'work', workspace: '~/w', default: true }] } },
    ],
    [
      'routing.config-v2',
      {
        routing: {
          bindings: [1],
          groupChat: { historyLimit: 5 },
          queue: { mode: 'steer' },
          agentToAgent: { enabled: true },
          transcribeAudio: { command: ['w'] },
        },
      },
      {
        bindings: [1],
        messages: { groupChat: { historyLimit: 5 }, queue: { mode: 'steer' } },
        tools: { agentToAgent: { enabled: true }, media: { audio: { models: [{ type: 'cli', command: ['w'] }] } } },
      },
    ],
    [
      'auth.anthropic-claude-cli-mode-oauth',
      { auth: { profiles: { 'anthropic:claude-cli': { mode: 'token' } } } },
      { auth: { profiles: { 'anthropic:claude-cli': { mode: 'oauth' } } } },
    ],
    ['tools.bash->tools.exec', { tools: { bash: { timeoutSec: 5 } } }, { tools: { exec: { timeoutSec: 5 } } }],
    ['messages.tts.enabled->auto', { messages: { tts: { enabled: true } } }, { messages: { tts: { auto: 'always' } } }],
    [
      'agent.defaults-v2',
      { agent: { workspace: '~/w', heartbeat: { every: '1h' }, bash: { timeoutSec: 1 }, tools: { deny: ['exec'] } } },
      {
        tools: { deny: ['exec'], exec: { timeoutSec: 1 } },
        agents: { defaults: { workspace: '~/w', heartbeat: { every: '1h' } } },
      },
    ],
    [
      'identity->agents.list',
      { identity: { name: 'Ada' } },
      { agents: { list: [{ id: 'main', default: true, identity: { name: 'Ada' } }] } },
    ],
    [
      'identity->agents.list',
      { identity: { name: 'Ada' }, agents: { list: [{ id: 'a' }, { id: 'b', default: true }] } },
      { agents: { list: [{ id: 'a' }, { id: 'b', default: true, identity: { name: 'Ada' } }] } },
    ],
  ])('%s', (id, before, after) => {
    const { config, applied } = migrateLegacy(before);
    expect(config).toEqual(after);
    expect(applied).toContain(id);
    expect(findLegacyKeys(config)).toEqual([]);
    expect(migrateLegacy(config)).toEqual({ config: after, applied: [] });
  });

  it('keep what is set in the words of today', () => {
    const { config } = migrateLegacy({
      gateway: { token: 'old', auth: { token: 'new' } },
      tools: { bash: { a: 1, b: 2 }, exec: { b: 3 } },
    });
    expect(config).toEqual({ gateway: { auth: { token: 'new', mode: 'token' } }, tools: { exec: { a: 1, b: 3 } } });
  });
});
