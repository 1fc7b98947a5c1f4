import type { APIMessage } from 'discord.js';
import { DiscordBackfill } from './discord-backfill';
import type { DiscordHistory } from './discord-history';
import type { DiscordPlaces } from './discord-places';
import { snowflakeAt } from './snowflake';

const AT = Date.parse('2026-01-01T00:00:00Z');
const id = (minutes: number): string => snowflakeAt(AT + minutes * 60_000);

describe('the search for what Discord told nobody', () => {
  it('begins in chats nobody is known from where nothing is missing yet, whatever came elsewhere since', async () => {
    const said: Record<string, string[]> = { '1': [id(1), id(9)], '2': [id(2), id(3)], '3': [id(0)] };
    const taken: string[] = [];
    const backfill = new DiscordBackfill({
      history: {
        after: (channel: string, after: string) =>
          Promise.resolve(
            (said[channel] ?? [])
              .filter((message) => BigInt(message) > BigInt(after))
              .map((message) => ({ id: message, channel_id: channel }) as APIMessage),
          ),
        directWith: () => Promise.resolve(undefined),
      } as unknown as DiscordHistory,
      places: {
        withMessages: () =>
          Object.entries(said).map(([channel, messages]) => ({ id: channel, lastMessageId: messages.at(-1) ?? '0' })),
      } as unknown as DiscordPlaces,
      log: { info: () => undefined } as never,
      // Chat 1 was taken up to its end; a kill came before the search had reached chat 2.
      lastReceived: () => Promise.resolve([`1:${id(9)}`]),
      completeThrough: () => Promise.resolve(AT + 60_000),
      listedUsers: [],
      take: (message) => {
        taken.push(`${message.channel_id}:${message.id}`);
        return Promise.resolve();
      },
    });
    await backfill.run(new AbortController().signal);
    expect(taken).toEqual([`2:${id(2)}`, `2:${id(3)}`]);
  });
});
