/** What a model did that failed to answer, after its name; the page says the same in the reader's language. */
export const MODEL_FAILURES = {
  auth: 'refused the credentials; check the API key',
  billing: 'has no credit left; check the billing of the account',
  rate_limit: 'is limiting requests; try again in a moment',
  overloaded: 'is overloaded or failing; try again in a moment',
  context_overflow: 'says the conversation is too long; start a new one with /new',
  content_filter: 'declined to answer because of its content rules',
  invalid_request: 'did not accept the request',
  network: 'could not be reached',
  cut_off: 'broke off in the middle of its answer',
  timeout: 'did not answer in time',
  budget: 'was not asked',
  malformed: 'sent an answer that makes no sense',
  unknown: 'failed',
} as const;
