import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gateSkill } from '../../src/skills/catalog/gate';
import { type ParsedSkill, parseSkill } from '../../src/skills/manifest/skill-manifest';
import { hashFolder, listSkillFiles } from '../../src/skills/trust/hash-folder';
import { scanSkill } from '../../src/skills/trust/scan-skill';
import { runCli } from '../harness/run-cli';

const ROOT = resolve(__dirname, '../../skills');
const NAMES = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

/** Those that OpenClaw does not have. */
const FURTHER = [
  'browser',
  'calendar',
  'data-analysis',
  'diagrams',
  'documents',
  'find-skills',
  'home-assistant',
  'mail',
  'youtube-transcripts',
];

/** Only machines for tests have to have it. */
const HAS_PYTHON = process.env['CI'] === 'true' || spawnSync('python3', ['--version']).status === 0;

const read = (name: string): ParsedSkill => parseSkill(readFileSync(join(ROOT, name, 'SKILL.md'), 'utf8'), name);

/** Fenced blocks with their language. */
function blocksOf(text: string): { language: string; code: string }[] {
  return [...text.matchAll(/^(```+)(\w*)\n([\s\S]*?)^\1\s*$/gm)].map(([, , language = '', code = '']) => ({
    language,
    code,
  }));
}

/** What `docs/reference/skills.md` says: name → whether it can be used on bare Linux, and what is missing. */
const table = new Map(
  readFileSync(resolve(ROOT, '../docs/reference/skills.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| [a-z0-9]/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, name = '', , , bare = '']) => [name, bare]),
);

describe('the skills that are shipped', () => {
  it('are the 56 of OpenClaw and nine further ones, counted apart', async () => {
    const further = NAMES.filter((name) => read(name).manifest.isFurther);
    expect(further).toEqual(FURTHER);
    expect(NAMES).toHaveLength(56 + FURTHER.length);
    expect(new Set(NAMES.map((name) => read(name).manifest.name)).size).toBe(NAMES.length);
    expect([...table.keys()].sort()).toEqual(NAMES);
    const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-skills-'));
    try {
      const { stdout } = await runCli(['skills', 'list', '--json'], {
        env: { OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: '1' },
      });
      const listed = JSON.parse(stdout) as { skills: { name: string; source: string }[]; counts: object };
      expect(listed.skills.filter((skill) => skill.source === 'openclaw-bundled')).toHaveLength(NAMES.length);
      expect(listed.counts).toMatchObject({ total: NAMES.length, bundled: 56, further: FURTHER.length });
    } finally {
      rmSync(stateDir, { recursive: true, force: true });
    }
  });

  it('twelve of them work on bare Linux', () => {
    expect([...table].filter(([, bare]) => bare === 'yes').map(([name]) => name)).toEqual([
      'browser',
      'canvas',
      'data-analysis',
      'diagrams',
      'documents',
      'find-skills',
      'healthcheck',
      'powerpoint',
      'skill-creator',
      'weather',
      'web-search',
      'youtube-transcripts',
    ]);
  });

  it('have the content that their hashes say', () => {
    const hashes = JSON.parse(readFileSync(join(ROOT, 'hashes.json'), 'utf8')) as Record<string, string>;
    expect(Object.fromEntries(NAMES.map((name) => [name, hashFolder(join(ROOT, name))]))).toEqual(hashes);
  });

  describe.each(NAMES)('%s', (name) => {
    const folder = join(ROOT, name);
    const skill = read(name);
    const text = readFileSync(join(folder, 'SKILL.md'), 'utf8');

    it('has a frontmatter without faults, its folder as name, and lengths that fit', () => {
      expect(skill.warnings).toEqual([]);
      expect(skill.manifest.name).toBe(name);
      expect(name.length).toBeLessThanOrEqual(64);
      expect(skill.manifest.description.length).toBeLessThanOrEqual(400);
      expect(skill.manifest.description).toMatch(/\bUse\b/);
      expect(text.split('\n').length).toBeLessThanOrEqual(200);
      expect(skill.manifest.capabilities).toBeDefined();
      const { primaryEnv, requires } = skill.manifest;
      if (primaryEnv) expect(requires.env).toContain(primaryEnv);
    });

    it('is judged on a bare machine as the reference says', () => {
      const verdict = gateSkill(skill.manifest, true, {
        platform: 'linux',
        hasBin: (bin) => ['bash', 'sh', 'curl', 'git', 'node', 'npm'].includes(bin),
        hasEnv: () => false,
        config: () => undefined,
        entry: () => ({ hasApiKey: false, env: new Set() }),
        allowBundled: undefined,
        nodes: [],
      });
      const missing = Object.values(verdict.missing).flat();
      expect(table.get(name)).toBe(verdict.eligible ? 'yes' : `no: ${missing.join(', ')}`);
      // What a skill requires can be had somehow, where a program is missing.
      const { bins, anyBins } = skill.manifest.requires;
      if (bins.some((bin) => bin !== 'curl' && bin !== 'node'))
        expect(skill.manifest.install.length).toBeGreaterThan(0);
      for (const spec of skill.manifest.install)
        for (const bin of spec.bins) expect([...bins, ...anyBins]).toContain(bin);
    });

    it('has blocks that a shell, or a JSON reader, can read', () => {
      for (const { language, code } of blocksOf(text)) {
        if (language === 'json') expect(() => JSON.parse(code) as unknown).not.toThrow();
        if (language !== 'bash') continue;
        const check = spawnSync('bash', ['-n'], { input: code.replaceAll('{baseDir}', '/skill'), encoding: 'utf8' });
        expect(check.stderr).toBe('');
      }
      expect(text.match(/^```/gm)?.length ?? 0).toBe(blocksOf(text).length * 2);
    });

    it('names only programs that it declares, and only files that it has', () => {
      for (const [, path = ''] of text.matchAll(/\{baseDir\}\/([\w./-]+)/g))
        expect({ path, exists: existsSync(join(folder, path)) }).toEqual({ path, exists: true });
      for (const [, link = ''] of text.matchAll(/\]\((?!https?:)([^)]+)\)/g))
        if (!link.startsWith('pictures/')) expect(existsSync(join(folder, link))).toBe(true);
      for (const file of listSkillFiles(folder)) {
        const path = join(folder, file);
        if (file.endsWith('.sh'))
          expect(spawnSync('sh', ['-n', path], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
        if (file.endsWith('.mjs')) expect(spawnSync(process.execPath, ['--check', path]).status).toBe(0);
        if (file.endsWith('.py') && HAS_PYTHON) {
          const compile = `import ast,sys; ast.parse(open(sys.argv[1]).read())`;
          expect(spawnSync('python3', ['-c', compile, path], { encoding: 'utf8' }).stderr).toBe('');
        }
        // Scripts that nobody is told of are of no use.
        if (file !== 'SKILL.md') expect(text).toContain(file);
        expect(statSync(path).size).toBeLessThan(64_000);
      }
    });

    it('holds nothing that the scan warns of', () => {
      expect(scanSkill(folder, skill.manifest).findings).toEqual([]);
    });

    it('passes the check of skill-creator', () => {
      const check = spawnSync(process.execPath, [join(ROOT, 'skill-creator/scripts/check-skill.mjs'), folder], {
        encoding: 'utf8',
      });
      expect(check).toMatchObject({ status: 0, stdout: `${folder}: fine\n` });
    });
  });
});
