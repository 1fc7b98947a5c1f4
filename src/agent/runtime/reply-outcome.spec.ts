import fc from 'fast-check';
import { StreamFilter, readReply } from './reply-outcome';

const stream = (pieces: readonly string[]): string => {
  const filter = new StreamFilter();
  return pieces.map((piece) => filter.add(piece)).join('');
};

describe('final text of a model', () => {
  it.each<[string, ReturnType<typeof readReply>]>([
    ['Hello.', { kind: 'reply', text: 'Hello.' }],
    ['NO_REPLY', { kind: 'silent', reason: 'NO_REPLY' }],
    ['**NO_REPLY**.', { kind: 'silent', reason: 'NO_REPLY' }],
    ['`no_reply`', { kind: 'silent', reason: 'NO_REPLY' }],
    ['HEARTBEAT_OK', { kind: 'silent', reason: 'HEARTBEAT_OK' }],
    ['All is well. HEARTBEAT_OK', { kind: 'reply', text: 'All is well.' }],
    ['NO_REPLY\n\nStill here.', { kind: 'reply', text: 'Still here.' }],
    ['The word NO_REPLY stands in the middle.', { kind: 'reply', text: 'The word NO_REPLY stands in the middle.' }],
    ['  \n ', { kind: 'silent', reason: 'empty' }],
    ['[[reply_to_current]] Yes.', { kind: 'reply', text: 'Yes.', replyTo: 'current' }],
    ['[[ reply_to: 123 ]]Yes.', { kind: 'reply', text: 'Yes.', replyTo: '123' }],
  ])('%j', (text, expected) => {
    expect(readReply(text)).toEqual(expected);
  });
});

describe('streamed text', () => {
  it.each([['NO_REPLY'], ['NO', '_RE', 'PLY'], ['N', 'O', '_', 'R', 'E', 'P', 'L', 'Y'], ['HEART', 'BEAT_OK']])(
    'shows nothing of a control word that comes as %j',
    (...pieces) => {
      expect(stream(pieces)).toBe('');
    },
  );

  it('takes a control word away however much stands behind it', () => {
    expect(readReply(`All done. NO_REPLY${'. '.repeat(300)}`)).toEqual({ kind: 'reply', text: 'All done.' });
  });

  it('shows ordinary text however it is cut, and never a tag', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 12, maxLength: 40 }), (sizes) => {
        const text = '[[reply_to_current]]Nothing is lost here.';
        const pieces: string[] = [];
        let at = 0;
        for (const size of [...sizes, text.length]) {
          if (at >= text.length) break;
          pieces.push(text.slice(at, at + size));
          at += size;
        }
        expect(stream(pieces)).toBe('Nothing is lost here.');
      }),
    );
  });
});
