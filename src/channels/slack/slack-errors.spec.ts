import { apiErrorOf, sendError } from './slack-errors';

/** As Slack's client throws it. */
const failure = (error: string): Error =>
  Object.assign(new Error(`An API error occurred: ${error}`), { data: { error } });

describe('errors of Slack', () => {
  it.each([
    ['channel_not_found', false, 'refused'],
    ['invalid_auth', false, 'unauthorized'],
    ['internal_error', false, 'ambiguous'],
    ['internal_error', true, 'not_delivered'],
    // The page of something in between, where the client expected JSON: nobody has said no.
    ['<html>gateway time-out</html>', false, 'ambiguous'],
    ['<html>gateway time-out</html>', true, 'not_delivered'],
    ['upstream connect error', false, 'ambiguous'],
  ])('%s, repeatable %s, is %s', (word, repeatable, expected) => {
    expect(sendError(failure(word), repeatable).failure).toBe(expected);
  });

  it('are named by the word of the interface alone', () => {
    expect(apiErrorOf(failure('not_in_channel'))).toBe('not_in_channel');
    expect(apiErrorOf(failure('<html></html>'))).toBeUndefined();
  });
});
