import type { REST } from 'discord.js';
import { DiscordHistory } from './discord-history';

/** As the library gives a page of a proxy. */
const page = new TextEncoder().encode('<html>gateway time-out</html>').buffer;

describe('questions to Discord', () => {
  const history = (answer: unknown): DiscordHistory =>
    new DiscordHistory({ get: () => Promise.resolve(answer), post: () => Promise.resolve(answer) } as unknown as REST);

  it('are asked again when the network fails, so that a search need not start again', async () => {
    const answers = [page, new Error('reset'), [{ id: '3' }]];
    const get = jest.fn(() => {
      const next = answers.shift();
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    });
    const history = new DiscordHistory({ get } as unknown as REST);
    expect(await history.after('7', '1')).toEqual([{ id: '3' }]);
    expect(get).toHaveBeenCalledTimes(3);
    const refused = jest.fn(() => Promise.reject(Object.assign(new Error('no'), { status: 401 })));
    await expect(new DiscordHistory({ get: refused } as unknown as REST).channel('7')).rejects.toThrow('no');
    expect(refused).toHaveBeenCalledTimes(1);
  });

  it('are answered by Discord, not by whatever stands in between', async () => {
    await expect(history(page).directWith('7')).rejects.toThrow('not valid JSON');
    await expect(history(page).channel('7')).rejects.toThrow('not valid JSON');
    await expect(history(page).after('7', '1')).rejects.toThrow('not valid JSON');
    expect(await history({ id: '8', last_message_id: '9' }).directWith('7')).toEqual({ id: '8', last_message_id: '9' });
    expect(await history([{ id: '3' }, { id: '2' }]).after('7', '1')).toEqual([{ id: '2' }, { id: '3' }]);
  });
});
