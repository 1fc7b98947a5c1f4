import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SilentLoggerFactory } from '../../src/common/logger';
import { Redactor } from '../../src/common/redactor';
import { ConfigService } from '../../src/config/config.service';
import { Environment } from '../../src/config/environment';
import { GitGuard } from '../../src/tools/git/git-guard.service';
import { TestDatabase } from '../harness/stores';

describe('workspaces whose git folders are watched', () => {
  let database: TestDatabase;
  let folder: string;
  let guard: GitGuard;
  beforeEach(async () => {
    database = await TestDatabase.create('sqlite');
    folder = mkdtempSync(join(tmpdir(), 'openclaw-git-'));
    const config = new ConfigService(new Environment({ OPENCLAW_STATE_DIR: database.stateDir }), new Redactor());
    guard = new GitGuard(config, await database.open(), new SilentLoggerFactory());
  });
  afterEach(async () => {
    guard.onModuleDestroy();
    await database.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  const watched = (): unknown => (guard as unknown as { watched: Map<string, unknown> }).watched.size;
  const workspace = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(join(path, '.git'), { recursive: true });
    writeFileSync(join(path, '.git', 'config'), '[core]\n\tbare = false\n');
    return path;
  };
  const plant = (path: string): void =>
    writeFileSync(join(path, '.git', 'config'), '[core]\n\tfsmonitor = touch /tmp/planted\n');

  it('are held while something is done in them, and no longer', async () => {
    for (let count = 0; count < 20; count++) {
      const path = workspace(`one-${count}`);
      const watch = await guard.begin(path);
      expect(watched()).toBe(1);
      await watch.end();
      await guard.alone(path, () => Promise.resolve());
    }
    expect(watched()).toBe(0);
  });

  it('are one for all that is done in them at once, in whatever order it ends', async () => {
    const path = workspace('shared');
    const [first, second] = await Promise.all([guard.begin(path), guard.begin(path)]);
    let isAlone = false;
    const alone = guard.alone(path, () => Promise.resolve(void (isAlone = true)));
    await first.end();
    expect([watched(), isAlone]).toEqual([1, false]);
    plant(path);
    expect(await second.end()).toContain('put aside');
    await alone;
    expect([watched(), isAlone]).toEqual([0, true]);
    expect(readFileSync(join(path, '.git', 'config'), 'utf8')).not.toContain('planted');
  });
});
