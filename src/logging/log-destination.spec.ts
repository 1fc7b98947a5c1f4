import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
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

  it.each([undefined, 'gateway.log', 'gateway'])('has a bounded number of files (%s)', (name, ...rest) => {
    expect(rest).toEqual([]);
    const folder = mkdtempSync(join(tmpdir(), 'openclaw-log-'));
    const others = ['gateway.old.log', 'gateway.01.log', 'notes.1.log'];
    for (const other of others) writeFileSync(join(folder, other), 'of somebody else');
    const file = new LogFile(folder, name === undefined ? undefined : join(folder, name));
    const extension = name === 'gateway' ? '' : '.log';
    // Files that are full are put aside at the next line.
    for (let round = 1; round <= 14; round++) {
      writeFileSync(file.path, '');
      truncateSync(file.path, 51 * 1024 * 1024);
      file.write(`round ${round}\n`);
    }
    file.write('the last\n');
    file.close();
    const stem = basename(file.path, extension);
    const own = readdirSync(folder).filter((each) => !others.includes(each));
    const numbers = own.map((each) => Number(each.slice(stem.length + 1, each.length - extension.length)));
    expect(numbers.sort((a, b) => a - b)).toEqual([0, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(readFileSync(file.path, 'utf8')).toBe('the last\n');
    expect(file.totalBytes()).toBeGreaterThan(9 * 51 * 1024 * 1024);
    for (const other of others) expect(readFileSync(join(folder, other), 'utf8')).toBe('of somebody else');
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
