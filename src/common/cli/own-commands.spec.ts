import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CallPlace, callableName, commandLine, introduceProgram, quoted, withOwnCommands } from './own-commands';

describe('the name by which this program can be called', () => {
  let folder: string;
  let root: string;
  let place: CallPlace;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-name-')));
    root = join(folder, 'clone');
    for (const name of ['bin', 'docs', 'elsewhere']) mkdirSync(join(root, name), { recursive: true });
    for (const name of ['linked', 'foreign']) mkdirSync(join(folder, name));
    const program = join(root, 'bin', 'openclaw');
    writeFileSync(program, '');
    chmodSync(program, 0o755);
    symlinkSync(program, join(folder, 'linked', 'openclaw'));
    writeFileSync(join(folder, 'foreign', 'openclaw'), '');
    place = { path: '/usr/bin:/bin', cwd: root, root, program, platform: 'linux' };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is the path from where the user stands in the clone, else the whole path', () => {
    expect(callableName(place)).toBe('bin/openclaw');
    expect(callableName({ ...place, cwd: join(root, 'docs') })).toBe('../bin/openclaw');
    expect(callableName({ ...place, cwd: join(root, 'bin') })).toBe('./openclaw');
    expect(callableName({ ...place, cwd: folder })).toBe(place.program);
    expect(callableName({ ...place, cwd: `${root}-2` })).toBe(place.program);
  });

  it('is "openclaw" where the PATH leads here, and not where somebody else is found first', () => {
    const path = (...names: string[]): string => ['/usr/bin', ...names.map((name) => join(folder, name))].join(':');
    expect(callableName({ ...place, path: path('linked') })).toBe('openclaw');
    expect(callableName({ ...place, path: path('linked', 'foreign') })).toBe('openclaw');
    expect(callableName({ ...place, path: path('foreign', 'linked') })).toBe('bin/openclaw');
    expect(callableName({ ...place, path: undefined })).toBe('bin/openclaw');
    expect(callableName({ ...place, path: 'bin' })).toBe('bin/openclaw');
  });

  it('can be typed into a shell, also with odd folders, and on Windows', () => {
    expect(callableName({ ...place, cwd: '/', program: "/home/o'neil/my clone/bin/openclaw" })).toBe(
      `'/home/o'\\''neil/my clone/bin/openclaw'`,
    );
    expect(quoted('$(reboot)')).toBe(`'$(reboot)'`);
    expect(callableName({ ...place, platform: 'win32' })).toBe('node "bin/openclaw"');
  });

  describe('in errors', () => {
    beforeEach(() => introduceProgram(() => 'bin/openclaw', ['gateway', 'pairing', 'config']));
    afterEach(() => introduceProgram(() => 'openclaw', []));

    it('stands in front of each command of this program, and nowhere else', () => {
      expect(commandLine('gateway run')).toBe('bin/openclaw gateway run');
      expect(withOwnCommands('start one with: openclaw gateway run')).toBe('start one with: bin/openclaw gateway run');
      expect(withOwnCommands('see: openclaw --help')).toBe('see: bin/openclaw --help');
      expect(withOwnCommands('("openclaw pairing list" or `openclaw config get`)')).toBe(
        '("bin/openclaw pairing list" or `bin/openclaw config get`)',
      );
      for (const other of [
        'openclaw is fine',
        '/x/openclaw gateway run',
        'no openclaw',
        'my-openclaw gateway',
        'openclaw  gateway',
        'OpenClaw gateway',
      ])
        expect(withOwnCommands(other)).toBe(other);
    });
  });
});
