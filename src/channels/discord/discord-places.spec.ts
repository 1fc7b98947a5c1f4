import { DiscordCalls } from './discord-calls';
import type { DiscordHistory } from './discord-history';
import { DiscordPlaces } from './discord-places';

describe('conversations with people on Discord', () => {
  it('are asked for once, whoever asks', async () => {
    const asked: string[] = [];
    const history = { channel: (id: string) => Promise.resolve(void asked.push(id)) } as unknown as DiscordHistory;
    const places = new DiscordPlaces(history);
    const calls = new DiscordCalls(() => {
      throw new Error('Discord was asked');
    });
    calls.knowPlaces('default', places);
    const route = { channel: 'discord', account: 'default', to: 'user:5' };
    expect(calls.knownPlace(route)).toBeUndefined();
    places.knowDirect('5', '65');
    expect(calls.knownPlace(route)).toBe('65');
    expect(await calls.findPlace(route)).toBe('65');
    expect(await calls.channelFor({ account: 'default', route, text: '' })).toBe('65');
    expect(await places.of('65', undefined, 'bot')).toEqual({ kind: 'direct' });
    expect(asked).toEqual([]);
  });
});
