import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Environment } from '../../src/config/environment';
import type { OpenclawConfig } from '../../src/config/openclaw.config';
import { type GateFacts, gateSkill } from '../../src/skills/catalog/gate';
import { skillFilter } from '../../src/skills/catalog/skill-filter';
import { SkillLibrary } from '../../src/skills/catalog/skill-library';
import { renderSkillList } from '../../src/skills/catalog/skill-list';
import type { PolicySubject } from '../../src/tools/agent-tool';
import { FrontmatterError } from '../../src/skills/manifest/frontmatter';
import { hashFolder } from '../../src/skills/trust/hash-folder';
import { type SkillManifest, parseSkill } from '../../src/skills/manifest/skill-manifest';

const parse = (front: string, folder = 'folder'): SkillManifest =>
  parseSkill(`---\n${front}\n---\n\nText.\n`, folder).manifest;

describe('SKILL.md', () => {
  it.each([
    ['a mark of UTF-8', Buffer.from('\ufeff---\nname: wetter\ndescription: Wärme\n---\n')],
    ['UTF-16', Buffer.from('\ufeff---\nname: wetter\ndescription: Wärme\n---\n', 'utf16le')],
    ['UTF-16BE', Buffer.from('\ufeff---\nname: wetter\ndescription: Wärme\n---\n', 'utf16le').swap16()],
  ])('is read with %s', (_, bytes) =>
    expect(parseSkill(bytes, 'folder').manifest).toMatchObject({ name: 'wetter', description: 'Wärme' }),
  );

  const BINS = { requires: { bins: ['gh'], anyBins: [], env: [], config: [], os: [] } };

  it.each([
    ['metadata on one line', 'name: a\ndescription: b\nmetadata: {"openclaw":{"requires":{"bins":["gh"]}}}', BINS],
    [
      'metadata over several lines with trailing commas and comments',
      'name: a\ndescription: b\nmetadata:\n  {\n    // what it needs\n    "openclaw": { "requires": { "bins": ["gh"], }, },\n  }',
      BINS,
    ],
    ['metadata as YAML', 'name: a\ndescription: b\nmetadata:\n  openclaw:\n    requires:\n      bins: [gh]', BINS],
    ['a former key', "name: a\ndescription: b\nmetadata: {clawdbot: {requires: {bins: ['gh']}}}", BINS],
    ['metadata in quotes', `name: a\ndescription: b\nmetadata: '{"openclaw":{"requires":{"bins":["gh"]}}}'`, BINS],
    ['a colon in plain text', 'name: a\ndescription: Use when: always', { description: 'Use when: always' }],
    ['quotes and a colon', 'name: a\ndescription: "Say \\"hi\\": now"', { description: 'Say "hi": now' }],
    ['single quotes', "name: 'a'\ndescription: 'It''s fine'", { name: 'a', description: "It's fine" }],
    ['folded text', 'name: a\ndescription: >\n  one\n  two\nlicense: MIT', { description: 'one two' }],
    ['text that goes on', 'name: a\ndescription: one\n  two: three', { description: 'one two: three' }],
    ['no name', 'description: b', { name: 'folder' }],
    ['windows line ends', 'name: a\r\ndescription: b\r', { name: 'a', description: 'b' }],
    [
      'what other agents publish',
      'name: pdf\ndescription: b\nlicense: Proprietary\nallowed-tools: Bash(git:*), Read\nmetadata:\n  author: x\n  version: "1.0"',
      { name: 'pdf', requires: { bins: [], anyBins: [], env: [], config: [], os: [] } },
    ],
    [
      'switches',
      'name: a\ndescription: b\nuser-invocable: false\ndisable-model-invocation: true',
      { userInvocable: false, modelInvocable: false },
    ],
    [
      'a command that calls a tool',
      'name: a\ndescription: b\ncommand-dispatch: tool\ncommand-tool: exec',
      { dispatchTool: 'exec' },
    ],
    [
      'a homepage by another name',
      'name: a\ndescription: b\nwebsite: https://a.example',
      { homepage: 'https://a.example' },
    ],
    [
      'all of the block',
      'name: a\ndescription: b\nmetadata: {"openclaw":{"always":true,"emoji":"x","skillKey":"k","primaryEnv":"A_KEY","os":["linux"],"install":[{"id":"i","kind":"brew","formula":"f","bins":["f"]},{"kind":"nothing"}]}}',
      {
        always: true,
        emoji: 'x',
        skillKey: 'k',
        primaryEnv: 'A_KEY',
        install: [{ id: 'i', kind: 'brew', label: 'Install f (brew)', bins: ['f'], os: [], subject: 'f' }],
      },
    ],
    [
      'a cask of Homebrew',
      'name: a\ndescription: b\nmetadata: {"openclaw":{"install":[{"kind":"brew","cask":"steipete/tap/x","bins":["x"]}]}}',
      { install: [{ kind: 'brew', subject: 'steipete/tap/x', isCask: true }] },
    ],
    [
      'what it is about, and that it is counted apart',
      'name: a\ndescription: b\nmetadata: {"openclaw":{"tools":["canvas"],"further":true}}',
      { tools: ['canvas'], isFurther: true },
    ],
  ])('is read: %s', (_, front, expected) => {
    expect(parse(front)).toMatchObject(expected);
  });

  it.each([
    ['no frontmatter', '# Canvas\n', 1, 'does not begin with a frontmatter'],
    ['an open frontmatter', '---\nname: a\n', 1, 'not closed'],
    ['no description', '---\nname: a\n---\n', 1, 'description is missing'],
    ['a name that is a path', '---\ndescription: b\nname: ../a\n---\n', 3, 'name "../a"'],
    ['a name that is too long', `---\nname: ${'a'.repeat(65)}\ndescription: b\n---\n`, 2, '1 to 64 characters'],
  ])('is broken with line and reason: %s', (_, text, line, reason) => {
    const attempt = (): unknown => parseSkill(text, 'folder');
    expect(attempt).toThrow(FrontmatterError);
    expect(attempt).toThrow(reason);
    try {
      attempt();
    } catch (error) {
      expect((error as FrontmatterError).line).toBe(line);
    }
  });

  it('is read where a part is not, and says which line it left out', () => {
    const skill = parseSkill('---\nname: a\ndescription: b\nmetadata: {not json\n---\n', 'a');
    expect(skill.warnings).toEqual([{ line: 4, reason: expect.stringContaining('metadata') as string }]);
  });

  it('has no control characters, and no capability that says too much', () => {
    const text =
      '---\nname: a\ndescription: "b\\u0007c\\u202ed"\ncapabilities: { "programs": ["curl", "a b"], "network": ["api.example.org", "*", "*.example.org"], "paths": ["~/photos", "~/.ssh", "/", "~/../x"], "secrets": ["A_KEY", "a"] }\n---\n';
    const { manifest, warnings } = parseSkill(text, 'a');
    expect(manifest.description).toBe('bcd');
    expect(manifest.capabilities).toEqual({
      programs: ['curl'],
      network: ['api.example.org', '*.example.org'],
      paths: ['~/photos'],
      secrets: ['A_KEY'],
    });
    expect(warnings).toHaveLength(6);
  });
});

