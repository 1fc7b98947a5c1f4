import { actSink, placesOf } from './act-sink';
import { ACT_KINDS, type ActRequest } from './browser-params';

const PAGE = 'https://evil.example/form';
const FRAME = 'https://worse.example/frame';
const sinkOf = (request: ActRequest): string => {
  const use = actSink(request, [{ address: PAGE }]);
  return use === 'none' ? use : use.sink;
};

describe('what an act tells a page', () => {
  it('leaves for all that carries text or a choice of its own', () => {
    const carrying: ActRequest[] = [
      { kind: 'type', ref: 'e1', text: 'x' },
      { kind: 'fill', fields: [{ ref: 'e1', value: 'x' }] },
      { kind: 'select', ref: 'e1', values: ['x'] },
      { kind: 'drag', startRef: 'e1', endRef: 'e2' },
      { kind: 'resize', width: 500, height: 500 },
      { kind: 'evaluate', fn: '() => 1' },
      { kind: 'click', ref: 'e1', modifiers: ['Shift'] },
      ...['a', 'A', '1', ' ', 'Control+A', 'Shift+a', 'Shift+Enter', 'F1', 'Backspace', 'Space', 'KeyA', 'é'].map(
        (key): ActRequest => ({ kind: 'press', key }),
      ),
    ];
    for (const request of carrying) expect([request, sinkOf(request)]).toEqual([request, 'out']);
  });

  it('is counted for what only chooses, and nothing for what only waits', () => {
    for (const key of ['Enter', 'Tab', 'Escape', 'PageDown']) expect(sinkOf({ kind: 'press', key })).toBe('fetch');
    expect([sinkOf({ kind: 'click', ref: 'e1' }), sinkOf({ kind: 'hover', ref: 'e1' })]).toEqual(['fetch', 'fetch']);
    expect([sinkOf({ kind: 'wait', text: 'x' }), sinkOf({ kind: 'close' })]).toEqual(['none', 'none']);
  });

  it('names the page, and is decided for every kind', () => {
    for (const kind of ACT_KINDS) {
      const use = actSink({ kind }, [{ address: PAGE }]);
      expect(use === 'none' || use.summary.includes(PAGE)).toBe(true);
    }
  });

  it('names the elements, each with the document that it is in, before what is typed', () => {
    const targets = [
      { ref: 'e1', address: PAGE, name: 'email "Yours"' },
      { ref: 'f1e2', address: FRAME },
      { ref: 'e3', address: PAGE },
    ];
    expect(placesOf(targets)).toBe(`e1 (email "Yours") and e3 of ${PAGE} and f1e2 of ${FRAME}`);
    expect(actSink({ kind: 'type', ref: 'f1e2', text: `x of ${PAGE}` }, targets.slice(1, 2))).toMatchObject({
      summary: `type into f1e2 of ${FRAME}: x of ${PAGE}`,
    });
    expect(actSink({ kind: 'drag', startRef: 'f1e2', endRef: 'e3' }, targets.slice(1))).toMatchObject({
      summary: `drag f1e2 of ${FRAME} to e3 of ${PAGE}`,
    });
    const fields = [{ ref: 'e1', value: 'a", e3: "b' }];
    expect(actSink({ kind: 'fill', fields }, targets.slice(0, 1))).toMatchObject({
      summary: `fill in e1 (email "Yours") of ${PAGE}: e1: "a\\", e3: \\"b"`,
    });
  });
});
