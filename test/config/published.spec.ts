import {
  chmodSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentEntries, defaultAgentId, ownerOfTheRest } from '../../src/config/agent-entries';
import { LOCAL_SERVERS, MODEL_CATALOG } from '../../src/agent/providers/model-catalog';
import { PROVIDERS_WITH_ADDRESS } from '../../src/agent/providers/models.config';
import { chooseRoute } from '../../src/channels/routing';
import { isStreamed } from '../../src/channels/stream-mode.config';
import { describeOrigins } from '../../src/config/config-origins';
import { ConfigWriter } from '../../src/config/config-writer';
import { Environment } from '../../src/config/environment';
import { loadConfig } from '../../src/config/load-config';
import { SecretStore } from '../../src/config/secrets/secret-store';

/** Configurations as set-ups for OpenClaw publish them. */
describe('a configuration made for OpenClaw', () => {
  let folder: string;
  let env: Environment;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'published-'));
    env = new Environment({ HOME: folder, OPENCLAW_STATE_DIR: folder, BOT: 'bot-token', KEY: 'key-from-env' });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const path = (): string => join(folder, 'openclaw.json');
  const load = (config: unknown) => {
    writeFileSync(path(), JSON.stringify(config));
    return loadConfig(path(), env);
  };
  const problems = (config: unknown): string[] =>
    load(config).issues.map(({ path: at, message }) => `${at}: ${message}`);

  describe('that names a variable which is not set', () => {
    it.each([
      [
        'channels.telegram',
        { channels: { telegram: { botToken: '${NOBODY}', allowFrom: ['5'] } } },
        { enabled: false },
      ],
      [
        'channels.telegram.accounts.two',
        { channels: { telegram: { botToken: '${BOT}', accounts: { one: {}, two: { botToken: '${NOBODY}' } } } } },
        { enabled: false },
      ],
      [
        'plugins.entries.p',
        { plugins: { entries: { p: { enabled: true, config: { key: 'a-${NOBODY}' } } } } },
        { enabled: false },
      ],
      ['mcp.servers.s', { mcp: { servers: { s: { command: 'x', env: { KEY: '${NOBODY}' } } } } }, { enabled: false }],
      ['hooks', { hooks: { enabled: true, token: '${NOBODY}' } }, { enabled: false }],
    ])('has %s switched off, and says so', (name, config, expected) => {
      const snapshot = load(config);
      expect(snapshot.issues).toEqual([]);
      const [warning] = snapshot.warnings;
      expect(warning?.message).toContain('environment variable NOBODY is not set');
      expect(warning?.message).toContain(`${name} is off`);
      const at = name
        .split('.')
        .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], snapshot.config);
      expect(at).toMatchObject(expected);
      expect(JSON.stringify(at)).not.toContain('NOBODY');
    });

    it('leaves out a key of a known provider, and a provider whose address it is', () => {
      const { config, issues } = load({
        models: {
          providers: {
            anthropic: { apiKey: '${NOBODY}' },
            mine: { baseUrl: 'https://${NOBODY}/v1', models: [{ id: 'm' }] },
            other: { baseUrl: 'https://example.org/v1', models: [{ id: 'm' }] },
          },
        },
      });
      expect(issues).toEqual([]);
      expect(config.models?.providers).toEqual({
        anthropic: {},
        other: { baseUrl: 'https://example.org/v1', models: [{ id: 'm' }] },
      });
    });

    it('is refused where the rest would be less safe without it', () => {
      expect(problems({ gateway: { auth: { token: '${NOBODY}' } } })).toEqual([
        expect.stringContaining('gateway.auth.token: environment variable NOBODY is not set'),
      ]);
      expect(problems({ tools: { deny: ['${NOBODY}'] } })).toEqual([expect.stringContaining('tools.deny[0]')]);
      expect(
        problems({ session: { sendPolicy: { rules: [{ action: 'deny', match: { channel: '${NOBODY}' } }] } } }),
      ).toHaveLength(1);
    });

    it('is taken where nobody reads the key', () => {
      expect(problems({ model: { id: '${NOBODY}' }, channels: { feishu: { appSecret: '${NOBODY}' } } })).toEqual([]);
    });
  });

  it('is not judged where it is about channels that are not served here', () => {
    const { issues, warnings } = load({
      channels: { feishu: { dmPolicy: 'open' }, whatsapp: { dmPolicy: 'open' }, signal: { dm: { policy: 'open' } } },
    });
    expect(issues).toEqual([]);
    expect(warnings.map(({ path: at }) => at)).toContain('channels.feishu');
    expect(problems({ channels: { telegram: { dmPolicy: 'open' } } })).toHaveLength(1);
  });

  it('needs no address of a known provider, and one of any other', () => {
    // A server of llama.cpp has the port of many others.
    const local = LOCAL_SERVERS.map(({ id }) => id).filter((id) => id !== 'llamacpp');
    expect(PROVIDERS_WITH_ADDRESS).toEqual([...MODEL_CATALOG.map(({ id }) => id), ...local]);
    expect(problems({ models: { providers: { anthropic: { apiKey: 'k' }, openai: { apiKey: 'k' } } } })).toEqual([]);
    expect(problems({ models: { providers: { mine: { apiKey: 'k' } } } })).toEqual([
      'models.providers.mine.baseUrl: is required and missing: the address of "mine" is not known',
    ]);
  });

  it('is told which of its keys have no effect, and refused where one was to make it safer', () => {
    const { issues, warnings } = load({
      wizard: { lastRunAt: '2026-01-01' },
      browser: { cdpUrl: 'http://127.0.0.1:9222' },
      agents: { entries: { a: { identity: { theme: 'calm' }, heartbeat: { includeReasoning: true } } } },
    });
    expect(issues).toEqual([]);
    expect(warnings.map(({ path: at, message }) => `${at} ${message}`)).toEqual([
      expect.stringMatching(/^browser.cdpUrl is accepted and has no effect here \(.+\)$/),
      expect.stringContaining('agents.entries.a.heartbeat.includeReasoning is accepted'),
    ]);
    expect(problems({ tools: { exec: { applyPatch: { allowModels: ['gpt-5'] } } } })).toEqual([
      expect.stringMatching(/^tools.exec.applyPatch.allowModels: .*not enforced here, so take it out/),
    ]);
    expect(problems({ gateway: { remote: { url: 'wss://example.org', tlsFingerprint: 'ab' } } })).toEqual([]);
  });

  it.each([
    ['partial', true],
    ['progress', true],
    ['block', true],
    ['off', false],
    [true, true],
    [false, false],
    [{ mode: 'off' }, false],
    [{ mode: 'partial', preview: { chunk: true } }, true],
  ])('may spell streaming as %j', (streaming, expected) => {
    for (const channel of ['telegram', 'discord', 'slack']) {
      const { config, issues } = load({ channels: { [channel]: { streaming } } });
      expect(issues).toEqual([]);
      expect(isStreamed(config.channels?.[channel as 'slack'] as object)).toBe(expected);
    }
    expect(problems({ channels: { slack: { streaming: 'sometimes' } } })).toHaveLength(1);
  });

  describe('with its agents under agents.entries', () => {
    const home = { workspace: '~/home' };
    const agents = { entries: { home, Work: { model: 'a/b', workspace: '~/work' } } };
    const chat = { id: '7', type: 'direct' } as const;

    it('has these agents, by their keys, with their own folders', () => {
      const { config, issues } = load({ agents: { ...agents, list: [{ id: 'home' }, { id: 'third' }].slice(1) } });
      expect(issues).toEqual([]);
      expect(agentEntries(config).map(({ id, workspace }) => [id, workspace])).toEqual([
        ['home', join(folder, 'home')],
        ['work', join(folder, 'work')],
        ['third', undefined],
      ]);
      expect(problems({ agents: { ...agents, list: [{ id: 'work' }] } })).toEqual([
        'agents.list[0].id: "work" is used twice, first as agents.entries.Work',
      ]);
    });

    it('is answered by the agent that is named for the rest, or by nobody', () => {
      const explicit = { ...agents, ownership: 'explicit' };
      const bindings = [
        { agentId: 'work', match: { channel: 'telegram', peer: { kind: 'direct', id: '7' } } },
        { agentId: 'gone', match: { channel: 'slack' } },
      ];
      const route = (config: unknown, channel: string) =>
        chooseRoute(load(config).config, channel, 'default', chat, '7');
      expect(route({ agents: explicit, bindings }, 'telegram')).toMatchObject({ agentId: 'work' });
      expect(route({ agents: explicit, bindings }, 'discord').refusal).toContain('agents.defaults.systemAgent.agentId');
      expect(route({ agents: explicit, bindings }, 'slack').refusal).toContain('names the unknown agent "gone"');
      const owned = { ...explicit, defaults: { systemAgent: { agentId: 'work' } } };
      expect(route({ agents: owned, bindings }, 'discord')).toMatchObject({ agentId: 'work' });
      expect(route({ agents: owned, bindings }, 'discord').refusal).toBeUndefined();
      expect(defaultAgentId(load({ agents: owned }).config)).toBe('work');
      expect(ownerOfTheRest(load({ agents: { ownership: 'explicit', entries: { only: {} } } }).config)).toBe('only');
      // Without the word it is as it was: a marked one, or the first.
      expect(route({ agents, bindings }, 'discord')).toMatchObject({ agentId: 'home' });
    });
  });

  describe('with objects in the place of secrets', () => {
    const bot = (ref: unknown, secrets: unknown = {}) => ({ secrets, channels: { telegram: { botToken: ref } } });
    const tokenOf = (config: unknown): unknown => load(config).config.channels?.telegram?.botToken;
    const warningOf = (config: unknown): string => {
      const { issues, warnings, config: read } = load(config);
      expect(issues).toEqual([]);
      expect(read.channels?.telegram).toMatchObject({ enabled: false });
      return warnings[0]?.message ?? '';
    };

    it('takes them from the environment, with the names that are allowed', () => {
      const ref = { source: 'env', provider: 'default', id: 'BOT' };
      expect(tokenOf(bot(ref))).toBe('bot-token');
      expect(tokenOf(bot({ source: 'env', id: 'BOT' }))).toBe('bot-token');
      expect(tokenOf(bot(ref, { providers: { default: { source: 'env', allowlist: ['BOT'] } } }))).toBe('bot-token');
      expect(warningOf(bot(ref, { providers: { default: { source: 'env', allowlist: ['KEY'] } } }))).toContain('BOT');
      expect(warningOf(bot({ ...ref, id: 'NOBODY' }))).toContain('NOBODY is not set');
      expect(warningOf(bot({ ...ref, provider: 'else' }))).toContain('secrets.providers.else is missing');
    });

    it('refuses to start without the one of the gateway itself', () => {
      expect(problems({ gateway: { auth: { token: { source: 'env', id: 'NOBODY' } } } })).toEqual([
        'gateway.auth.token: environment variable NOBODY is not set; set it',
      ]);
      expect(load({ gateway: { auth: { token: { source: 'env', id: 'KEY' } } } }).config.gateway?.auth?.token).toBe(
        'key-from-env',
      );
    });

    it('takes them from the secret store, and hides them', () => {
      SecretStore.of(env).set('TELEGRAM', 'from-the-store');
      const snapshot = load(bot({ source: 'store', id: 'TELEGRAM' }));
      expect(snapshot.config.channels?.telegram?.botToken).toBe('from-the-store');
      expect(snapshot.secrets).toContain('from-the-store');
      expect(describeOrigins(snapshot, false).find(({ path: at }) => at.endsWith('botToken'))).toMatchObject({
        origin: 'secret TELEGRAM',
      });
      expect(JSON.stringify(describeOrigins(snapshot, false))).not.toContain('from-the-store');
      expect(warningOf(bot({ source: 'store', id: 'OTHER' }))).toContain('secrets set OTHER');
    });

    it('takes them from a private file, by pointers or whole', () => {
      const file = join(folder, 'values.json');
      const write = (text: string, mode = 0o600): void => {
        writeFileSync(file, text);
        chmodSync(file, mode);
      };
      const providers = { f: { source: 'file', path: file } };
      const ref = { source: 'file', provider: 'f', id: '/a~1b/c~0d' };
      write('{"a/b":{"c~d":"by pointer"}}');
      expect(tokenOf(bot(ref, { providers }))).toBe('by pointer');
      expect(tokenOf(bot({ source: 'file', id: '/a~1b/c~0d' }, { providers, defaults: { file: 'f' } }))).toBe(
        'by pointer',
      );
      expect(warningOf(bot({ ...ref, id: '/constructor/name' }, { providers }))).toContain('holds nothing under');
      expect(warningOf(bot({ ...ref, id: 'a' }, { providers }))).toContain('id "a"');
      write('whole\n');
      const single = { providers: { f: { source: 'file', path: file, mode: 'singleValue' } } };
      expect(tokenOf(bot({ ...ref, id: 'value' }, single))).toBe('whole');
      expect(
        warningOf(bot({ ...ref, id: 'value' }, { providers: { f: { ...single.providers.f, maxBytes: 3 } } })),
      ).toContain('maxBytes');
      write('whole\n', 0o644);
      expect(warningOf(bot({ ...ref, id: 'value' }, single))).toContain('chmod 600');
      write('whole\n');
      linkSync(file, join(folder, 'second'));
      expect(warningOf(bot({ ...ref, id: 'value' }, single))).toContain('hard links');
      rmSync(file);
      symlinkSync(join(folder, 'second'), file);
      expect(warningOf(bot({ ...ref, id: 'value' }, single))).toContain('is a link');
    });

    describe('asks a program', () => {
      const program = (body: string, mode = 0o700): Record<string, unknown> => {
        const file = join(folder, `ask-${Math.random().toString(36).slice(2)}`);
        writeFileSync(file, `#!${process.execPath}\n${body}`);
        chmodSync(file, mode);
        return { source: 'exec', command: file };
      };
      const ANSWERS = `
        const { ids, protocolVersion, provider } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
        require('node:fs').appendFileSync(__filename + '.log', ids.join() + '\\n');
        const values = Object.fromEntries(ids.map((id) => [id, [protocolVersion, provider, id, process.env.KEY ?? '-', process.env.HOME ?? '-'].join('|')]));
        console.log(JSON.stringify({ protocolVersion: 1, values }));`;
      const ref = { source: 'exec', provider: 'v', id: 'path/to#key' };

      it('once for all that it is to give, with the environment that it is to have', () => {
        const provider = { ...program(ANSWERS), passEnv: ['KEY'], timeoutMs: 60_000 };
        const config = {
          ...bot(ref, { providers: { v: provider } }),
          models: { providers: { openai: { apiKey: { ...ref, id: 'two' } } } },
        };
        const first = load(config).config;
        expect(first.channels?.telegram?.botToken).toBe('1|v|path/to#key|key-from-env|-');
        expect(first.models?.providers?.['openai']?.apiKey).toBe('1|v|two|key-from-env|-');
        expect(tokenOf(config)).toBe('1|v|path/to#key|key-from-env|-');
        expect(readFileSync(`${provider['command' as never] as string}.log`, 'utf8')).toBe('path/to#key,two\n');
      });

      it('not for a text that is only looked at', () => {
        const provider = program(ANSWERS);
        writeFileSync(path(), '{}');
        const writer = new ConfigWriter(path(), env);
        const { next } = writer.draft({ text: JSON.stringify(bot(ref, { providers: { v: provider } })) });
        expect(next.issues).toEqual([]);
        expect(existsSync(`${String(provider['command'])}.log`)).toBe(false);
      });

      it.each([
        ['answers wrongly', 'console.log("no json")', 'did not answer in JSON'],
        [
          'speaks another version',
          'console.log(JSON.stringify({protocolVersion: 2, values: {}}))',
          'protocol version 1',
        ],
        ['fails', 'process.exit(3)', 'ended with 3'],
        [
          'has nothing',
          'console.log(JSON.stringify({protocolVersion: 1, values: {}}))',
          'holds nothing under "path/to#key"',
        ],
        ['hangs', 'setInterval(() => {}, 1000)', 'ETIMEDOUT'],
      ])('that %s, and says so', (_, body, words) => {
        expect(
          warningOf(
            bot(ref, { providers: { v: { ...program(body), timeoutMs: words === 'ETIMEDOUT' ? 300 : 60_000 } } }),
          ),
        ).toContain(words);
      });

      it('only where nobody else can have changed it', () => {
        expect(warningOf(bot(ref, { providers: { v: program(ANSWERS, 0o722) } }))).toContain(
          'can be written by others',
        );
        expect(warningOf(bot(ref, { providers: { v: { source: 'exec', command: 'cat' } } }))).toContain(
          'no absolute path',
        );
        const provider = program(ANSWERS);
        const link = join(folder, 'link');
        symlinkSync(String(provider['command']), link);
        expect(warningOf(bot(ref, { providers: { v: { ...provider, command: link } } }))).toContain('is a link');
        expect(warningOf(bot(ref, { providers: { v: { ...provider, trustedDirs: [join(folder, 'x')] } } }))).toContain(
          'trustedDirs',
        );
        expect(warningOf(bot({ ...ref, id: 'a/../b' }, { providers: { v: provider } }))).toContain('id "a/../b"');
        expect(existsSync(`${String(provider['command'])}.log`)).toBe(false);
      });
    });
  });
});