describe('gates', () => {
  const facts = (more: Partial<GateFacts> = {}): GateFacts => ({
    platform: 'linux',
    hasBin: () => false,
    hasEnv: () => false,
    config: () => undefined,
    entry: () => ({ hasApiKey: false, env: new Set() }),
    allowBundled: undefined,
    nodes: [],
    ...more,
  });
  const skill = parse(
    'name: a\ndescription: b\nmetadata: {"openclaw":{"primaryEnv":"A_KEY","os":["darwin"],"requires":{"bins":["x"],"anyBins":["y","z"],"env":["A_KEY","B"],"config":["browser.enabled","channels.slack"]}}}',
  );
  const missing = (more: Partial<GateFacts>): unknown => gateSkill(skill, false, facts(more)).missing;

  it('name everything that is missing', () => {
    expect(gateSkill(skill, false, facts())).toMatchObject({
      eligible: false,
      missing: { os: ['darwin'], bins: ['x'], anyBins: ['y', 'z'], env: ['A_KEY', 'B'], config: ['channels.slack'] },
      configChecks: [
        { path: 'browser.enabled', value: true, satisfied: true },
        { path: 'channels.slack', value: null, satisfied: false },
      ],
    });
  });

  it('open one by one', () => {
    expect(missing({ platform: 'darwin' })).toMatchObject({ os: [] });
    expect(missing({ hasBin: (name) => name === 'z' })).toMatchObject({ bins: ['x'], anyBins: [] });
    expect(missing({ hasEnv: (name) => name === 'B' })).toMatchObject({ env: ['A_KEY'] });
    expect(missing({ entry: () => ({ hasApiKey: true, env: new Set(['B']) }) })).toMatchObject({ env: [] });
    expect(missing({ config: () => 'set' })).toMatchObject({ config: [] });
    expect(missing({ nodes: [{ platform: 'darwin', bins: new Set(['x', 'y']) }] })).toMatchObject({
      os: [],
      bins: [],
      anyBins: [],
    });
  });

  it('are in order: off and not allowed come before "always", the system too, the rest does not', () => {
    const always = parse(
      'name: a\ndescription: b\nmetadata: {"openclaw":{"always":true,"requires":{"bins":["x"],"config":["c"]}}}',
    );
    expect(gateSkill(always, false, facts()).eligible).toBe(true);
    expect(gateSkill(always, true, facts({ allowBundled: ['other'] }))).toMatchObject({
      eligible: false,
      blockedByAllowlist: true,
    });
    expect(gateSkill(always, false, facts({ allowBundled: ['other'] })).eligible).toBe(true);
    expect(gateSkill(always, true, facts({ allowBundled: [] })).eligible).toBe(true);
    const off = facts({ entry: () => ({ enabled: false, hasApiKey: false, env: new Set() }) });
    expect(gateSkill(always, false, off)).toMatchObject({ eligible: false, disabled: true });
    const mac = parse('name: a\ndescription: b\nmetadata: {"openclaw":{"always":true,"os":["darwin"]}}');
    expect(gateSkill(mac, false, facts()).eligible).toBe(false);
  });
});

