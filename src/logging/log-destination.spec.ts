import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
});
