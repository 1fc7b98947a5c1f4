import { CrashScenario } from './crash-scenario';

/** What `random-kills` proves on Telegram at length holds on the other platforms. */
describe.each(['discord', 'slack', 'webhook'])('killed at random moments on %s', (channel) => {
  it(
    'loses, doubles and mixes up nothing',
    async () => {
      const report = await new CrashScenario({
        channel,
        seed: 20_261_127,
        chats: 8,
        updates: 200,
        kills: 16,
        faults: true,
      }).run();
      if (report.lost.length > 0 || report.disordered.length > 0) process.stderr.write(`${JSON.stringify(report)}\n`);
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
      process.stderr.write(
        `${channel}: ${report.doubled.length} answers seen twice, of ${report.ambiguous} sends cut off\n`,
      );
    },
    5 * 60_000,
  );
});
