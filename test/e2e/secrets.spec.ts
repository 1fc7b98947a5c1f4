import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Environment } from '../../src/config/environment';
import { SecretStore } from '../../src/config/secrets/secret-store';
import { FakeSite } from '../fakes/web-site';
import { runCli } from '../harness/run-cli';
import { ToolBench } from '../harness/tool-bench';

async function cli(
  stateDir: string,
  args: string[],
  input = '',
): Promise<{ code: number | string; out: string; err: string }> {
  const { code, stdout, stderr } = await runCli(args, { env: { OPENCLAW_STATE_DIR: stateDir }, input });
  return { code, out: stdout, err: stderr };
}

describe('the secret store', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-secrets-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const store = (env: Record<string, string> = {}): SecretStore => new SecretStore(folder, new Environment(env));

  it('keeps values encrypted, in files that only the owner reads', () => {
    store().set('A.key', 'value-of-a');
    expect(store().get('A.key')).toBe('value-of-a');
    expect(store().get('other')).toBeUndefined();
    for (const name of ['secrets.json', 'secrets.key']) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(folder, name), 'utf8')).not.toContain('value-of-a');
    }
  });

  it.each(['correct horse battery staple', 'a'.repeat(64), Buffer.alloc(32, 7).toString('base64')])(
    'takes a key from the environment (%s)',
    (key) => {
      store({ OPENCLAW_SECRETS_KEY: key }).set('a', 'v');
      expect(store({ OPENCLAW_SECRETS_KEY: key }).get('a')).toBe('v');
      expect(readdirSync(folder)).toEqual(['secrets.json']);
      expect(() => store({ OPENCLAW_SECRETS_KEY: `${key.slice(1)}x` }).get('a')).toThrow(/can't be decrypted/);
    },
  );

  it('takes a key from the keychain where that is asked for, and never writes it to a file', () => {
    const tools = mkdtempSync(join(tmpdir(), 'openclaw-keychain-'));
    const kept = join(tools, 'kept');
    // Stands in for libsecret's program: `store` reads the value from its input, `lookup` prints it.
    writeFileSync(
      join(tools, 'secret-tool'),
      `#!/bin/sh\necho "$@" >> ${tools}/asked\nif [ "$1" = store ]; then cat > ${kept}; else cat ${kept} 2>/dev/null; fi\n`,
      { mode: 0o755 },
    );
    try {
      const keychain = { OPENCLAW_SECRETS_KEYCHAIN: '1', PATH: `${tools}:/usr/bin:/bin` };
      store(keychain).set('a', 'v');
      expect(store(keychain).get('a')).toBe('v');
      expect(readdirSync(folder)).toEqual(['secrets.json']);
      expect(readFileSync(join(tools, 'asked'), 'utf8')).not.toContain(readFileSync(kept, 'utf8'));
      rmSync(kept);
      expect(() => store(keychain).get('a')).toThrow(/keychain holds no key/);
      rmSync(join(tools, 'secret-tool'));
      expect(() => store({ ...keychain, PATH: tools }).get('a')).toThrow(/secret-tool/);
    } finally {
      rmSync(tools, { recursive: true, force: true });
    }
  });

  it('refuses a key file that others read, a lost key and a changed value', () => {
    store().set('a', 'v');
    chmodSync(join(folder, 'secrets.key'), 0o644);
    expect(() => store().get('a')).toThrow(/chmod 600/);
    chmodSync(join(folder, 'secrets.key'), 0o600);
    const text = readFileSync(join(folder, 'secrets.json'), 'utf8');
    const changed = JSON.parse(text) as { entries: Record<string, unknown> };
    writeFileSync(join(folder, 'secrets.json'), JSON.stringify({ ...changed, entries: { b: changed.entries['a'] } }));
    expect(() => store().get('b')).toThrow(/was changed/);
    writeFileSync(join(folder, 'secrets.json'), text);
    rmSync(join(folder, 'secrets.key'));
    expect(() => store().get('a')).toThrow(/missing/);
    expect(() => store().set('a', 'w')).toThrow(/missing/);
  });

  it('is kept by commands; values come from standard input only', async () => {
    expect((await cli(folder, ['secrets', 'set', 'my.key'], 'the-value\n')).code).toBe(0);
    expect(store().get('my.key')).toBe('the-value');
    const listed = await cli(folder, ['secrets', 'list', '--json']);
    expect(JSON.parse(listed.out)).toEqual([
      { name: 'my.key', updatedAtMs: expect.any(Number) as number, used: false },
    ]);
    expect(listed.out).not.toContain('the-value');
    expect((await cli(folder, ['secrets', 'set', 'bad name'], 'x')).err).toContain('is not the name of a secret');
    expect((await cli(folder, ['secrets', 'set', 'x', 'value-on-the-command-line'])).code).toBe(2);
    expect((await cli(folder, ['secrets', 'rm', 'my.key'])).code).toBe(0);
    expect((await cli(folder, ['secrets', 'rm', 'my.key'])).code).not.toBe(0);
  });

  it('takes over plain values of a configuration, its history and backups', async () => {
    const config = `{\n  // kept\n  gateway: { mode: 'local', auth: { mode: 'token', token: 'plain-token-0123456789' } },\n  tools: { web: { search: { apiKey: 'plain-search-key' } } },\n}\n`;
    writeFileSync(join(folder, 'openclaw.json'), config, { mode: 0o600 });
    writeFileSync(join(folder, 'openclaw.json.bak'), config, { mode: 0o600 });
    await cli(folder, ['config', 'set', 'ui.assistant.name', 'Nest']);
    const audit = await cli(folder, ['secrets', 'audit', '--json']);
    expect(audit.code).toBe(1);
    expect(audit.out).toContain('gateway.auth.token');
    expect(audit.out).not.toContain('plain-token');
    expect((await cli(folder, ['secrets', 'move'])).out).toContain('moved gateway.auth.token');
    const text = readFileSync(join(folder, 'openclaw.json'), 'utf8');
    expect(text).toContain('// kept');
    expect(text).toContain('${secret:gateway.auth.token}');
    expect(store().get('tools.web.search.apiKey')).toBe('plain-search-key');
    expect(search(folder, ['plain-token-0123456789', 'plain-search-key'])).toEqual([]);
    expect((await cli(folder, ['secrets', 'audit'])).code).toBe(0);
    expect((await cli(folder, ['secrets', 'rm', 'gateway.auth.token'])).err).toContain('the configuration uses');
  });

  it('gets what a command writes into the configuration; the file gets a reference', async () => {
    writeFileSync(join(folder, 'openclaw.json'), '{}', { mode: 0o600 });
    await cli(folder, ['config', 'set', 'tools.web.search.apiKey', 'fresh-search-key']);
    expect(readFileSync(join(folder, 'openclaw.json'), 'utf8')).toContain('${secret:tools.web.search.apiKey}');
    expect(store().get('tools.web.search.apiKey')).toBe('fresh-search-key');
  });

  it('names a reference that leads nowhere', async () => {
    writeFileSync(join(folder, 'openclaw.json'), "{ gateway: { auth: { token: '${secret:gone}' } } }", { mode: 0o600 });
    const validated = await cli(folder, ['config', 'validate']);
    expect(validated.out + validated.err).toContain('openclaw secrets set gone');
    expect(validated.code).not.toBe(0);
  });
});

