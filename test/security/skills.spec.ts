import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redactor } from '../../src/common/redactor';
import type { ConfigService } from '../../src/config/config.service';
import { Environment } from '../../src/config/environment';
import type { SkillCatalog } from '../../src/skills/catalog/skill-catalog.service';
import type { JudgedSkill } from '../../src/skills/catalog/skill-library';
import { CatalogSource } from '../../src/skills/catalog/skill-source';
import { kindOfSource } from '../../src/skills/install/fetch-source';
import { grantableFolder, isDeclarable } from '../../src/skills/manifest/declared-folder';
import { parseSkill } from '../../src/skills/manifest/skill-manifest';
import type { SkillGrant } from '../../src/tools/exec/skill-access';

describe('what a skill gets', () => {
  let base: string;
  let home: string;
  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-grants-')));
    home = join(base, 'home');
    for (const name of ['home/.ssh', 'home/.config/gh', 'home/.kube', 'home/photos', 'home/data/state', 'elsewhere'])
      mkdirSync(join(base, name), { recursive: true });
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));
  const given = (written: string, isTrusted = false): string | undefined =>
    grantableFolder(written, { home, own: [join(home, 'data/state')], isTrusted });

  it('are folders that may be named, as they are written', () => {
    for (const path of ['~/photos', '~/a/b/', '~/.config/gh', '~/.local/share/x', '/srv/music', '/usr/share/dict'])
      expect([path, isDeclarable(path)]).toEqual([path, true]);
    for (const path of [
      ...[
        '~',
        '~/',
        '/',
        '',
        '.',
        'photos',
        '~/./.ssh',
        '~/.//.ssh',
        '/./root',
        '~/../x',
        '~/photos/../.ssh',
        '//srv/x',
      ],
      ...[
        '~/.ssh',
        '~/.ssh/',
        '~/.gnupg/x',
        '~/.aws',
        '~/.kube',
        '~/.docker',
        '~/.openclaw',
        '~/.config',
        '~/.local',
        '~/.local/share',
      ],
      ...[
        '/etc',
        '/root',
        '/root/x',
        '/home',
        '/home/ann',
        '/proc/1',
        '/var/lib',
        '/run/x',
        '/tmp',
        '/tmp/state',
        '/srv',
        '/usr',
      ],
      ...['~ann/x', '~root', '/srv/../etc'],
    ])
      expect([path, isDeclarable(path)]).toEqual([path, false]);
  });

  it('are folders where they really are: no links to others, no state folder, nothing around it', () => {
    expect(given('~/photos')).toBe(join(home, 'photos'));
    expect(given('~/.config/gh')).toBe(join(home, '.config/gh'));
    symlinkSync(join(home, '.ssh'), join(home, 'keys'));
    symlinkSync('../.ssh', join(home, 'photos/mine'));
    symlinkSync(join(base, 'elsewhere'), join(home, 'away'));
    symlinkSync('/', join(home, 'all'));
    symlinkSync(join(home, '.not-yet'), join(home, 'dangling'));
    symlinkSync('..', join(home, '.config/up'));
    for (const path of [
      ...['~/keys', '~/photos/mine', '~/away', '~/all', '~/all/etc', '~/dangling', '~/.config/up', '~/.config/up/.ssh'],
      ...['~/data', '~/data/state', '~/data/state/workspace', '~/.hidden'],
    ])
      expect([path, given(path)]).toEqual([path, undefined]);
    expect(given('~/.hidden', true)).toBe(join(home, '.hidden'));
    expect(given('~/.kube', true)).toBeUndefined();
    // Whoever shipped it: a link may have been made since.
    expect(given('~/keys', true)).toBeUndefined();
    mkdirSync(join(home, 'backup/.aws'), { recursive: true });
    symlinkSync(join(home, 'backup/.aws'), join(home, 'clouds'));
    for (const path of ['~/clouds', '~/backup/.aws', '~/backup/.aws/sso'])
      expect([path, given(path)]).toEqual([path, undefined]);
    expect(given('~/backup')).toBe(join(home, 'backup'));
  });

  const skill = (name: string, more: Partial<JudgedSkill> = {}, front = ''): JudgedSkill => ({
    manifest: parseSkill(
      `---\nname: ${name}\ndescription: b\ncapabilities: { "network": ["api.example.org"], "paths": ["~/photos"], "secrets": ["SHARED_KEY"] }\n${front}---\n`,
      name,
    ).manifest,
    source: 'managed',
    baseDir: join(base, 'skills', name),
    filePath: join(base, 'skills', name, 'SKILL.md'),
    isTrusted: false,
    isAgreed: true,
    shadows: [],
    warnings: [],
    verdict: { eligible: true } as JudgedSkill['verdict'],
    ...more,
  });
  const grant = (skills: JudgedSkill[], name: string): SkillGrant => {
    const env = new Environment({ HOME: home, SHARED_KEY: 'shared-value', OPENCLAW_GATEWAY_TOKEN: 'token' });
    const catalog = { usable: () => skills, judgedOf: () => skills, library: { programs: { find: () => undefined } } };
    const config = {
      env,
      stateDir: join(home, 'data/state'),
      path: join(home, 'data/state/openclaw.json'),
      config: { skills: { entries: { github: { apiKey: 'owner-api-key', env: { GITHUB_HOST: 'h' } } } } },
    };
    const source = new CatalogSource(
      catalog as unknown as SkillCatalog,
      config as unknown as ConfigService,
      new Redactor(),
    );
    return source.grantFor({ agentId: 'main' } as never, [name]);
  };

  it('is what its owner has agreed to, and nothing at all without that', () => {
    const github = skill('github', {}, 'metadata: {"openclaw":{"primaryEnv":"GH_TOKEN"}}\n');
    expect(grant([github], 'github')).toMatchObject({
      env: { GH_TOKEN: 'owner-api-key', GITHUB_HOST: 'h', SHARED_KEY: 'shared-value' },
      folders: [github.baseDir, join(home, 'photos')],
      hosts: ['api.example.org'],
    });
    const own = { ...github, isAgreed: false, source: 'workspace' as const };
    expect(grant([own], 'github')).toMatchObject({ env: {}, folders: [own.baseDir], hosts: [] });
  });

  it('is not the keys of another whose name it bears, or whose entry it claims', () => {
    const keys = (skills: JudgedSkill[], name: string): unknown => grant(skills, name).env['GITHUB_HOST'];
    const original = skill('github');
    expect(keys([original], 'github')).toBe('h');
    expect(keys([skill('github', { shadows: ['/bundled/github/SKILL.md'] })], 'github')).toBeUndefined();
    expect(keys([skill('github', { isTrusted: true, shadows: ['/extra/github/SKILL.md'] })], 'github')).toBe('h');
    const thief = skill('helper', {}, 'metadata: {"openclaw":{"skillKey":"github"}}\n');
    expect(thief.manifest.skillKey).toBe('github');
    expect(keys([original, thief], 'helper')).toBeUndefined();
    expect(keys([original, thief], 'github')).toBe('h');
    // Also where the one of that name keeps its own settings elsewhere.
    const moved = skill('github', {}, 'metadata: {"openclaw":{"skillKey":"gh"}}\n');
    expect(keys([moved, thief], 'helper')).toBeUndefined();
  });

  it('comes from npm only when that is written', () => {
    const at = { home, cwd: base };
    expect(kindOfSource('npm:left-pad', at)).toBe('npm');
    for (const name of ['left-pad', '@scope/name', 'github@1.0.0'])
      expect(() => kindOfSource(name, at)).toThrow(/npm:<name>/);
    expect(kindOfSource(join(home, 'photos'), at)).toBe('folder');
  });
});
