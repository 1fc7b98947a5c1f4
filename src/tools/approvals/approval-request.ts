import type { ApprovalDecision } from './approval-decision';

/** What the question is about. Everything that will happen is in it; the page, chats and the terminal show all of it. */
export interface ApprovalRequest {
  /** A command on the machine, or another call whose effect leaves the gateway. */
  kind: 'exec' | 'tool';
  tool: string;
  command: string;
  cwd: string;
  host: string;
  security: string;
  ask: string;
  agentId: string;
  resolvedPath: string | null;
  sessionKey: string;
  runId: string;
  /** What clients call the run, where that is not its id. */
  runName?: string;
  /** Names of environment variables the call sets. */
  envNames: string[];
  /** The same with their values. */
  env?: Record<string, string>;
  /** Whatever else the call says: its parameters, a change of a file as a diff, the page it types into. */
  details?: ApprovalFact[];
  /** Whose turn asks, and where it came from. */
  asker?: string;
  /** Why it has to be asked for. */
  reason: string;
  /** Whether "always" may be chosen. */
  canAlways: boolean;
  /** The rule that "always" writes, word for word. */
  rule?: string;
  /** What "for this conversation" covers; without it that can't be chosen. */
  sessionRule?: string;
  /** When the rule that "always" has written ends, in milliseconds since 1970; without it, when it is taken away. */
  ruleExpiresAtMs?: number;
  /** What the person who said no has added. */
  refusal?: string;
  /** Who has ended what the answer allowed beyond the call itself. */
  takenBackBy?: string;
}

export interface ApprovalFact {
  label: string;
  text: string;
  /** A diff is coloured where that can be done. */
  form?: 'text' | 'diff';
}

/** Facts of a question in the order they are shown. This file imports nothing at run time: the page uses it as well. */
export function factsOf(request: ApprovalRequest): ApprovalFact[] {
  const { env = {}, envNames } = request;
  const variables = envNames.map((name) => `${name}=${env[name] ?? '(as configured)'}`);
  return [
    { label: request.kind === 'exec' ? 'Command' : 'Call', text: request.command },
    ...(request.kind === 'exec'
      ? [
          { label: 'Folder', text: request.cwd },
          { label: 'Where', text: request.host },
        ]
      : []),
    ...(variables.length > 0 ? [{ label: 'Environment', text: variables.join('\n') }] : []),
    ...(request.details ?? []),
  ];
}

/**
 * Several calls of one step as one question. What each does is shown by its own request; this one says it in short, for
 * clients that know of single calls only.
 */
export function together(requests: readonly [ApprovalRequest, ...ApprovalRequest[]]): ApprovalRequest {
  const [{ security, ask, agentId, sessionKey, runId, runName, asker }] = requests;
  const all = (of: (request: ApprovalRequest) => string | string[]): string[] => [...new Set(requests.flatMap(of))];
  return {
    kind: requests.every(({ kind }) => kind === 'exec') ? 'exec' : 'tool',
    tool: all(({ tool }) => tool).join(', '),
    command: requests.map(({ command }, index) => `${index + 1}. ${command.replaceAll('\n', '\n   ')}`).join('\n'),
    cwd: all(({ cwd }) => cwd).join('\n'),
    host: all(({ host }) => host).join(', '),
    security,
    ask,
    agentId,
    resolvedPath: null,
    sessionKey,
    runId,
    ...(runName === undefined ? {} : { runName }),
    envNames: all(({ envNames }) => envNames),
    ...(asker === undefined ? {} : { asker }),
    reason: all(({ reason }) => reason).join('; '),
    canAlways: false,
  };
}

/** Who asks, in words. */
export const askerOf = ({ isOwner, origin }: { isOwner: boolean; origin: { channel: string } }): string =>
  `${isOwner ? 'a turn of the owner' : 'a turn of somebody else than the owner'}, by ${origin.channel}`;

/** Answers that may be given. */
export function choicesOf(request: ApprovalRequest): ApprovalDecision[] {
  return [
    'allow-once',
    ...(request.sessionRule === undefined ? [] : (['allow-session'] as const)),
    ...(request.canAlways && request.kind === 'exec' ? (['allow-always'] as const) : []),
    'deny',
  ];
}

/** Characters that somebody has to read before he can decide. */
export const lengthOf = (request: ApprovalRequest): number =>
  factsOf(request).reduce((sum, { label, text }) => sum + label.length + text.length, 0);

/** The same question with each of its texts changed. */
export function withTexts(request: ApprovalRequest, change: (text: string) => string): ApprovalRequest {
  const { env, details, rule, sessionRule } = request;
  return {
    ...request,
    command: change(request.command),
    ...(env ? { env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, change(value)])) } : {}),
    ...(details ? { details: details.map((fact) => ({ ...fact, text: change(fact.text) })) } : {}),
    ...(rule === undefined ? {} : { rule: change(rule) }),
    ...(sessionRule === undefined ? {} : { sessionRule: change(sessionRule) }),
  };
}
