import { msg, t } from '@lingui/core/macro';
import { failureInWords } from '../../gateway/model-failures';
import { placeName } from '../../kit/place-name';
import type { RunSummary, Trace } from '../../../../src/operations/diagnostics/trace-facts';

export type { RunSummary, Trace };
export type Span = Trace['spans'][number];

export const FILTERS = {
  get ''() {
    return t`Everything`;
  },
  get failed() {
    return t`Failed`;
  },
  get undelivered() {
    return t`Not delivered`;
  },
  get dropped() {
    return t`Nobody answered`;
  },
  get waiting() {
    return t`Waiting`;
  },
  get running() {
    return t`Running`;
  },
  get answered() {
    return t`Answered`;
  },
} as const;
export type Filter = keyof typeof FILTERS;

export const STATES = {
  waiting: ['busy', msg`waits`],
  running: ['busy', msg`runs`],
  answered: ['good', msg`answered`],
  failed: ['bad', msg`failed`],
  dropped: ['off', msg`not answered`],
  undelivered: ['bad', msg`not delivered`],
} as const;

/** What a stretch of the way is called. */
export function spanTitle({ kind, name }: Span): string {
  switch (kind) {
    case 'message':
      return t`Received from ${placeName(name)}`;
    case 'wait':
      return t`Waited for its turn`;
    case 'turn':
      return t`Turn of ${name}`;
    case 'model':
      return name;
    case 'tool':
      return name;
    case 'command':
      return t`Command ${name}`;
    case 'approval':
      return t`Approval of ${name}`;
    case 'delivery':
      return t`Sent to ${placeName(name)}`;
  }
}

/** What stands before it, where the name says too little. */
export const SPAN_KINDS: Readonly<Partial<Record<Span['kind'], string>>> = {
  get model() {
    return t`Model`;
  },
  get tool() {
    return t`Tool`;
  },
};

export const SPAN_STATES: Readonly<Record<Span['state'], string>> = {
  done: '',
  get open() {
    return t`goes on`;
  },
  get failed() {
    return t`failed`;
  },
  get 'cut off'() {
    return t`cut off`;
  },
};

/** A sentence for what was not answered, where the gateway's own words are a rule's name. */
const CAUSES: Readonly<Record<string, string>> = {
  get bot() {
    return t`It was written by a bot, and bots are not answered here.`;
  },
  get 'not mentioned'() {
    return t`Nobody spoke to the assistant: in this group it answers when it is mentioned.`;
  },
  get 'sender is not paired'() {
    return t`Its sender is not known yet and has not been let in.`;
  },
  get 'sender is not on the allow-list'() {
    return t`Its sender is not on the list of those who may write.`;
  },
  get 'sender is not allowed in this group'() {
    return t`Its sender is not on the list of those who may write in this group.`;
  },
  get 'sender is not on the allow-list for groups'() {
    return t`Its sender is not on the list of those who may write in groups.`;
  },
  get 'group is not listed'() {
    return t`The assistant does not answer in this group: it is not on the list.`;
  },
  get 'group is switched off'() {
    return t`The assistant is switched off in this group.`;
  },
  get 'groups are off'() {
    return t`The assistant does not answer in groups.`;
  },
  get 'direct messages are off'() {
    return t`The assistant does not answer direct messages.`;
  },
};

export const causeInWords = (cause: string): string => CAUSES[cause] ?? failureInWords(cause);

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
