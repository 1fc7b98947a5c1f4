import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REST, changedBetween, filesBelow } from './obeyed-files';

describe('what a command may obey in a workspace of very many files', () => {
  const base = mkdtempSync(join(tmpdir(), 'obeyed-'));
  const put = (path: string, text: string): void => writeFileSync(join(base, path), text);
  beforeAll(() => {
    mkdirSync(join(base, 'many'));
    for (let n = 0; n < 20; n++) put(`many/${n}`, '');
    put('package.json', '{}');
    put('zzz', '');
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  it.each(['package.json', 'many/3', 'zzz'])(
    'a change of %s is seen, also where files are not told apart',
    async (path) => {
      const before = await filesBelow(base, 2);
      expect(before.size).toBe(3);
      expect(changedBetween(before, await filesBelow(base, 2))).toBeUndefined();
      put(path, 'changed');
      expect(changedBetween(before, await filesBelow(base, 2))).toBeDefined();
    },
  );

  it('so are one more and one less, and where all are told apart there is no rest', async () => {
    const before = await filesBelow(base, 2);
    put('many/new', '');
    const more = await filesBelow(base, 2);
    expect(changedBetween(before, more)).toBe(REST);
    rmSync(join(base, 'many', '7'));
    expect(changedBetween(more, await filesBelow(base, 2))).toBe(REST);
    expect((await filesBelow(base)).has(REST)).toBe(false);
  });
});
