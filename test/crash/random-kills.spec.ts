import { join, resolve } from 'node:path';
import { STORE_KINDS } from '../harness/stores';
import { CrashScenario } from './crash-scenario';

const root = resolve(__dirname, '../..');

const CLEAN = {
  notTaken: [],
  overwritten: [],
  lost: [],
  turnsTwice: [],
  disordered: [],
  toolsTwice: [],
  open: 0,
  integrity: 'ok',
};

describe('killed at random moments', () => {
  it(
    'loses, doubles and mixes up nothing while 150 messages in 20 chats come over a faulty platform',
    async () => {
      const report = await new CrashScenario({
        seed: 20_260_101,
        chats: 20,
        updates: 150,
        kills: 18,
        faults: true,
      }).run();
      process.stderr.write(
        `18 kills: ready after ${median(report.readyMs)} ms (median), ${Math.max(...report.readyMs)} ms (longest); ` +
          `${report.doubled.length} seen twice, of ${report.ambiguous} calls cut off without an outcome; ` +
          `answers after ${report.answerMs.p50} ms (p50), ${report.answerMs.p99} ms (p99), ${report.answerMs.max} ms (max)\n`,
      );
      if (report.lost.length > 0) process.stderr.write(`${JSON.stringify(report)}\n`);
      expect(report).toMatchObject(CLEAN);
      expect(report.doubled.length).toBeLessThanOrEqual(report.ambiguous);
    },
    15 * 60_000,
  );

  (STORE_KINDS.includes('postgres') ? it : it.skip)(
    'keeps all of that on PostgreSQL',
    async () => {
      const options = { seed: 7, chats: 8, updates: 80, kills: 8, faults: true, store: 'postgres' } as const;
      const report = await new CrashScenario(options).run();
      expect(report).toMatchObject(CLEAN);
      expect(report.doubled.length).toBeLessThanOrEqual(report.ambiguous);
    },
    5 * 60_000,
  );

  it(
    'notices a gateway that acknowledges before it has committed',
    async () => {
      const report = await new CrashScenario({
        seed: 11,
        chats: 6,
        updates: 90,
        kills: 9,
        quietMs: 3000,
        entry: join(root, 'dist', 'main.js'),
        nodeArgs: ['--require', join(__dirname, 'ack-before-commit.cjs')],
      }).run();
      expect(report.notTaken.length).toBeGreaterThan(0);
      expect(report.lost).toEqual(expect.arrayContaining(report.notTaken));
    },
    5 * 60_000,
  );
});

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
