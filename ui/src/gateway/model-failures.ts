import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
import { MODEL_FAILURES } from '../../../src/common/model-failures';

/** The sentences of the gateway in the language of the page. */
const IN_WORDS: Readonly<Record<keyof typeof MODEL_FAILURES, (model: string) => string>> = {
  auth: (model) => t`${model} refused the credentials; check the API key`,
  billing: (model) => t`${model} has no credit left; check the billing of the account`,
  rate_limit: (model) => t`${model} is limiting requests; try again in a moment`,
  overloaded: (model) => t`${model} is overloaded or failing; try again in a moment`,
  context_overflow: (model) => t`${model} says the conversation is too long; start a new one with /new`,
  content_filter: (model) => t`${model} declined to answer because of its content rules`,
  invalid_request: (model) => t`${model} did not accept the request; look at its settings, or choose another model`,
  network: (model) => t`${model} could not be reached; check the network and the address`,
  cut_off: (model) => t`${model} broke off in the middle of its answer; try again`,
  timeout: (model) => t`${model} did not answer in time; try again, or choose another model`,
  budget: (model) => t`${model} was not asked; look at the budgets`,
  malformed: (model) => t`${model} sent an answer that makes no sense; try again`,
  unknown: (model) => t`${model} failed; what happened stands in the trace`,
};
const KINDS = Object.entries(MODEL_FAILURES) as [keyof typeof MODEL_FAILURES, string][];

/** Why a model gave no answer, as the gateway tells it, in the language of the page; other texts as they are. */
export function failureInWords(text: string): string {
  if (i18n.locale === 'en' || i18n.locale === '') return text;
  for (const [kind, sentence] of KINDS) {
    const at = text.indexOf(` ${sentence}`);
    const model = text.slice(0, at);
    // The name of a model stands before it, and nothing else.
    if (at > 0 && !/\s/.test(model)) return IN_WORDS[kind](model) + text.slice(at + 1 + sentence.length);
  }
  return text;
}
