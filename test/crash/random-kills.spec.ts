import { CrashScenario } from './crash-scenario';

const READY_MS = 3000;

describe('killed at random moments', () => {
  it(
    'loses, doubles and mixes up nothing while 2,000 messages in 20 chats come over a faulty platform',
    async () => {
      const report = await new CrashScenario({
        seed: 20_260_101,
        chats: 20,
        updates: 2000,
        kills: 200,
        faults: true,
      }).run();
      process.stderr.write(
        `200 kills: ready after ${median(report.readyMs)} ms (median), ${Math.max(...report.readyMs)} ms (longest); ` +
          `${report.doubled.length} answers seen twice, of ${report.ambiguous} sends cut off without an outcome\n`,
      );
      if (report.lost.length > 0) process.stderr.write(`${JSON.stringify(report)}\n`);
      expect(report).toMatchObject({
        notTaken: [],
        overwritten: [],
        lost: [],
        turnsTwice: [],
        disordered: [],
        toolsTwice: [],
        open: 0,
        integrity: 'ok',
      });
      expect(report.doubled.length).toBeLessThanOrEqual(report.ambiguous);
      expect(Math.max(...report.readyMs)).toBeLessThanOrEqual(READY_MS);
    },
    15 * 60_000,
  );
});

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
