import type { InboundMessage } from '../../inbox/inbound-message';
import { isAnswer } from './asked-person';

const said = (more: Partial<InboundMessage> = {}): InboundMessage => ({
  text: 'yes',
  isOwner: true,
  origin: 'owner',
  sender: { id: '5' },
  ...more,
});

describe('the answer to a question', () => {
  const asked = { isOwner: true, senders: [{ id: '5' }] };

  it.each<[string, Partial<InboundMessage>, boolean]>([
    ['of whoever was asked', {}, true],
    ['of the owner at a client', { sender: {} }, true],
    ['a command that has ended', { isSystemEvent: true }, false],
    ['a job', { jobId: 'j' }, false],
    ['another owner of the group', { sender: { id: '6' } }, false],
    ['a guest of the group', { isOwner: false, sender: { id: '7' } }, false],
    ['another conversation', { dialogue: { asker: 'a', asked: 'b', turn: 1, most: 2, request: 'r' } }, false],
    ['a look around', { heartbeat: { ackMaxChars: 1 } }, false],
  ])('%s', (_, more, expected) => expect(isAnswer(said(more), asked)).toBe(expected));

  it('of a guest who was asked is theirs alone', () => {
    const guest = { isOwner: false, senders: [{ id: '7' }] };
    expect(isAnswer(said({ isOwner: false, sender: { id: '7' } }), guest)).toBe(true);
    expect(isAnswer(said({ isOwner: false, sender: { id: '8' } }), guest)).toBe(false);
  });
});
