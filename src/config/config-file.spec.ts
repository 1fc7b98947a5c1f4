import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigConflictError, ConfigInvalidError } from './config-error';
import { ConfigHistory } from './config-history';
import { ConfigWriter } from './config-writer';
import { Environment } from './environment';
import { loadConfig } from './load-config';
import { redactConfig } from './sensitive-paths';

describe('configuration file', () => {
  let folder: string;
  let path: string;
  const environment = (variables: NodeJS.ProcessEnv = {}): Environment =>
    new Environment({ HOME: folder, ...variables });
  const write = (name: string, text: string): void => {
    writeFileSync(join(folder, name), text);
  };
  const load = (text: string, variables: NodeJS.ProcessEnv = {}) => {
    write('openclaw.json', text);
    return loadConfig(path, environment(variables));
  };
  const issuesOf = (text: string, variables: NodeJS.ProcessEnv = {}): string[] =>
    load(text, variables).issues.map((issue) => `${issue.path}: ${issue.message}`);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-config-'));
    path = join(folder, 'openclaw.json');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describe('reading', () => {
    it('takes JSON5 with comments and trailing commas', () => {
      const { config, issues } = load('// mine\n{ gateway: { port: 19001, }, /* end */ }');
      expect(issues).toEqual([]);
      expect(config.gateway?.port).toBe(19001);
    });

    it('works without a file', () => {
      const snapshot = loadConfig(path, environment());
      expect(snapshot).toMatchObject({ exists: false, raw: null, issues: [] });
      expect(snapshot.hash).toBeUndefined();
    });

    it('puts environment variables into texts, and keeps an escaped one', () => {
      const { config, variables } = load(
        '{ gateway: { auth: { token: "${MY_TOKEN}" } }, ui: { assistant: { name: "$${A}" } } }',
        {
          MY_TOKEN: 'from-env',
        },
      );
      expect(config.gateway?.auth?.token).toBe('from-env');
      expect((config.ui as { assistant: { name: string } }).assistant.name).toBe('${A}');
      expect(variables.get('gateway.auth.token')).toBe('MY_TOKEN');
    });

    it('sets variables of the env section, which the environment overrides', () => {
      const text =
        '{ env: { A_KEY: "file", vars: { B_KEY: "file" } }, ui: { assistant: { name: "${A_KEY}-${B_KEY}" } } }';
      expect((load(text, { A_KEY: 'outside' }).config.ui as { assistant: { name: string } }).assistant.name).toBe(
        'outside-file',
      );
    });

    it('merges includes: arrays join, objects merge, own keys win', () => {
      write('base.json5', '{ port: 1111, bind: "loopback", trustedProxies: ["10.0.0.1"] }');
      write('more.json5', '{ trustedProxies: ["10.0.0.2"] }');
      const { config, includes, issues } = load(
        '{ gateway: { $include: ["./base.json5", "./more.json5"], port: 2222 } }',
      );
      expect(issues).toEqual([]);
      expect(config.gateway).toMatchObject({
        port: 2222,
        bind: 'loopback',
        trustedProxies: ['10.0.0.1', '10.0.0.2'],
      });
      expect(includes).toEqual([join(folder, 'base.json5'), join(folder, 'more.json5')]);
    });

    it('finds what a file in another folder includes from there', () => {
      mkdirSync(join(folder, 'parts'));
      write('parts/gateway.json5', '{ $include: "./port.json5" }');
      write('parts/port.json5', '{ port: 3333 }');
      expect(load('{ gateway: { $include: "parts/gateway.json5" } }').config.gateway?.port).toBe(3333);
    });
  });

  describe('refuses, with the words that lead out', () => {
    it.each<[string, string, string]>([
      ['broken text', '{ gateway: ', ': not valid JSON5: invalid end of input at 1:12'],
      ['a list', '[]', ': must be an object'],
      ['a wrong type', '{ gateway: { port: "a" } }', 'gateway.port: must be integer, got "a"'],
      ['a port out of range', '{ gateway: { port: 70000 } }', 'gateway.port: must be <= 65535, got 70000'],
      [
        'a wrong word',
        '{ gateway: { bind: "all" } }',
        'gateway.bind: must be one of "auto", "lan", "loopback", "custom", "tailnet", got "all"',
      ],
      [
        'a secret of the wrong type, unseen',
        '{ gateway: { auth: { token: 12345 } } }',
        'gateway.auth.token: must be string, got a hidden value',
      ],
      [
        'a missing variable',
        '{ gateway: { auth: { token: "${NOPE}" } } }',
        'gateway.auth.token: environment variable NOPE is not set; set it, or write $${NOPE} for the plain text',
      ],
      [
        'an open door by accident',
        '{ channels: { telegram: { dmPolicy: "open", allowFrom: ["5"] } } }',
        'channels.telegram.allowFrom: must contain "*" when dmPolicy is "open", because everybody may then write to the assistant',
      ],
      ['an agent id twice', '{ agents: { list: [{ id: "a" }, { id: "a" }] } }', 'agents.list[1].id: "a" is used twice'],
      [
        'a shared agent folder',
        '{ agents: { list: [{ id: "a", agentDir: "/x" }, { id: "b", agentDir: "/x" }] } }',
        'agents.list[1].agentDir: is also the agentDir of agent "a"; two agents may not share one',
      ],
    ])('%s', (_, text, expected) => {
      expect(issuesOf(text)).toEqual([expected]);
    });

    it('an include that is missing, in a circle, or beside keys although it is a list', () => {
      write('loop.json5', '{ $include: "./openclaw.json" }');
      write('list.json5', '[1]');
      expect(issuesOf('{ gateway: { $include: "./gone.json5" } }')).toEqual([
        `$include: ${path}: $include "./gone.json5" not found at ${join(folder, 'gone.json5')}`,
      ]);
      expect(issuesOf('{ gateway: { $include: "./loop.json5" } }')).toEqual([
        `$include: ${join(folder, 'loop.json5')}: $include forms a circle: ${path} → ${join(folder, 'loop.json5')} → ${path}`,
      ]);
      expect(issuesOf('{ gateway: { $include: "./list.json5", port: 1 } }')).toEqual([
        `$include: ${path}: $include "./list.json5" stands beside other keys, so it must hold an object`,
      ]);
      expect(issuesOf('{ gateway: { $include: 5 } }')).toEqual([
        `$include: ${path}: $include must be a path or a list of paths, not 5`,
      ]);
    });

    it('nothing unknown: it is kept, reported, and the nearest name is told', () => {
      const { issues, warnings, parsed } = load('{ gatway: { port: 1 }, gateway: { prot: 2 } }');
      expect(issues).toEqual([]);
      expect(warnings).toEqual([
        { path: 'gatway', message: 'unknown key, kept and not used; did you mean "gateway"?' },
        { path: 'gateway.prot', message: 'unknown key, kept and not used; did you mean "port"?' },
      ]);
      expect(parsed).toHaveProperty('gatway.port', 1);
    });

    it('nothing legacy: the new place is told', () => {
      expect(load('{ telegram: { botToken: "x" } }').legacyIssues).toEqual([
        {
          path: 'telegram',
          message: 'key of an older release; its place is channels.telegram now. It is kept in the file and not used',
        },
      ]);
    });
  });

  describe('writing', () => {
    const writer = (variables: NodeJS.ProcessEnv = {}): ConfigWriter => new ConfigWriter(path, environment(variables));
    const text = (): string => readFileSync(path, 'utf8');

    it('changes one value and nothing else of the text', async () => {
      const before = "// keep me\n{\n  gateway: {\n    port: 19001, // why\n  },\n  unknown: ['a'],\n}\n";
      write('openclaw.json', before);
      await writer().edit([{ path: ['gateway', 'port'], value: 19002 }]);
      expect(text()).toBe(before.replace('19001', '19002'));
    });

    it('keeps ${VAR} texts and includes as they are written', async () => {
      write('part.json5', '{ port: 1234 }');
      write('openclaw.json', '{ gateway: { $include: "./part.json5" }, ui: { assistant: { name: "${NAME}" } } }');
      await writer({ NAME: 'n' }).edit([{ path: ['logging', 'level'], value: 'debug' }]);
      expect(text()).toContain('"${NAME}"');
      expect(text()).toContain('$include: "./part.json5"');
    });

    it('creates the file for its owner alone', async () => {
      await writer().edit([{ path: ['gateway', 'port'], value: 19002 }]);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readdirSync(folder).filter((name) => name.includes('.lock') || name.includes('tmp'))).toEqual([]);
    });

    it('writes nothing that would not be valid', async () => {
      write('openclaw.json', '{ gateway: { port: 19001 } }');
      const attempt = writer().edit([{ path: ['gateway', 'port'], value: 'x' }]);
      await expect(attempt).rejects.toThrow(ConfigInvalidError);
      await expect(attempt).rejects.toThrow(`${path} is not valid:\n  gateway.port: must be integer, got "x"`);
      expect(text()).toBe('{ gateway: { port: 19001 } }');
      expect(new ConfigHistory(path).list()).toEqual([]);
    });

    it('refuses a base that somebody else has replaced', async () => {
      write('openclaw.json', '{}');
      const seen = loadConfig(path, environment()).hash as string;
      write('openclaw.json', '{ gateway: {} }');
      await expect(writer().replace('{ logging: {} }', { baseHash: seen })).rejects.toThrow(ConfigConflictError);
      expect(text()).toBe('{ gateway: {} }');
    });

    it('lets exactly one of two writers with the same base through', async () => {
      write('openclaw.json', '{}');
      const baseHash = loadConfig(path, environment()).hash as string;
      const results = await Promise.allSettled(
        [1, 2, 3, 4].map((port) => writer().edit([{ path: ['gateway', 'port'], value: port }], { baseHash })),
      );
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    });

    it('puts the stored secret where the redaction mark comes back, and refuses a mark without one', async () => {
      write('openclaw.json', '{ gateway: { auth: { token: "s3cret" } } }');
      const shown = redactConfig(loadConfig(path, environment()).parsed);
      expect(JSON.stringify(shown)).not.toContain('s3cret');
      await writer().replace(JSON.stringify({ ...shown, logging: { level: 'debug' } }));
      expect(loadConfig(path, environment()).config.gateway?.auth?.token).toBe('s3cret');

      const mark = (shown as { gateway: { auth: { token: string } } }).gateway.auth.token;
      await expect(writer().edit([{ path: ['gateway', 'auth', 'password'], value: mark }])).rejects.toThrow(
        'gateway.auth.password is the redaction mark, but nothing is stored there; send the real value',
      );
    });

    it('keeps every content it has had, and five backups', async () => {
      for (let port = 1; port <= 7; port++) await writer().edit([{ path: ['gateway', 'port'], value: port }]);
      const history = new ConfigHistory(path);
      expect(history.list().map((entry) => entry.number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(history.read(3)).toContain('3');
      expect(readFileSync(`${path}.bak`, 'utf8')).toContain('6');
      expect(readdirSync(folder).filter((name) => name.includes('.bak'))).toHaveLength(5);
      expect(() => history.read(99)).toThrow('there is no history entry 99; "openclaw config history" lists them');
    });

    it('is read-only where it is managed elsewhere', async () => {
      await expect(writer({ OPENCLAW_NIX_MODE: '1' }).edit([{ path: ['gateway', 'port'], value: 1 }])).rejects.toThrow(
        'OPENCLAW_NIX_MODE is on: the configuration is managed elsewhere and read-only here',
      );
    });
  });
});
