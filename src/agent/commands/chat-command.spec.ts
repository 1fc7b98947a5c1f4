import { isStopRequest, parseChatCommand } from './chat-command';

describe('commands in a text', () => {
  it.each([
    ['/status', { name: 'status', args: '' }],
    ['  /STATUS  ', { name: 'status', args: '' }],
    ['/model: fake/one', { name: 'model', args: 'fake/one' }],
    ['/think high', { name: 'think', args: 'high' }],
    ['! ls -la', { name: 'bash', args: 'ls -la' }],
  ])('%j', (text, command) => expect(parseChatCommand(text)).toEqual(command));

  it.each(['status', 'see /status', '/status@other_bot', '/new@other_bot now', '/', '/@other_bot', '//new'])(
    '%j is none',
    (text) => expect(parseChatCommand(text)).toBeUndefined(),
  );

  it('to stop is asked in words or by the command, and not of another bot', () => {
    expect(['stop', 'Stop!', '/stop', '/stop now'].map(isStopRequest)).toEqual([true, true, true, true]);
    expect(['/stop@other_bot', 'stop it please'].map(isStopRequest)).toEqual([false, false]);
  });
});
