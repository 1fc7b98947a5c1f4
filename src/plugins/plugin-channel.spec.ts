import type { ChannelHost, RawUpdate } from '../channels/channel-adapter';
import type { ConfigService } from '../config/config.service';
import { PluginChannel } from './plugin-channel';
import type { PluginRuntime } from './plugin-runtime';

describe('the channel of a plugin', () => {
  it('keeps a message that can not be handled, as the plugin told it', async () => {
    const kept: RawUpdate[] = [];
    const host = {
      // As the gateway does after three tries.
      take: (update: RawUpdate, work: () => Promise<void>) => work().catch(() => void kept.push(update)),
      receive: ({ text }: { text: string }) =>
        text === 'poison' ? Promise.reject(new Error('nobody can take this')) : Promise.resolve({ kind: 'duplicate' }),
      again: () => undefined,
    } as unknown as ChannelHost;
    const runtime = { manifest: { id: 'p' }, call: () => new Promise(() => undefined) } as unknown as PluginRuntime;
    const channel = new PluginChannel({ id: 'x' }, runtime, { config: {} } as unknown as ConfigService);
    void channel.run('default', host, new AbortController().signal);
    const said = (text: string): Record<string, unknown> => ({
      externalId: text,
      chat: { id: '1' },
      sender: { id: '2' },
      text,
    });
    expect(await channel.asked('receive', { update: said('hello') })).toEqual({ kind: 'duplicate' });
    expect(await channel.asked('receive', { update: said('poison') })).toEqual({ kind: 'accepted' });
    expect(kept).toEqual([{ id: 'poison', raw: said('poison') }]);
    await expect(channel.asked('receive', { update: { text: 'no ids' } })).rejects.toThrow('receive: externalId');
    expect(kept).toHaveLength(1);
  });
});