describe('lists of skills', () => {
  const config = {
    agents: {
      defaults: { skills: ['a', 'b'] },
      list: [
        { id: 'own', skills: ['b', 'c'] },
        { id: 'none', skills: [] },
      ],
    },
    channels: { telegram: { groups: { '-1': { skills: ['a'], topics: { '7': { skills: ['b'] } } }, '*': {} } } },
  } as unknown as OpenclawConfig;
  const passing = (subject: Partial<PolicySubject>): string =>
    ['a', 'b', 'c'].filter(skillFilter(config, { agentId: 'main', ...subject })).join('');

  it.each([
    ['the usual one', {}, 'ab'],
    ['an agent’s own instead', { agentId: 'own' }, 'bc'],
    ['an empty one', { agentId: 'none' }, ''],
    ['a group’s as well', { channel: 'telegram', groupId: '-1' }, 'a'],
    ['another group', { channel: 'telegram', groupId: '-2' }, 'ab'],
    ['a topic’s as well, which leaves nothing', { channel: 'telegram', groupId: '-1', threadId: '7' }, ''],
  ])('only take away: %s', (_, subject, expected) => {
    expect(passing(subject)).toBe(expected);
  });
});

describe('the library', () => {
  let root: string;
  let config: OpenclawConfig;
  let library: SkillLibrary;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'openclaw-skills-'));
    config = { skills: { load: { extraDirs: [join(root, 'extra')] } } };
    library = new SkillLibrary({
      env: new Environment({ HOME: root, PATH: '/usr/bin:/bin' }),
      stateDir: join(root, 'state'),
      config: () => config,
      workspaceOf: () => join(root, 'workspace'),
    });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const put = (folder: string, name: string, description = 'b'): void => {
    const file = join(root, folder, 'SKILL.md');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `---\nname: ${name}\ndescription: ${description}\n---\n`);
  };
  const sourceOf = async (name: string): Promise<string | undefined> => {
    await library.scan('main');
    return library.shelfOf('main').skills.find(({ manifest }) => manifest.name === name)?.source;
  };

  it('lets later places win, and says which files lost', async () => {
    put('extra/weather', 'weather');
    expect(await sourceOf('weather')).toBe('bundled');
    put('state/skills/weather', 'weather');
    expect(await sourceOf('weather')).toBe('managed');
    put('workspace/skills/my-weather', 'weather', 'mine');
    expect(await sourceOf('weather')).toBe('workspace');
    const skill = library.shelfOf('main').skills.find(({ manifest }) => manifest.name === 'weather');
    expect(skill).toMatchObject({ isTrusted: false, manifest: { description: 'mine' } });
    expect(skill?.shadows).toEqual([
      join(root, 'extra/weather/SKILL.md'),
      expect.stringMatching(/skills\/weather\/SKILL\.md$/),
      join(root, 'state/skills/weather/SKILL.md'),
    ]);
  });

  it('takes names that differ in capitals alone for one: none stands beside a trusted one', async () => {
    put('workspace/skills/other', 'Weather', 'mine');
    await library.scan('main');
    const found = library.shelfOf('main').skills.filter(({ manifest }) => /^weather$/i.test(manifest.name));
    expect(found.map(({ manifest, source, isTrusted }) => [manifest.name, source, isTrusted])).toEqual([
      ['Weather', 'workspace', false],
    ]);
    expect(found[0]?.shadows).toEqual([expect.stringMatching(/skills\/weather\/SKILL\.md$/)]);
  });

  it('knows what was agreed to also while trust is looked at again', async () => {
    put('state/skills/counter', 'counter');
    const folder = join(root, 'state/skills/counter');
    const lock = { version: 1, skills: { counter: { hash: hashFolder(folder) } } };
    writeFileSync(join(root, 'state/skills/lock.json'), JSON.stringify(lock));
    await library.scan('main');
    const skill = library.shelfOf('main').skills.find(({ manifest }) => manifest.name === 'counter');
    if (!skill) throw new Error('no skill');
    library.forget();
    expect(library.isUnchanged(skill)).toBe(true);
    put('state/skills/counter', 'counter', 'something else');
    expect(library.isUnchanged(skill)).toBe(false);
  });

  it('finds skills in groups of folders, and leaves hidden ones and modules alone', async () => {
    put('workspace/skills/office/slides', 'slides');
    put('workspace/skills/.git/hook', 'hook');
    put('workspace/skills/node_modules/module', 'module');
    put('workspace/skills/slides-too/inner', 'inner');
    expect(await sourceOf('slides')).toBe('workspace');
    expect(await sourceOf('inner')).toBe('workspace');
    expect(await sourceOf('hook')).toBeUndefined();
    expect(await sourceOf('module')).toBeUndefined();
  });

  it('reports what is broken, and loads the others', async () => {
    put('workspace/skills/good', 'good');
    put('workspace/skills/bad', '../bad');
    mkdirSync(join(root, 'workspace/skills/empty'));
    writeFileSync(join(root, 'workspace/skills/empty/SKILL.md'), 'no frontmatter');
    expect(await sourceOf('good')).toBe('workspace');
    expect(
      library.shelfOf('main').broken.map(({ baseDir, broken }) => [baseDir.split('/').at(-1), broken?.line]),
    ).toEqual([
      ['bad', 2],
      ['empty', 1],
    ]);
  });

  it('does not follow a link out of the workspace', async () => {
    put('elsewhere/secret', 'secret');
    mkdirSync(join(root, 'workspace/skills'), { recursive: true });
    symlinkSync(join(root, 'elsewhere/secret'), join(root, 'workspace/skills/secret'));
    expect(await sourceOf('secret')).toBeUndefined();
    expect(library.shelfOf('main').broken[0]?.broken?.reason).toContain('leads out of the workspace');
    mkdirSync(join(root, 'extra'), { recursive: true });
    symlinkSync(join(root, 'elsewhere/secret'), join(root, 'extra/secret'));
    expect(await sourceOf('secret')).toBe('extra');
  });

  it('reads a file again only when it has changed', async () => {
    put('workspace/skills/one', 'one');
    expect(await library.scan('main')).toBe(true);
    expect(await library.scan('main')).toBe(false);
    put('workspace/skills/one', 'one', 'changed');
    expect(await library.scan('main')).toBe(true);
  });
});

