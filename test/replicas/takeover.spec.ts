import { Gate } from '../fakes/model-formats/model-format';
import { type GatewayProcess, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';
import { PERSON, Pair, ended, onPostgres, send } from './pair';

onPostgres('what a gateway leaves', () => {
  let pair: Pair;
  const gates = new Map<string, Gate>();

  beforeAll(async () => {
    pair = await Pair.start();
    pair.models.answer = ({ lastUser }) => {
      const gate = [...gates].find(([word]) => lastUser.includes(word))?.[1];
      return { steps: [{ text: 'So ' }, ...(gate ? [{ until: gate }] : []), { text: `be it: ${lastUser}` }] };
    };
  });
  afterAll(async () => {
    for (const gate of gates.values()) gate.open();
    await pair?.stop();
  });

  const answers = (word: string): string[] => pair.telegram.textsIn(PERSON).filter((text) => text.includes(word));
  /** The gateway that polls the bot, and another one. */
  const roles = async (): Promise<{ poller: GatewayProcess; other: GatewayProcess }> => {
    const there = pair.gateways.filter(({ exited }) => !exited);
    for (;;) {
      for (const gateway of there) {
        const client = await WireClient.connected(gateway.url);
        const status = JSON.stringify(await client.done('channels.status', {}));
        client.close();
        const other = there.find((each) => each !== gateway);
        if (/"connected":true/.test(status) && other) return { poller: gateway, other };
      }
    }
  };
  const say = (text: string): void => void pair.telegram.say({ chatId: PERSON, text });
  const answered = (text: string): Promise<void> => until(`an answer to ${text}`, () => answers(text).length > 0);

  it('on SIGTERM goes on at once: its poller, and a turn in the middle', async () => {
    const { poller, other } = await roles();
    const [old, client] = [await WireClient.connected(poller.url), await WireClient.connected(other.url)];
    const gate = new Gate();
    gates.set('cut short', gate);
    await send(old, 'drained', 'cut short');
    await until('the model', () => pair.models.requests.some(({ lastUser }) => lastUser.includes('cut short')));
    old.close();
    await poller.signal('SIGTERM');
    gates.delete('cut short');
    gate.open();
    expect(await ended(client, 'drained', 'cut short')).toMatchObject({ state: 'final' });
    say('after the drain');
    await answered('after the drain');
    client.close();
    await pair.add();
  });

  it('on SIGKILL is taken over: its poller, a turn, and a delivery', async () => {
    const { poller, other } = await roles();
    const [old, client] = [await WireClient.connected(poller.url), await WireClient.connected(other.url)];
    const gate = new Gate();
    gates.set('cut off', gate);
    await send(old, 'killed', 'cut off');
    await until('the model', () => pair.models.requests.some(({ lastUser }) => lastUser.includes('cut off')));
    old.close();
    await poller.signal('SIGKILL');
    gates.delete('cut off');
    gate.open();
    say('after the kill');
    await Promise.all([answered('after the kill'), ended(client, 'killed', 'cut off')]);
    expect(answers('after the kill')).toHaveLength(1);
    client.close();
    await pair.add();
  });

  it('when it was paused for longer than its leases last stays with whoever took over when it wakes', async () => {
    const { poller, other } = await roles();
    const [old, client] = [await WireClient.connected(poller.url), await WireClient.connected(other.url)];
    const gate = new Gate();
    gates.set('paused', gate);
    await send(old, 'asleep', 'paused');
    await until('the model', () => pair.models.requests.some(({ lastUser }) => lastUser.includes('paused')));
    poller.child.kill('SIGSTOP');
    say('while it sleeps');
    await answered('while it sleeps');
    gates.delete('paused');
    gate.open();
    expect(await ended(client, 'asleep', 'paused')).toMatchObject({ state: 'final' });
    poller.child.kill('SIGCONT');
    await until('the end of its poll', () => /another process polls this bot by now/.test(poller.log));
    const conflicts = pair.telegram.conflicts;
    for (let index = 0; index < 5; index++) {
      say(`round ${index}`);
      await answered(`round ${index}`);
    }
    expect(pair.telegram.conflicts).toBe(conflicts);
    for (const word of ['while it sleeps', 'round 0', 'round 4']) expect(answers(word)).toHaveLength(1);
    const history = JSON.stringify(await client.done('chat.history', { sessionKey: 'asleep' }));
    expect(history.match(/be it: /g)).toHaveLength(1);
    // It serves its clients as before.
    await send(old, 'asleep', 'awake again');
    expect(await ended(old, 'asleep', 'awake again')).toMatchObject({ state: 'final' });
    for (const each of [old, client]) each.close();
  });
});
