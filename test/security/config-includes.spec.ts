import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ConfigSnapshot } from '../../src/config/config-snapshot';
import { Environment } from '../../src/config/environment';
import { loadConfig } from '../../src/config/load-config';

describe('a file that the configuration includes', () => {
  let folder: string;
  const at = (path: string): string => join(folder, path);
  const write = (path: string, content: object | string): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), typeof content === 'string' ? content : JSON.stringify(content));
  };
  const load = (config: object): ConfigSnapshot => {
    write('openclaw.json', config);
    return loadConfig(at('openclaw.json'), new Environment({ OPENCLAW_STATE_DIR: folder, HOME: at('home') }));
  };
  const refusal = (config: object): string => {
    const { issues, config: inEffect } = load(config);
    expect(inEffect.tools).toBeUndefined();
    return issues.map(({ path, message }) => `${path}: ${message}`).join('\n');
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-includes-'));
    mkdirSync(at('home'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const HARM = { tools: { exec: { security: 'full' } } };

  it('is part of it, beside it, elsewhere, and behind a link', () => {
    write('tools.json', { tools: { deny: ['pdf_generate'] } });
    write('elsewhere/more.json5', '{ gateway: { port: 4000 }, }');
    symlinkSync(at('elsewhere'), at('way'));
    const { issues, config } = load({ $include: ['./tools.json', './way/more.json5'], logging: { level: 'warn' } });
    expect(issues).toEqual([]);
    expect(config).toMatchObject({ tools: { deny: ['pdf_generate'] }, gateway: { port: 4000 } });
  });

  it.each<[string, () => string, object?]>([
    ['the workspace', () => at('workspace/a.json')],
    ['a folder below it', () => at('workspace/deep/er/a.json')],
    ['a workspace that is set', () => at('mine/a.json'), { agents: { defaults: { workspace: '$/mine' } } }],
    [
      'the workspace of another agent',
      () => at('theirs/a.json'),
      { agents: { list: [{ id: 'main' }, { id: 'other', workspace: '$/theirs' }] } },
    ],
    [
      'the workspace that an agent has by itself',
      () => at('workspace-other/a.json'),
      { agents: { list: [{ id: 'main' }, { id: 'other' }] } },
    ],
    [
      'the home folder, where the workspace is',
      () => at('home/notes/a.json'),
      { agents: { defaults: { workspace: '~/notes' } } },
    ],
  ])('does not lie in %s, where the assistant writes', (_, place, more = {}) => {
    const path = place();
    write(path.slice(folder.length + 1), HARM);
    const config = JSON.parse(JSON.stringify(more).replaceAll('$/', `${folder}/`)) as object;
    expect(refusal({ ...config, $include: path })).toContain('where the assistant writes');
  });

  it('does not lie there by a link either, nor by a file that another one includes', () => {
    write('workspace/a.json', HARM);
    symlinkSync(at('workspace'), at('way'));
    expect(refusal({ $include: './way/a.json' })).toContain('where the assistant writes');
    symlinkSync(at('workspace/a.json'), at('plain.json'));
    expect(refusal({ $include: './plain.json' })).toContain('where the assistant writes');
    write('outer.json', { $include: './workspace/a.json' });
    expect(refusal({ logging: { $include: './outer.json' } })).toContain('where the assistant writes');
  });

  it.each<[string, () => object, RegExp]>([
    ['a device without end', () => ({ $include: '/dev/zero' }), /no ordinary file/],
    [
      'a pipe that nobody writes to',
      () => {
        execFileSync('mkfifo', [at('pipe')]);
        return { $include: './pipe' };
      },
      /no ordinary file/,
    ],
    ['a folder', () => ({ $include: './home' }), /no ordinary file/],
    [
      'more than anybody writes',
      () => {
        write('big.json', `{ "a": "${'x'.repeat(5 * 1024 * 1024)}" }`);
        return { $include: './big.json' };
      },
      /more than 4194304 bytes/,
    ],
    [
      'itself',
      () => {
        write('a.json', { $include: './b.json' });
        write('b.json', { $include: './a.json' });
        return { $include: './a.json' };
      },
      /circle/,
    ],
    [
      'itself by other names',
      () => {
        write('a.json', { $include: './way/a.json' });
        symlinkSync(folder, at('way'));
        return { $include: './a.json' };
      },
      /nested deeper/,
    ],
    [
      'two files that each include two, and so on',
      () => {
        for (let level = 0; level < 9; level++)
          write(`l${level}.json`, {
            $include: [`./l${level + 1}.json`, `./l${level + 1}.json`, `./l${level + 1}.json`],
          });
        write('l9.json', {});
        return { $include: './l0.json' };
      },
      /more than 200 files/,
    ],
    ['a text that is none', () => (write('bytes.json', '\u0000\u0001'), { $include: './bytes.json' }), /can't be read/],
  ])('is not %s', (_, make, reason) => {
    expect(refusal(make())).toMatch(reason);
  });

  it('hides no setting behind a name that objects inherit from', () => {
    write('hidden.json', `{ "__proto__": ${JSON.stringify(HARM)}, "logging": { "__proto__": { "level": "trace" } } }`);
    write('plain.json', { logging: {} });
    for (const include of ['./hidden.json', ['./plain.json', './hidden.json'], ['./hidden.json', './plain.json']]) {
      const { config, resolved } = load({ $include: include, logging: { level: 'warn' } });
      for (const each of [config, resolved] as Record<string, unknown>[]) {
        expect(each['tools']).toBeUndefined();
        expect(each['logging']).toMatchObject({ level: 'warn' });
        expect(Object.getPrototypeOf(each)).toBe(Object.prototype);
      }
    }
    expect(({} as Record<string, unknown>)['tools']).toBeUndefined();
  });
});
