import { placeName } from '../../kit/place-name';
import type { RunSummary, Trace } from '../../../../src/diagnostics/trace-facts';

export type { RunSummary, Trace };
export type Span = Trace['spans'][number];

export const FILTERS = {
  '': 'Everything',
  failed: 'Failed',
  undelivered: 'Not delivered',
  dropped: 'Nobody answered',
  waiting: 'Waiting',
  running: 'Running',
  answered: 'Answered',
} as const;
export type Filter = keyof typeof FILTERS;

export const STATES = {
  waiting: ['busy', 'waits'],
  running: ['busy', 'runs'],
  answered: ['good', 'answered'],
  failed: ['bad', 'failed'],
  dropped: ['off', 'not answered'],
  undelivered: ['bad', 'not delivered'],
} as const;

/** What a stretch of the way is called. */
export function spanTitle({ kind, name }: Span): string {
  switch (kind) {
    case 'message':
      return `Received from ${placeName(name)}`;
    case 'wait':
      return 'Waited for its turn';
    case 'turn':
      return `Turn of ${name}`;
    case 'model':
      return name;
    case 'tool':
      return name;
    case 'command':
      return `Command ${name}`;
    case 'approval':
      return `Approval of ${name}`;
    case 'delivery':
      return `Sent to ${placeName(name)}`;
  }
}

/** What stands before it, where the name says too little. */
export const SPAN_KINDS: Readonly<Partial<Record<Span['kind'], string>>> = { model: 'Model', tool: 'Tool' };

export const SPAN_STATES: Readonly<Record<Span['state'], string>> = {
  done: '',
  open: 'goes on',
  failed: 'failed',
  'cut off': 'cut off',
};

/** A sentence for what was not answered, where the gateway's own words are a rule's name. */
const CAUSES: Readonly<Record<string, string>> = {
  bot: 'It was written by a bot, and bots are not answered here.',
  'not mentioned': 'Nobody spoke to the assistant: in this group it answers when it is mentioned.',
  'sender is not paired': 'Its sender is not known yet and has not been let in.',
  'sender is not on the allow-list': 'Its sender is not on the list of those who may write.',
  'sender is not allowed in this group': 'Its sender is not on the list of those who may write in this group.',
  'sender is not on the allow-list for groups': 'Its sender is not on the list of those who may write in groups.',
  'group is not listed': 'The assistant does not answer in this group: it is not on the list.',
  'group is switched off': 'The assistant is switched off in this group.',
  'groups are off': 'The assistant does not answer in groups.',
  'direct messages are off': 'The assistant does not answer direct messages.',
};

export const causeInWords = (cause: string): string => CAUSES[cause] ?? cause;

/** Whether who may write decided it. */
export const isAboutAccess = (cause: string): boolean => cause !== 'bot' && cause in CAUSES;

/** The whole of it for somebody who helps; ids and times, nothing that was said. */
export function asText({ runId, state, spans }: Trace): string {
  const start = spans[0]?.startedAt ?? 0;
  return [
    `run ${runId}: ${state}`,
    ...spans.map(({ kind, name, startedAt, endedAt, state: end, tokens, attempts }) =>
      [
        `+${startedAt - start} ms`,
        kind,
        name,
        end,
        ...(endedAt === undefined ? [] : [`${endedAt - startedAt} ms`]),
        ...(tokens ? [`${tokens.input} in, ${tokens.output} out`] : []),
        ...(attempts === undefined ? [] : [`${attempts} tries`]),
      ].join('  '),
    ),
  ].join('\n');
}