describe('fifteen planted secrets', () => {
  const CANARIES = Array.from({ length: 15 }, (_, index) => `canary-${index}-Zq7/+x=${'k'.repeat(12)}${index}`);
  const [
    model,
    header,
    brave,
    speech,
    twilio,
    eleven,
    remote,
    hook,
    mcpToken,
    envKey,
    envToken,
    plain1,
    plain2,
    rpc,
    store,
  ] = CANARIES as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];

  it('are found nowhere outside the store after a day of work', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'openclaw-canaries-'));
    const old = process.umask(0);
    const site = await FakeSite.start();
    try {
      const secrets = new SecretStore(folder, new Environment({}));
      for (const [name, value] of Object.entries({
        model,
        header,
        brave,
        speech,
        twilio,
        eleven,
        remote,
        hook,
        mcpToken,
        plain1,
        plain2,
        store,
      }))
        secrets.set(name, value);
      site.pages.set('/brave', { type: 'application/json', body: '{}', status: 500 });
      site.pages.set('/speech/audio/speech', { type: 'application/json', body: '{"error":"bad key"}', status: 401 });
      const bench = await ToolBench.start({
        stateDir: folder,
        config: {
          logging: { level: 'debug' },
          env: { vars: { SOME_SETTING: '${secret:store}' } },
          ui: { assistant: { name: 'x ${secret:plain1}' } },
          gateway: { remote: { token: '${secret:remote}' } },
          hooks: { token: '${secret:hook}' },
          mcp: { servers: { nothing: { url: `${site.url}/mcp`, headers: { authorization: '${secret:mcpToken}' } } } },
          tools: {
            web: { search: { provider: 'brave', apiKey: '${secret:brave}', brave: { baseUrl: `${site.url}/brave` } } },
          },
          messages: {
            tts: {
              provider: 'openai',
              openai: { apiKey: '${secret:speech}', baseUrl: `${site.url}/speech` },
              elevenlabs: { apiKey: '${secret:eleven}', baseUrl: site.url },
            },
          },
          plugins: {
            entries: {
              'voice-call': {
                config: {
                  provider: 'twilio',
                  fromNumber: '+15550001111',
                  twilio: { accountSid: 'AC1', authToken: '${secret:twilio}', baseUrl: site.url },
                },
              },
            },
          },
          models: {
            providers: {
              other: {
                baseUrl: `${site.url}/v1`,
                apiKey: '${secret:model}',
                headers: { 'x-a': '${secret:header}' },
                models: [{ id: 'm' }],
              },
            },
          },
        },
        env: { MY_API_KEY: envKey, GITHUB_TOKEN: envToken },
      });
      try {
        const answers: string[] = [];
        const rpcCall = async (method: string, params: unknown): Promise<void> => {
          answers.push(JSON.stringify(await bench.client.call(method, params)));
        };
        // What leaves after files were read is asked for; the owner says yes to all of it.
        let seen = 0;
        const approving = setInterval(() => {
          for (; seen < bench.client.frames.length; seen++) {
            const { event, payload } = bench.client.frames[seen] ?? {};
            if (event === 'exec.approval.requested')
              void bench.client.call('exec.approval.resolve', { id: payload?.['id'], decision: 'allow-once' });
          }
        }, 20);
        const told = await bench.turn([
          {
            name: 'exec',
            args: { command: 'env; cat ../openclaw.json ../secrets.json ../secrets.key; cat /proc/1/environ' },
          },
          { name: 'read', args: { path: '../openclaw.json' } },
          { name: 'gateway', args: { action: 'config.get' } },
          { name: 'web_search', args: { query: 'x' } },
          { name: 'tts', args: { text: 'x' } },
          { name: 'voice_call', args: { action: 'initiate_call', to: '+4930123456', message: 'x' } },
          { name: 'session_status', args: {} },
        ]);
        clearInterval(approving);
        answers.push(...told);
        await bench.client.call('sessions.patch', { key: 'bench-9', model: 'other/m' });
        await bench.turn([], { sessionKey: 'bench-9' });
        await rpcCall('config.get', {});
        const { hash } = (await bench.client.call('config.get', {})).payload as { hash: string };
        await rpcCall('config.patch', {
          raw: JSON.stringify({ tools: { web: { search: { perplexity: { apiKey: rpc } } } } }),
          baseHash: hash,
          restartDelayMs: 60_000,
        });
        await rpcCall('config.get', {});
        await rpcCall('status', {});
        await rpcCall('logs.tail', {});
        expect(secrets.get('tools.web.search.perplexity.apiKey')).toBe(rpc);
        const spoken = [
          JSON.stringify(bench.client.frames),
          ...answers,
          bench.gateway.log,
          ...bench.models.requests.map((request) => JSON.stringify(request.body)),
        ];
        expect(spokenHits(spoken, CANARIES)).toEqual([]);
      } finally {
        await bench.stop();
      }
      expect(search(folder, CANARIES)).toEqual([]);
      expect(looseFiles(folder)).toEqual([]);
    } finally {
      process.umask(old);
      await site.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('would be found: the search sees plain, encoded and split forms', () => {
    const folder = mkdtempSync(join(tmpdir(), 'openclaw-control-'));
    try {
      mkdirSync(join(folder, 'a'));
      writeFileSync(join(folder, 'a', 'plain'), `x${CANARIES[3]}x`);
      writeFileSync(join(folder, 'a', 'base64'), Buffer.from(CANARIES[4] ?? '').toString('base64'));
      writeFileSync(join(folder, 'a', 'url'), encodeURIComponent(CANARIES[5] ?? ''));
      expect(search(folder, CANARIES)).toHaveLength(3);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

const forms = (secret: string): string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('hex'),
  encodeURIComponent(secret),
];

function spokenHits(texts: readonly string[], secrets: readonly string[]): string[] {
  return secrets.filter((secret) => texts.some((text) => forms(secret).some((form) => text.includes(form))));
}

/** Files below a folder that hold a secret in any form. */
function search(folder: string, secrets: readonly string[]): string[] {
  return filesBelow(folder).filter((file) => {
    const text = readFileSync(file, 'latin1');
    return secrets.some((secret) => forms(secret).some((form) => text.includes(form)));
  });
}

/** Files and folders that others than the owner can read; the workspace is the owner's own business. */
function looseFiles(folder: string): string[] {
  return filesBelow(folder)
    .filter((file) => !file.startsWith(join(folder, 'workspace')))
    .filter((file) => (statSync(file).mode & 0o077) !== 0);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
