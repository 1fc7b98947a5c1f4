import { i18n } from '@lingui/core';
import { MODEL_FAILURES } from '../../../src/common/model-failures';
import { CallError } from '../../../packages/client/client';
import { failureInWords } from './model-failures';
import { KNOWN_CODES, errorInWords, messageOf } from './problem';

const scope = { code: 'FORBIDDEN', message: 'missing scope: operator.admin', details: { code: 'MISSING_SCOPE' } };

describe('what went wrong, in words', () => {
  const { locale } = i18n;
  afterEach(() => i18n.activate(locale));

  it('is what the gateway says, where the page speaks English', () => {
    i18n.activate('en');
    expect(errorInWords(scope)).toBe('missing scope: operator.admin');
    expect(failureInWords('fake/fake-1 could not be reached: reset')).toBe('fake/fake-1 could not be reached: reset');
  });

  it('is said in the language of the page by its code, with the way out and the words of the gateway behind it', () => {
    i18n.loadAndActivate({ locale: 'de', messages: {} });
    expect(errorInWords(scope)).toMatch(/^You have no right .*Sign in.* \(missing scope: operator\.admin\)$/);
    expect(messageOf(new CallError({ code: 'UNAVAILABLE', message: 'not connected' }, true))).toMatch(
      /try it then\. \(not connected\)$/,
    );
    expect(errorInWords({ code: 'INVALID_REQUEST', message: 'name is needed' })).toBe(
      'The gateway did not accept it: name is needed',
    );
    expect(errorInWords({ code: 'ODD', message: 'something else' })).toBe('something else');
    for (const code of KNOWN_CODES) expect(errorInWords({ code, message: 'm' })).toMatch(/^[A-Z][^()]{15,}\. \(m\)$/);
  });

  it('tells of a model that did not answer with its name, and with what the provider said', () => {
    i18n.loadAndActivate({ locale: 'de', messages: {} });
    for (const sentence of Object.values(MODEL_FAILURES)) {
      const told = failureInWords(`mine/a-model ${sentence} (HTTP 499): why`);
      expect(told).toMatch(/^mine\/a-model .+ \(HTTP 499\): why$/);
    }
    expect(failureInWords('it was said that he failed at it')).toBe('it was said that he failed at it');
  });
});
