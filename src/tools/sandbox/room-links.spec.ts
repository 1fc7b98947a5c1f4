import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
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

describe('a folder of a room whose rights an earlier command has taken away', () => {
  it('gets them back', () => {
    const base = mkdtempSync(join(tmpdir(), 'room-rights-'));
    const [home, tmp, mine] = ['home', 'tmp', 'mine'].map((name) => join(base, name)) as [string, string, string];
    try {
      for (const folder of [home, join(tmp, 'home'), mine]) mkdirSync(folder, { recursive: true });
      for (const folder of [join(tmp, 'home'), tmp]) chmodSync(folder, 0);
      new BubblewrapDriver().plan({
        argv: ['true'],
        cwd: mine,
        workspace: mine,
        writable: true,
        network: false,
        env: {},
        timeoutSeconds: 1,
        room: { tmp, home, enter: [] },
      });
      for (const folder of [tmp, join(tmp, 'home')]) expect(statSync(folder).mode & 0o777).toBe(0o700);
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  });
});
