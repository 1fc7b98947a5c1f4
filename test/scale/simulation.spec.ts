import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PROGRAM = resolve(__dirname, '../../bench/scale/run.mjs');

interface Result {
  turns: number;
  p50: number;
  p99: number;
  gatewayBusy: number;
  databaseBusy: number;
  logBusy: number;
}

/** Costs of nothing but what a test is about. */
const FREE = {
  turn: { gatewayMs: 0, databaseMs: 0, peerMs: 0, databasePeerMs: 0, commits: 1, statements: 0 },
  idle: { gatewayMsPerSecond: 0, databaseMsPerSecond: 0 },
  roundTripMs: 0,
  syncMs: 0,
};
const CELL = { gateways: 1, databaseCores: 1, seconds: 2000, modelMedianMs: 1000 };

describe('the simulation of gateways on one database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-scale-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const simulate = (figures: object, cell: object): Result => {
    const file = join(folder, 'figures.json');
    writeFileSync(file, JSON.stringify(figures));
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [PROGRAM, '--figures', file, '--cell', JSON.stringify({ ...CELL, ...cell })],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    return JSON.parse(stdout) as Result;
  };
  const withTurn = (turn: object): typeof FREE => ({ ...FREE, turn: { ...FREE.turn, ...turn } });

  it('agrees with what is known of one line before one server', () => {
    const service = 10;
    for (const busy of [0.5, 0.8]) {
      const { p50, p99, gatewayBusy } = simulate(withTurn({ gatewayMs: service }), {
        turnsPerSecond: (1000 / service) * busy,
      });
      // M/M/1: times in the system are exponential, with service / (1 - busy) as their mean.
      const mean = service / (1 - busy);
      expect(gatewayBusy).toBeCloseTo(busy, 1);
      expect(Math.abs(p50 / (mean * Math.log(2)) - 1)).toBeLessThan(0.06);
      expect(Math.abs(p99 / (mean * Math.log(100)) - 1)).toBeLessThan(0.12);
    }
  });

  it('agrees with what is known of one line before several servers', () => {
    const { p50, databaseBusy } = simulate(withTurn({ databaseMs: 10 }), { databaseCores: 4, turnsPerSecond: 200 });
    expect(databaseBusy).toBeCloseTo(0.5, 1);
    // M/M/4 at half its load: few wait (Erlang C: 0.17), so the median is that of the service, a little longer.
    expect(p50).toBeGreaterThan(10 * Math.LN2 * 0.95);
    expect(p50).toBeLessThan(10 * Math.LN2 * 1.3);
  });

  it('lets one sync of the log carry all commits that wait for it', () => {
    const { p99, logBusy } = simulate({ ...FREE, syncMs: 5 }, { turnsPerSecond: 2000, seconds: 60 });
    expect(logBusy).toBeGreaterThan(0.95);
    // Whoever just missed one waits for it and for the next: never longer, however many there are.
    expect(p99).toBeLessThanOrEqual(10.001);
    expect(p99).toBeGreaterThan(9);
  });

  it('does not count the time of the model, and takes what idle gateways and neighbours need from the turns', () => {
    const cell = { turnsPerSecond: 20, gateways: 2, seconds: 500 };
    const plain = simulate(withTurn({ gatewayMs: 30, commits: 3 }), cell);
    expect(plain.p99).toBeLessThan(1000);
    const beside = simulate(withTurn({ gatewayMs: 30, commits: 3, peerMs: 10 }), cell);
    expect(beside.gatewayBusy / plain.gatewayBusy).toBeCloseTo(40 / 30, 1);
    const idle = {
      ...withTurn({ gatewayMs: 30, commits: 3 }),
      idle: { gatewayMsPerSecond: 100, databaseMsPerSecond: 0 },
    };
    expect(simulate(idle, cell).gatewayBusy - plain.gatewayBusy).toBeCloseTo(0.1, 1);
    const drowned = { ...FREE, idle: { gatewayMsPerSecond: 0, databaseMsPerSecond: 600 } };
    expect(simulate(drowned, cell).databaseBusy).toBe(1);
  });

  it('says the same each time, and something else with another seed', () => {
    const figures = withTurn({ gatewayMs: 10 });
    const cell = { turnsPerSecond: 50, seconds: 60 };
    expect(simulate(figures, cell)).toEqual(simulate(figures, cell));
    expect(simulate(figures, { ...cell, seed: 2 })).not.toEqual(simulate(figures, cell));
  });
});
