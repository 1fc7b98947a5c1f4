import { mrkdwn, withoutLinks } from './slack-format';

describe('addresses where Slack knows no switch for previews', () => {
  it('are code, and the words around them stay', () => {
    expect(withoutLinks(mrkdwn('See [the plan](https://evil.example/?d=1), www.evil.example or http://a.b/c.'))).toBe(
      'See the plan (`https://evil.example/?d=1`), `www.evil.example` or `http://a.b/c`.',
    );
    expect(withoutLinks('Version 3.5 costs 2.50, e.g. `npm i`: done.')).toBe(
      'Version 3.5 costs 2.50, e.g. `npm i`: done.',
    );
  });
});
