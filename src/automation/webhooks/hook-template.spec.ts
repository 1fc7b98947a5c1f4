import { renderTemplate } from './hook-template';

const FACTS = {
  payload: { a: { b: ['x', { c: 1 }] }, title: 'Hello', empty: null, path: 'inner' },
  headers: { 'x-event': 'push' },
  query: { id: '7' },
  path: 'github',
  now: '2026-01-01T00:00:00.000Z',
};

describe('templates of hooks', () => {
  it.each([
    ['{{payload.title}}', 'Hello'],
    ['{{ title }}!', 'Hello!'],
    ['{{a.b[0]}}', 'x'],
    ['{{payload.a.b[1]}}', '{"c":1}'],
    ['{{a.b[1].c}}', '1'],
    ['{{headers.X-Event}} {{query.id}} {{path}} {{now}}', 'push 7 github 2026-01-01T00:00:00.000Z'],
    ['[{{missing.x}}{{empty}}{{a.b[9]}}]', '[]'],
    ['{{constructor.name}}{{__proto__}}{{title.length}}', ''],
    ['no places {', 'no places {'],
  ])('%s', (template, text) => {
    expect(renderTemplate(template, FACTS)).toBe(text);
  });

  it('fills nothing that came in as a value', () => {
    expect(renderTemplate('{{title}}', { ...FACTS, payload: { title: '{{headers.x-event}}' } })).toBe(
      '{{headers.x-event}}',
    );
  });
});
