import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `LOCK_ROUNDS=5000` looks longer; on the former code a few hundred were enough to see two holders. */
const ROUNDS = Number(process.env['LOCK_ROUNDS'] ?? 400);
const RIVALS = 6;

interface Answer {
  won?: boolean;
  code?: string;
}

describe('a lock whose holder died', () => {
  let folder: string;
  let rivals: ChildProcess[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-lock-'));
    rivals = Array.from({ length: RIVALS }, () => fork(join(__dirname, 'lock-child.cjs'), [join(folder, 'a.lock')]));
  });
  afterEach(async () => {
    await Promise.all(rivals.map((child) => (child.kill('SIGKILL'), once(child, 'exit'))));
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (child: ChildProcess, message: object): Promise<Answer> => {
    const answer = once(child, 'message') as Promise<[Answer]>;
    child.send(message);
    return (await answer)[0];
  };
  const dead = { pid: 2 ** 22 + 1, createdAt: '2026-01-01T00:00:00.000Z' };

  it(`goes to one of ${RIVALS} processes that want it at once, in ${ROUNDS} rounds`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      writeFileSync(join(folder, 'a.lock'), round % 5 === 4 ? '' : JSON.stringify({ ...dead, round }));
      const at = Date.now() + 3;
      const answers = await Promise.all(rivals.map((child) => ask(child, { at })));
      expect(answers.filter(({ won }) => won)).toHaveLength(1);
      expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([undefined, 'LOCK_HELD']));
      const holder = JSON.parse(readFileSync(join(folder, 'a.lock'), 'utf8')) as { pid: number };
      expect(holder.pid).toBe(rivals[answers.findIndex(({ won }) => won)]?.pid);
      await Promise.all(rivals.map((child) => ask(child, { release: true })));
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('is taken over also where somebody died while taking it over', async () => {
    const text = JSON.stringify(dead);
    const guard = `a.lock.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
    for (let round = 0; round < 20; round++) {
      writeFileSync(join(folder, 'a.lock'), text);
      writeFileSync(join(folder, guard), JSON.stringify({ ...dead, nonce: 'of the second one' }));
      const at = Date.now() + 3;
      const answers = await Promise.all(rivals.map((child) => ask(child, { at })));
      expect(answers.filter(({ won }) => won)).toHaveLength(1);
      await Promise.all(rivals.map((child) => ask(child, { release: true })));
      expect(readdirSync(folder)).toEqual([]);
    }
  });
});
