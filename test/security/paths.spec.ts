import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import {
  innerParts,
  innerPath,
  isBelow,
  isReallyWithin,
  isWithin,
  overlap,
  realPlace,
  staysInside,
} from '../../src/common/paths/path-place';
import { WorkspaceFiles } from '../../src/tools/files/workspace-files';

const ROOT = resolve(__dirname, '../..');
const part = fc.constantFrom('a', 'b', 'ab', 'a.b', '..', '.', '...', '..a', 'a..', ' ', 'ä', 'work', 'work-evil', '');
const pathBelow = (root: string): fc.Arbitrary<string> =>
  fc.array(part, { maxLength: 7 }).map((parts) => `${root}/${parts.join('/')}`);

/** What a person would say who walks along the parts. */
function walk(path: string): string[] {
  const at: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') at.pop();
    else if (name !== '' && name !== '.') at.push(name);
  }
  return at;
}

describe('the module that decides where paths are', () => {
  it('says that a path is inside exactly when all parts of the folder come first', () => {
    fc.assert(
      fc.property(pathBelow('/work'), pathBelow('/work'), (folder, path) => {
        const [outer, inner] = [walk(folder), walk(path)];
        const isInside = outer.every((name, index) => inner[index] === name) && inner.length >= outer.length;
        expect(isWithin(folder, path)).toBe(isInside);
        expect(isBelow(folder, path)).toBe(isInside && inner.length > outer.length);
        expect(innerParts(folder, path)).toEqual(isInside ? inner.slice(outer.length) : undefined);
        expect(overlap(folder, path)).toBe(isWithin(folder, path) || isWithin(path, folder));
        if (innerPath(folder, path) !== undefined)
          expect(resolve(folder, innerPath(folder, path) ?? '')).toBe(resolve(path));
      }),
      { numRuns: 2000 },
    );
  });

  it('never lets an entry stay inside that a resolver would put elsewhere', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(part, fc.constantFrom('/', '\\', 'C:', '~', '..\\..')), { maxLength: 6 }),
        fc.constantFrom('/', '\\'),
        (parts, separator) => {
          const entry = parts.join(separator);
          if (!staysInside('/into', entry)) return;
          expect(walk(`/into/${entry}`)[0]).toBe('into');
          expect(entry.split(/[\\/]/)).not.toContain('..');
        },
      ),
      { numRuns: 2000 },
    );
    for (const entry of ['a/b', '..a/b', 'a..', '...', 'a b']) expect(staysInside('/into', entry)).toBe(true);
  });

  describe('with links', () => {
    let base: string;
    beforeEach(() => {
      base = realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-places-')));
      for (const name of ['in/deep', 'out', 'in-evil']) mkdirSync(join(base, name), { recursive: true });
      writeFileSync(join(base, 'out', 'secret'), 'secret');
    });
    afterEach(() => rmSync(base, { recursive: true, force: true }));
    /** What is there besides the workspace; links are not followed. */
    const outside = (): string[] => ['out', 'in-evil'].flatMap((name) => [name, ...readdirSync(join(base, name))]);
    const link = (target: string, at: string): void => symlinkSync(target, join(base, at));

    it('follows them, also those whose target is not there yet', () => {
      link('../out', 'in/link');
      link('../out/new', 'in/dangling');
      link('dangling', 'in/twice');
      link('../out/missing/../../in-evil/x', 'in/crooked');
      link(join(base, 'in/deep'), 'out/back');
      expect(realPlace(join(base, 'in/link/secret'))).toBe(join(base, 'out/secret'));
      expect(realPlace(join(base, 'in/dangling'))).toBe(join(base, 'out/new'));
      expect(realPlace(join(base, 'in/twice/and/more'))).toBe(join(base, 'out/new/and/more'));
      for (const path of [
        'in/link',
        'in/link/secret',
        'in/dangling',
        'in/twice',
        'in/twice/a',
        'in/crooked',
        'in/link/back/../secret',
      ])
        expect([path, isReallyWithin(join(base, 'in'), join(base, path))]).toEqual([path, false]);
      for (const path of ['in', 'in/deep', 'in/none/yet', 'out/back', 'out/back/new'])
        expect([path, isReallyWithin(join(base, 'in'), join(base, path))]).toEqual([path, true]);
    });

    it('does not decide about a circle', () => {
      link('b', 'in/a');
      link('a', 'in/b');
      expect(() => realPlace(join(base, 'in/a/x'))).toThrow(/circle/);
      expect(isReallyWithin(base, join(base, 'in/a'))).toBe(false);
    });

    it('keeps a tool inside its workspace through any tangle of links', async () => {
      const names = ['l1', 'l2', 'l3'];
      const target = fc.constantFrom(
        '..',
        '../out',
        '../out/new',
        'deep',
        'l1',
        'l2',
        'l3',
        'l1/x',
        '../in-evil',
        'deep/../..',
        '/',
        'l2/..',
      );
      await fc.assert(
        fc.asyncProperty(
          fc.tuple(target, target, target),
          fc.array(fc.constantFrom('l1', 'l2', 'l3', 'deep', '..', 'out', 'secret', 'new', 'in-evil'), {
            minLength: 1,
            maxLength: 4,
          }),
          async (targets, parts) => {
            for (const [index, name] of names.entries()) {
              rmSync(join(base, 'in', name), { force: true });
              symlinkSync(targets[index] ?? '.', join(base, 'in', name));
            }
            const before = outside();
            const files = new WorkspaceFiles([join(base, 'in')]);
            await files.write(parts.join('/'), 'written').catch(() => undefined);
            expect(readFileSync(join(base, 'out', 'secret'), 'utf8')).toBe('secret');
            expect(outside()).toEqual(before);
            const read = await files.openForRead(parts.join('/')).catch(() => undefined);
            if (read) {
              expect(isWithin(join(base, 'in'), read.path)).toBe(true);
              await read.file.close();
            }
            for (const name of readdirSync(join(base, 'in')))
              if (!['deep', ...names].includes(name)) rmSync(join(base, 'in', name), { recursive: true });
          },
        ),
        { numRuns: 300 },
      );
    });
  });

  it('is the only one', () => {
    const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.startsWith('common/paths/'),
    );
    const forms = [
      // A prefix with a separator at its end, a way that begins with dots, a home-made helper.
      /\.startsWith\([^)]*\bsep\b/,
      /\.startsWith\(`\$\{\w*(?:folder|root|dir|base|home|workspace|path)\w*\}\/`\)/i,
      /\.startsWith\(\w*(?:folder|root|dir|base|home|workspace)\w* \+/i,
      /\.startsWith\('\.\.'\)/,
      /\.startsWith\(\s*`\.\./,
      /\b(?:const|function) (?:isInside|leadsOut|isBelow|safePath)\b/,
      /\/\^\\\/\(?(?:etc|root|home|proc|usr|var)\b/,
    ];
    // Addresses of the web are no places on a disk.
    const exempt = new Set(['automation/webhooks/webhooks.module.ts: .startsWith(`${root}/`)']);
    const found = sources.flatMap((file) => {
      const text = readFileSync(join(ROOT, 'src', file), 'utf8');
      return forms.filter((form) => form.test(text)).map((form) => `${file}: ${form.exec(text)?.[0] ?? ''}`);
    });
    expect(found.filter((each) => !exempt.has(each))).toEqual([]);
  });
});