describe('the list in the prompt', () => {
  const skills = Array.from({ length: 200 }, (_, n) => ({
    name: `skill-${n}`,
    description: `Does number ${n} in a way that takes many words to tell. Use when asked for <number> ${n}.`,
    baseDir: `/app/skills/skill-${n}`,
  }));

  const bundled = skills.map((skill) => ({ ...skill, isBundled: true }));
  const list = (of: Parameters<typeof renderSkillList>[0], chars: number): string =>
    renderSkillList(of, { bundled: chars, own: chars });

  it('has name, purpose and place', () => {
    const text = list(bundled.slice(0, 2), 1000);
    expect(text).toContain('location="/app/skills/{name}/SKILL.md"');
    expect(text).toContain(
      'skill-1: Does number 1 in a way that takes many words to tell. Use when asked for number 1.',
    );
    expect(list([{ ...(bundled[0] as (typeof bundled)[0]), baseDir: '/other/folder' }], 1000)).toContain(
      'location="/other/folder/SKILL.md"',
    );
  });

  it('stays within its budget: shorter texts first, then names alone, then a count of the rest', () => {
    for (const all of [bundled, skills]) {
      expect(list(all.slice(0, 20), 900).length).toBeLessThanOrEqual(900);
      expect(list(all.slice(0, 20), 900)).toContain('skill-19');
      const many = list(all, 900);
      expect(many.length).toBeLessThanOrEqual(900);
      expect(many).toMatch(/\d+ more: find_tools$/);
    }
  });

  it('has own skills with their whole description, also when others come with the gateway', () => {
    const own = [
      { name: 'house', description: 'Rules of the house. Use when guests come.', baseDir: '/w/skills/house' },
      {
        name: 'pdf',
        description: 'PDF toolkit: extract text, e.g. tables. Use whenever a PDF comes.',
        baseDir: '/w/skills/pdf',
      },
    ];
    const text = renderSkillList([...bundled.slice(0, 11), ...own], { bundled: 840, own: 5200 });
    for (const { name, description } of own) expect(text).toContain(`${name}: ${description}`);
    expect(text).toContain('skill-10');
  });

  it('tells of those of the gateway, too, when they are to be used, before anything else', () => {
    const text = renderSkillList(bundled.slice(0, 17), { bundled: 1100, own: 5200 });
    expect(text.length).toBeLessThanOrEqual(1100);
    for (let n = 0; n < 17; n++) expect(text).toMatch(new RegExp(`^skill-${n}: .*Use when asked for number ${n}`, 'm'));
  });

  it('cuts what stands before, however long others say when they are to be used', () => {
    const when =
      'Use when a letter, a form or a table comes that somebody has to fill, to sum up or to answer in time.';
    const text = renderSkillList(
      [
        ...bundled.slice(0, 9),
        { name: 'long', description: `Does it. ${when}`, baseDir: '/app/skills/long', isBundled: true },
      ],
      { bundled: 700, own: 5200 },
    );
    expect(text.length).toBeLessThanOrEqual(700);
    expect(text).toContain(when);
    for (let n = 0; n < 9; n++) expect(text).toMatch(new RegExp(`^skill-${n}: .*Use when asked for number ${n}`, 'm'));
  });

  it('cuts own skills alike, and keeps of each when it is to be used', () => {
    const own = Array.from({ length: 40 }, (_, n) => ({
      name: `own-${n}`,
      description: `${'It does many things at great length. '.repeat(n % 2 ? 20 : 1)}Use when number ${n} is asked for.`,
      baseDir: `/w/skills/own-${n}`,
    }));
    const text = list(own, 5200);
    expect(text.length).toBeLessThanOrEqual(5200);
    for (const { name } of own)
      expect(text).toMatch(new RegExp(`^${name}: .*Use when number ${name.slice(4)} is asked for`, 'm'));
  });
});
