import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTextIfExists, writeFileAtomic } from '../../src/common/atomic-file';

const ATOMIC = join(__dirname, '..', '..', 'dist', 'common', 'atomic-file.js');

describe('files that are written as a whole', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'written-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are made where a link leads that leads nowhere yet, and the links stay', () => {
    const [first, second] = [join(folder, 'conf.json'), join(folder, 'second')];
    symlinkSync('second', first);
    symlinkSync('elsewhere/real.json', second);
    for (const content of ['one', 'two']) {
      writeFileAtomic(first, content);
      expect([first, second].map((path) => lstatSync(path).isSymbolicLink())).toEqual([true, true]);
      expect(readFileSync(join(folder, 'elsewhere', 'real.json'), 'utf8')).toBe(content);
    }
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual(['real.json']);
  });

  const bubblewrap = process.env['TEST_SANDBOX'];
  (bubblewrap === undefined ? it.skip : it)('are written in place where they are mounted by themselves', () => {
    const [real, mounted] = [join(folder, 'real.json'), join(folder, 'in', 'conf.json')];
    mkdirSync(join(folder, 'in'));
    writeFileSync(real, 'a longer text than the new one');
    writeFileSync(mounted, '');
    const program = `require(${JSON.stringify(ATOMIC)}).writeFileAtomic(${JSON.stringify(mounted)}, 'new')`;
    execFileSync(bubblewrap ?? '', ['--dev-bind', '/', '/', '--bind', real, mounted, process.execPath, '-e', program]);
    expect(readFileSync(real, 'utf8')).toBe('new');
    expect(readdirSync(join(folder, 'in'))).toEqual(['conf.json']);
  });

  it('are read in UTF-16 by their mark, as PowerShell writes them', () => {
    const path = join(folder, 'conf.json');
    writeFileSync(path, Buffer.from('\ufeff{ "name": "Größe" }\r\n', 'utf16le'));
    expect(readTextIfExists(path)).toBe('{ "name": "Größe" }\r\n');
    writeFileSync(path, '\ufeffkept');
    expect(readTextIfExists(path)).toBe('\ufeffkept');
  });
});
