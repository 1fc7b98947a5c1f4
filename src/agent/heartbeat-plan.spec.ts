import { hasContent, heartbeatPlan, isActive } from './heartbeat-plan';

describe('a file of things to look after', () => {
  it.each([
    ['', false],
    ['# Things to look after\n\n', false],
    ['# List\n- [ ]\n-\n* \n1.\n---\n', false],
    ['<!-- nothing\nyet -->\n', false],
    ['# List\n- water the plants\n', true],
    ['Look at the mail.', true],
    ['- [ ] call Ann', true],
  ])('%j has something: %s', (text, holds) => {
    expect(hasContent(text)).toBe(holds);
  });
});

describe('active hours', () => {
  const at = (time: string): number => Date.parse(`2026-06-01T${time}:00Z`);
  it.each([
    ['none', undefined, '03:00', true],
    ['inside', { start: '08:00', end: '22:00' }, '08:00', true],
    ['at the end', { start: '08:00', end: '22:00' }, '22:00', false],
    ['before', { start: '08:00', end: '22:00' }, '07:59', false],
    ['to the end of the day', { start: '08:00', end: '24:00' }, '23:59', true],
    ['over midnight, late', { start: '22:00', end: '06:00' }, '23:00', true],
    ['over midnight, early', { start: '22:00', end: '06:00' }, '05:59', true],
    ['over midnight, by day', { start: '22:00', end: '06:00' }, '12:00', false],
    ['in another zone', { start: '08:00', end: '22:00', timezone: 'America/New_York' }, '08:30', false],
    ['in a zone that nobody knows', { start: '00:00', end: '24:00', timezone: 'Mars/Base' }, '08:30', true],
    ['that nobody can read', { start: 'eight' }, '03:00', true],
  ])('%s', (_, hours, time, active) => {
    expect(isActive(hours, at(time), 'UTC')).toBe(active);
  });
});

describe('who has heartbeats', () => {
  const list = [{ id: 'main', default: true }, { id: 'other' }];
  it('is the default agent', () => {
    const config = { agents: { list } };
    expect(heartbeatPlan(config, 'main').everyMs).toBe(1_800_000);
    expect(heartbeatPlan(config, 'other').everyMs).toBe(0);
  });

  it('or those that say so, with the defaults for what they leave open', () => {
    const config = {
      agents: {
        defaults: { heartbeat: { every: '10m', target: 'none' } },
        list: [
          { id: 'main', default: true },
          { id: 'other', heartbeat: { ackMaxChars: 5 } },
        ],
      },
    };
    expect(heartbeatPlan(config, 'main').everyMs).toBe(0);
    expect(heartbeatPlan(config, 'other')).toMatchObject({ everyMs: 600_000, target: 'none', ackMaxChars: 5 });
  });

  it('is nobody where it is off', () => {
    expect(heartbeatPlan({ agents: { defaults: { heartbeat: { every: '0m' } } } }, 'main').everyMs).toBe(0);
  });
});
