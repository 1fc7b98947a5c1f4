import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Linter, type Rule } from 'eslint';

const TESTS = join(__dirname, '..');
const page = readFileSync(join(TESTS, '..', 'docs', 'security.md'), 'utf8');

/** Tests that the table of promises names, by promise. */
const promises = page
  .slice(page.indexOf('## Promises'), page.indexOf('## An ordinary day'))
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('`'))
  .map((line) => {
    const [, promise = '', tests = ''] = line.split('|');
    return { promise: promise.trim(), tests: [...tests.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name) };
  });

const fileOf = (name: string): string => join(TESTS, ...(name.includes('/') ? [] : ['security']), `${name}.spec.ts`);

describe('promises of docs/security.md', () => {
  it('each name tests that are there and attack something', () => {
    expect(promises.length).toBeGreaterThan(35);
    for (const { promise, tests } of promises) {
      expect([promise, tests.length > 0]).toEqual([promise, true]);
      for (const name of tests) {
        expect([name, existsSync(fileOf(name))]).toEqual([name, true]);
        const text = readFileSync(fileOf(name), 'utf8');
        expect([name, /\b(?:it|test)\w*(?:\.each)?\(/.test(text), /\b(?:it|test|describe)\.only\b/.test(text)]).toEqual(
          [name, true, false],
        );
      }
    }
  });

  it('are kept by every test of this folder', () => {
    const named = new Set(promises.flatMap(({ tests }) => tests));
    const others = readdirSync(__dirname)
      .filter((file) => file.endsWith('.spec.ts'))
      .map((file) => file.replace(/\.spec\.ts$/, ''))
      .filter((name) => !named.has(name));
    expect(others).toEqual(['promises']);
  });
});

describe('the rule that hosts, addresses and ids are judged by what they mean', () => {
  const { parsedNamesRule } = jest.requireActual<{ parsedNamesRule: Rule.RuleModule }>(
    '../../scripts/lint/parsed-names.cjs',
  );
  const faults = (code: string): number =>
    new Linter().verify(code, [
      { plugins: { own: { rules: { parsed: parsedNamesRule } } }, rules: { 'own/parsed': 2 } },
    ]).length;

  it.each([
    '/^127\\./.test(host)',
    '/^127\\./.test(request.headers.host ?? "")',
    '/x/.exec(url.hostname)',
    'host.endsWith(".ts.net")',
    'url.hostname.toLowerCase().startsWith("localhost")',
    'headers["origin"]?.includes("127.0.0.1")',
    'String(senderId).startsWith("50")',
    'sender.username.match(/^5/)',
    'remoteAddress.indexOf("::ffff:")',
  ])('sees %s', (code) => expect(faults(code)).toBe(1));

  it.each([
    'isLocalHost(host)',
    'host === "localhost"',
    '["a"].includes(host)',
    '/x/.test(text)',
    'path.startsWith("/x")',
  ])('lets %s be', (code) => expect(faults(code)).toBe(0));
});
