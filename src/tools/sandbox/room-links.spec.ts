import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BubblewrapDriver } from './bubblewrap.driver';

/** What a sandboxed command left in its room meets the next one. */
describe('a link that an earlier command put where a folder of the room belongs', () => {
  it('is replaced, and nothing is made where it leads', () => {
    const base = mkdtempSync(join(tmpdir(), 'room-links-'));
    const [home, tmp, outside, mine] = ['home', 'tmp', 'outside', 'mine'].map((name) => join(base, name)) as [
      string,
      string,
      string,
      string,
    ];
    try {
      for (const folder of [home, tmp, outside, join(mine, 'tools', 'bin')]) mkdirSync(folder, { recursive: true });
      symlinkSync(outside, join(home, 'tools'));
      symlinkSync(outside, join(tmp, 'home'));
      new BubblewrapDriver().plan({
        argv: ['true'],
        cwd: mine,
        workspace: mine,
        writable: true,
        network: false,
        env: { HOME: mine },
        timeoutSeconds: 1,
        readable: [join(mine, 'tools', 'bin')],
        room: { tmp, home, enter: [] },
      });
      expect(readdirSync(outside)).toEqual([]);
      expect(existsSync(join(home, 'tools', 'bin'))).toBe(true);
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  });
});
