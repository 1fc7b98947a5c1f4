import type { REST } from 'discord.js';
import { DiscordHistory } from './discord-history';

/** As the library gives a page of a proxy. */
const page = new TextEncoder().encode('<html>gateway time-out</html>').buffer;

describe('questions to Discord', () => {
  const history = (answer: unknown): DiscordHistory =>
    new DiscordHistory({ get: () => Promise.resolve(answer), post: () => Promise.resolve(answer) } as unknown as REST);

  it('are answered by Discord, not by whatever stands in between', async () => {
    await expect(history(page).directWith('7')).rejects.toThrow('no JSON');
    await expect(history(page).channel('7')).rejects.toThrow('no JSON');
    await expect(history(page).after('7', '1')).rejects.toThrow('no JSON');
    expect(await history({ id: '8', last_message_id: '9' }).directWith('7')).toEqual({ id: '8', last_message_id: '9' });
    expect(await history([{ id: '3' }, { id: '2' }]).after('7', '1')).toEqual([{ id: '2' }, { id: '3' }]);
  });
});
