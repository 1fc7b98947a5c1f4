import { readMarkup } from '__test__/harness/static-markup';
import { markupOf } from '__ui__/test/markup-of';
import { useLive } from '__ui__/src/gateway/use-live';
import __Name__View from '.';

jest.mock('__ui__/src/gateway/use-live', () => ({ useLive: jest.fn() }));

/** The view as it is while the gateway has told so much. */
function shown(live: { data?: object; error?: string }): ReturnType<typeof readMarkup> {
  jest.mocked(useLive).mockReturnValue({ data: undefined, error: undefined, refresh: () => undefined, ...live });
  return readMarkup(markupOf(<__Name__View />));
}

describe('the view __name__', () => {
  it('has its title, and lines in the shape of what is to come', () => {
    const page = shown({});
    expect(page.all('h1').map(({ text }) => text)).toEqual(['__title__']);
    expect(page.all().filter(({ attributes }) => attributes.get('role') === 'status')).toHaveLength(1);
  });

  it('shows what the gateway has told', () => {
    const page = shown({ data: { version: '1.2.3', uptimeMs: 90_000 } });
    expect(page.all('dd').map(({ text }) => text)).toEqual(['1.2.3', expect.stringMatching(/\d/)]);
  });

  it('says why it shows nothing', () => {
    const page = shown({ error: 'the gateway is away' });
    expect(page.text).toContain('the gateway is away');
    expect(page.all('button')).toHaveLength(1);
  });
});
