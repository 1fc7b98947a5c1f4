import type { OpenclawConfig } from '../../config/openclaw.config';
import type { UserMessage } from '../../sessions/transcript-event';
import { envelopeStyle } from './envelope';
import { derivePrompt } from './derive-prompt';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function told(defaults: Record<string, unknown>, ...times: number[]): string[] {
  const style = envelopeStyle({ agents: { defaults } } as unknown as OpenclawConfig);
  const message: UserMessage = {
    role: 'user',
    content: [{ type: 'text', text: 'hi' }],
    sender: { channel: 'telegram', name: 'Ann' },
  } as UserMessage;
  const prompt = derivePrompt(
    times.map((at) => ({ message, at })),
    { acceptsImages: false, envelope: style },
  );
  return prompt.map(({ content }) => (content as { text: string }[])[0]?.text ?? '');
}

describe('what stands before a message of a chat', () => {
  const noon = Date.parse('2026-06-01T12:00:00Z');

  it('is who wrote, when, and how long after the message before', () => {
    const zone = { userTimezone: 'UTC' };
    const times = [noon, noon + 59_000, noon + 3 * MINUTE, noon + 3 * MINUTE + 2.5 * 3_600_000, noon + 9 * DAY];
    expect(told(zone, ...times).map((text) => /^\[telegram Ann (?:(\+\w+) )?.*UTC\] hi$/.exec(text)?.[1])).toEqual([
      undefined,
      undefined,
      '+2m',
      '+2h',
      '+8d',
    ]);
    // A clock that was set back.
    expect(told(zone, noon, noon - DAY)[1]).not.toContain('+');
  });

  it('is as the configuration says', () => {
    expect(told({ envelopeElapsed: 'off', userTimezone: 'UTC' }, noon, noon + DAY)[1]).not.toContain('+1d');
    expect(told({ envelopeTimestamp: 'off' }, noon, noon + DAY)).toEqual([
      '[telegram Ann] hi',
      '[telegram Ann +1d] hi',
    ]);
    const nepal = told({ userTimezone: 'Asia/Kathmandu', timeFormat: '12' }, noon)[0];
    expect(nepal).toMatch(/5:45.PM Asia\/Kathmandu/i);
    expect(told({ userTimezone: 'Asia/Kathmandu', envelopeTimezone: 'utc' }, noon)[0]).toMatch(/12:00 UTC/);
    expect(told({ envelopeTimezone: 'Australia/Eucla' }, noon)[0]).toMatch(/20:45 Australia\/Eucla/);
  });
});
