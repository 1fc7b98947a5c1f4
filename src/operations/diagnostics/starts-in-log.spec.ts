import { startsInLog } from './starts-in-log';

const line = (minute: number, msg: string, more: object = {}, subsystem = 'gateway'): string =>
  JSON.stringify({
    time: new Date(Date.UTC(2026, 10, 30, 12, minute)).toISOString(),
    level: 'info',
    subsystem,
    msg,
    ...more,
  });
const at = (minute: number): number => Date.UTC(2026, 10, 30, 12, minute);

describe('starts in a log', () => {
  const lines = [
    line(0, 'gateway started', { pid: 7, version: '1.0.0' }),
    line(1, 'gateway started', { pid: 5 }, 'plugins'),
    line(2, 'gateway stopped', { upSeconds: 120 }),
    line(3, 'gateway did not start; what it had opened is closed again', { reason: 'port in use' }),
    line(4, 'gateway started', { pid: 8 }),
    '{"time":"2026-11-30T12:05',
    line(6, 'gateway started', { pid: 9 }),
  ];

  it('tells those that ended in good order from those that were lost', () => {
    expect(startsInLog(lines, true)).toEqual([
      { at: at(0), pid: 7, version: '1.0.0', end: 'stopped', upSeconds: 120 },
      { at: at(3), end: 'failed', reason: 'port in use' },
      { at: at(4), pid: 8, end: 'lost' },
      { at: at(6), pid: 9, end: 'running' },
    ]);
  });

  it('takes the last one for lost where no gateway runs', () => {
    expect(startsInLog(lines, false).at(-1)).toEqual({ at: at(6), pid: 9, end: 'lost' });
    expect(startsInLog([], false)).toEqual([]);
  });
});
