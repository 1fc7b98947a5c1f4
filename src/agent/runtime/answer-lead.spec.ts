import type { OpenclawConfig } from '../../config/openclaw.config';
import { led, leadOf } from './answer-lead';

const AUTHOR = { agentId: 'main', provider: 'anthropic', model: 'claude-x-20260101', thinking: 'high' };
const leadFrom = (responsePrefix: string, name?: string): string | undefined =>
  leadOf(
    {
      messages: { responsePrefix },
      agents: { list: [{ id: 'main', ...(name === undefined ? {} : { identity: { name } }) }] },
    } as OpenclawConfig,
    AUTHOR,
  );

describe('leadOf', () => {
  it.each([
    ['Bot:', 'Bot:'],
    ['[{model} | {thinkingLevel}]', '[claude-x | high]'],
    ['{MODELFULL} of {Provider}', 'anthropic/claude-x-20260101 of anthropic'],
    ['{identity.name}: {unknown}', 'Ada: {unknown}'],
    ['auto', '[Ada]'],
    ['', undefined],
  ])('makes of %j %j', (written, lead) => expect(leadFrom(written, 'Ada')).toBe(lead));

  it('is nothing where it is to be a name and there is none', () => expect(leadFrom('auto')).toBeUndefined());

  it('takes of a model’s path the name alone', () => {
    const config = { messages: { responsePrefix: '{model}' } };
    expect(leadOf(config, { ...AUTHOR, provider: 'openrouter', model: 'meta/llama-4-latest' })).toBe('llama-4');
  });
});

describe('led', () => {
  it.each([
    ['Hello', 'P: Hello'],
    ['P: Hello', 'P: Hello'],
    ['```js\n1\n```', 'P:\n\n```js\n1\n```'],
    ['- one', 'P:\n\n- one'],
    ['-5 degrees', 'P: -5 degrees'],
    ['', ''],
  ])('puts it before %j', (text, whole) => expect(led(text, 'P:')).toBe(whole));

  it.each(['Hello there', '```js\ncode\n```', '- one\n- two', '1. one', 'P: as it was told', '\n# Title'])(
    'says of the beginnings of %j only what the whole of it begins with',
    (text) => {
      const whole = led(text.replace(/^\n/, ''), 'P:');
      for (let end = 0; end <= text.length; end++) {
        const shown = led(text.slice(0, end), 'P:', true);
        expect(whole.slice(0, shown.length)).toBe(shown);
      }
    },
  );
});
