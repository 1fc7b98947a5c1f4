import { interactionUpdate } from './discord-interactions';

const user = { id: '71', username: 'bo', global_name: 'Bo' };
const read = (type: number, data: object): unknown => {
  const interaction = { id: '1', application_id: '2', token: 't', type, channel: { id: '7' }, user, data };
  const update = interactionUpdate(
    interaction as never,
    { kind: 'direct' },
    { settings: {}, botId: '1', mentionPatterns: [], at: [] },
  );
  return update && [update.text, ...(update.shared ?? [])];
};

describe('commands, choices and forms on Discord', () => {
  it.each<[string, number, object, unknown]>([
    [
      'a command of ours',
      2,
      { type: 1, name: 'model', options: [{ type: 3, name: 'arguments', value: 'fast' }] },
      ['/model fast'],
    ],
    [
      'a command with options',
      2,
      {
        type: 1,
        name: 'plan',
        options: [
          {
            type: 1,
            name: 'add',
            options: [
              { type: 6, name: 'who', value: '71' },
              { type: 5, name: 'soon', value: true },
              { type: 7, name: 'where', value: '9' },
            ],
          },
        ],
        resolved: {
          users: { 71: user },
          members: { 71: { nick: 'Bobby' } },
          channels: { 9: { id: '9', name: 'ops' } },
        },
      },
      ['/plan add who: @Bobby soon: true where: #ops'],
    ],
    [
      'a command on a person',
      2,
      { type: 2, name: 'Greet', target_id: '71', resolved: { users: { 71: user } } },
      ['/Greet @Bo'],
    ],
    [
      'a command on a message',
      2,
      {
        type: 3,
        name: 'Explain',
        target_id: '8',
        resolved: { messages: { 8: { id: '8', content: 'do it', author: user } } },
      },
      ['/Explain', { sender: 'Bo', text: 'do it' }],
    ],
    ['a button', 3, { custom_id: '/status', component_type: 2 }, ['/status']],
    ['a choice', 3, { custom_id: 'x', component_type: 5, values: ['71'], resolved: { users: { 71: user } } }, ['@Bo']],
    [
      'a form',
      5,
      {
        custom_id: 'f',
        components: [
          { type: 1, components: [{ type: 4, custom_id: 'name', value: 'Ann' }] },
          { type: 18, component: { type: 3, custom_id: 'tea', values: ['green', 'black'] } },
        ],
      },
      ['name: Ann\ntea: green, black'],
    ],
    ['suggestions', 4, { type: 1, name: 'plan', options: [] }, undefined],
  ])('%s is read', (_, type, data, said) => expect(read(type, data)).toEqual(said));
});
