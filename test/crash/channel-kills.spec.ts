import { CrashScenario } from './crash-scenario';

/** `npm run storm` asks for more: updates, kills, chats, seeds, and the platforms. */
const asked = (name: string, otherwise: number): number => Number(process.env[`STORM_${name}`] ?? otherwise);
const updates = asked('UPDATES', 200);
const kills = asked('KILLS', 16);
const chats = asked('CHATS', 8);
const first = asked('FIRST_SEED', 20_261_127);
const seeds = Array.from({ length: asked('SEEDS', 1) }, (_, index) => first + index);
const channels = (process.env['STORM_CHANNELS'] ?? 'discord,slack,webhook').split(',');

/** What `random-kills` proves on Telegram at length holds on the other platforms. */
describe.each(channels)('killed at random moments on %s', (channel) => {
  it.each(seeds)(
    'loses, doubles and mixes up nothing (seed %i)',
    async (seed) => {
      const report = await new CrashScenario({ channel, seed, chats, updates, kills, faults: true }).run();
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
        `${channel}, seed ${seed}, ${updates} messages in ${chats} chats, ${kills} kills: lost 0, turns twice 0, ` +
          `${report.doubled.length} answers seen twice, of ${report.ambiguous} sends cut off\n`,
      );
    },
    5 * 60_000 + kills * 5000 + updates * 100,
  );
});
