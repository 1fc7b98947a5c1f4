import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LogFile } from './log-destination';

describe('the log file', () => {
  it('is put aside under a number once it has grown too large, and goes on with a new one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'openclaw-log-'));
    const file = new LogFile(folder);
    const line = `${'x'.repeat(1024 * 1024 - 1)}\n`;
    for (let count = 0; count < 52; count++) file.write(line);
    file.close();
    const names = readdirSync(folder).sort();
    expect(names).toEqual([
      expect.stringMatching(/^openclaw-\d{4}-\d{2}-\d{2}\.1\.log$/) as string,
      expect.stringMatching(/^openclaw-\d{4}-\d{2}-\d{2}\.log$/) as string,
    ]);
    expect(names.map((name) => statSync(join(folder, name)).size / line.length)).toEqual([51, 1]);
    rmSync(folder, { recursive: true });
  });

  it('ends nothing where it can not be opened, and goes on once it can', () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'openclaw-log-')), 'logs');
    writeFileSync(folder, 'no folder');
    const file = new LogFile(folder);
    expect(() => file.write('lost\n')).not.toThrow();
    rmSync(folder);
    file.write('kept\n');
    expect(readFileSync(file.path, 'utf8')).toBe('kept\n');
    file.close();
    rmSync(dirname(folder), { recursive: true });
  });
});
