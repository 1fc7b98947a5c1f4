import type { StoreKind } from '../harness/stores';
import { CrashScenario, type Percentiles } from './crash-scenario';

/** `npm run storm` asks for more: updates, kills, chats, seeds, the database, and the platforms. */
const asked = (name: string, otherwise: number): number => Number(process.env[`STORM_${name}`] ?? otherwise);
const first = asked('FIRST_SEED', 20_261_127);
const seeds = Array.from({ length: asked('SEEDS', 1) }, (_, index) => first + index);
const channels = (process.env['STORM_CHANNELS'] ?? 'discord,slack,webhook').split(',');
const stores = (process.env['STORM_STORE'] ?? 'sqlite').split(',') as StoreKind[];
const updates = asked('UPDATES', 80);
const kills = asked('KILLS', 6);
const chats = asked('CHATS', 8);
const storms = stores.flatMap((store) => channels.map((channel) => ({ store, channel })));
/** Milliseconds. The short form in the tests shows its times and judges none: it shares the machine with other tests. */
const MOST_MS = process.env['STORM_UPDATES'] === undefined ? undefined : { p99: 15_000, max: 30_000 };

/** What `random-kills` proves on Telegram at length holds on the other platforms; on PostgreSQL it has a short form there. */
describe.each(storms)('killed at random moments on $channel, with $store', ({ store, channel }) => {
  it.each(seeds)(
    'loses, doubles and mixes up nothing (seed %i)',
    async (seed) => {
      const report = await new CrashScenario({ channel, seed, chats, updates, kills, store, faults: true }).run();
      if (report.lost.length + report.disordered.length + report.doubled.length + report.overwritten.length > 0)
        process.stderr.write(`${JSON.stringify(report)}\n`);
      expect(report).toMatchObject({
        notTaken: [],
        overwritten: [],
        lost: [],
        doubled: [],
        turnsTwice: [],
        disordered: [],
        toolsTwice: [],
        open: 0,
        integrity: 'ok',
      });
      const { answerMs, deliveryMs } = report;
      const shown = ({ p50, p99, max }: Percentiles): string => `${p50} ms (p50), ${p99} ms (p99), ${max} ms (max)`;
      process.stderr.write(
        `${channel} on ${store}, seed ${seed}, ${updates} messages in ${chats} chats, ${kills} kills: lost 0, twice 0, order kept; ` +
          `${report.ambiguous} calls cut off; answers after ${shown(answerMs)}, of that delivery ${shown(deliveryMs)}\n`,
      );
      if (MOST_MS === undefined) return;
      expect(answerMs.p99).toBeLessThanOrEqual(MOST_MS.p99);
      expect(answerMs.max).toBeLessThanOrEqual(MOST_MS.max);
    },
    5 * 60_000 + kills * 5000 + updates * 100,
  );
});
