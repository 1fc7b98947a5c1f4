import { type PlainObject, isPlainObject } from '../common/plain-object';
import { RpcError, type RpcErrorCode } from './rpc-error';

/** Revisions of the protocol that clients speak. */
export type ProtocolRevision = 3 | 4;

const of = (place: string, names: readonly string[]): string[] => names.map((name) => `${place}.${name}`);

const PAGE = ['totalCount', 'offset', 'nextOffset', 'hasMore', 'limitApplied', 'owners'];
const ORDER = [
  'archived',
  'archivedAt',
  'category',
  'color',
  'icon',
  'lastReadAt',
  'markedUnreadAt',
  'pinned',
  'pinnedAt',
];
const ROW = [
  ...ORDER,
  'activeRunIds',
  'agentRuntime',
  'agentId',
  'classification',
  'createdAt',
  'createdVia',
  'effectiveFastMode',
  'effectiveFastModeSource',
  'effectiveQueueMode',
  'effectiveResponseUsage',
  'endedAt',
  'hasActiveRun',
  'isBackground',
  'isMain',
  'lastInteractionAt',
  'lastRunId',
  'modelOverrideSource',
  'permissionModePending',
  'runtimeMs',
  'runtimeSelectionLocked',
  'sharingRole',
  'snapshotAt',
  'startedAt',
  'status',
  'thinkingDefault',
  'thinkingLevels',
  'thinkingOptions',
  'totalTokensFresh',
  'unread',
  'visibility',
];
const ENTRY = [
  'createdVia',
  'endedAt',
  'lifecycleRevision',
  'modelOverrideSource',
  'parentSessionKey',
  'runtimeMs',
  'sessionStartedAt',
  'spawnDepth',
  'startedAt',
  'status',
  'totalTokensFresh',
];
const THINKING = ['thinkingLevels', 'thinkingOptions', 'thinkingDefault'];
const HISTORY = [
  'hasMore',
  'hasNewer',
  'nextOffset',
  'inFlightRun',
  'totalMessages',
  'pendingInputs',
  'defaults',
  'sessionInfo',
];
const SKILL = ['blockedByAgentFilter', 'commandVisible', 'modelVisible', 'platformIncompatible'];
const CONFIG = [
  'includedPaths',
  'agentRosterIncludeOwned',
  'bindingsIncludeOwned',
  'sourceConfig',
  'resolved',
  'runtimeConfig',
  'configRevisionHash',
  'appliedConfigHash',
];
const RECENT = ['totalTokensFresh', 'configuredModel', 'selectedModel', 'modelSelectionReason', 'runtime'];
const STATUS = [
  'runtimeVersion',
  'heartbeat.agents[].waitingForRoute',
  ...of('sessions.recent[]', RECENT),
  ...of('sessions.byAgent[].recent[]', RECENT),
  'degradedPlugins',
  'degradedSecretOwners',
  'eventLoop',
  'modelRuntime',
  'pid',
  'processMemory',
  'tasks',
];
const CRON_PAGE = ['snapshotRevision', 'total', 'offset', 'limit', 'hasMore', 'nextOffset', 'deliveryPreviews'];
const CRON_JOB = [
  'configRevision',
  'effectiveAgentId',
  'lastRunAtMs',
  'lastRunError',
  'lastRunStatus',
  'nextRunAtMs',
  'state.lastRunStatus',
];

/**
 * What of a method's answer only clients of protocol 4 get, as paths: `rows[].name` is a field of every entry of a list.
 * Methods answer with all of it; the dispatcher leaves out what does not belong to the caller's revision.
 */
const SINCE_4: Readonly<Record<string, readonly string[]>> = {
  status: STATUS,
  'channels.status': ['eventLoop', 'statusIssues'],
  'sessions.list': [
    ...PAGE,
    ...of('sessions[]', ROW),
    ...of('defaults', [...THINKING, 'agentRuntime', 'modelSelectionTarget']),
  ],
  'agents.list': ['ownership', 'selectionRequired', ...of('agents[]', [...THINKING, 'agentRuntime', 'workspaceGit'])],
  'agent.identity.get': ['nameSource'],
  'agents.files.list': ['files[].expectedAbsent'],
  'agents.files.get': ['file.expectedAbsent'],
  'plugins.list': ['diagnostics', 'mutationAllowed'],
  'skills.status': ['agentId', ...of('skills[]', SKILL)],
  'sessions.files.list': ['sessionKey', 'root', 'gitCheckout'],
  'sessions.search': of('results[]', ['messageId', 'timestamp']),
  'usage.cost': ['cacheStatus'],
  'sessions.usage': ['cacheStatus', 'creatorOptions', 'aggregates.byCreator'],
  'chat.history': [
    ...HISTORY,
    ...of('messages[].__openclaw', ['idempotencyKey', 'recordTimestampMs', 'senderIsOwner']),
  ],
  'models.list': of('models[]', ['local', 'tags', ...THINKING]),
  'sessions.patch': [
    ...of('entry', ENTRY),
    ...of('resolved', ['agentRuntime', 'contextWindow', 'reasoning', 'isChosen', 'runtimeSelectionLocked']),
  ],
  'sessions.reset': [...of('entry', ENTRY), 'resolved'],
  'config.get': CONFIG,
  'cron.list': [...CRON_PAGE, ...of('jobs[]', CRON_JOB)],
  'cron.add': [...CRON_JOB, 'deliveryPreview'],
  'cron.update': CRON_JOB,
  'cron.run': ['enqueued'],
  'exec.approvals.get': ['resolvedDefaults'],
  'exec.approvals.set': ['resolvedDefaults'],
  'tts.status': ['persona', 'personas', 'providerStates'],
};

/** Events that only clients of protocol 4 get. */
const EVENTS_SINCE_4: ReadonlySet<string> = new Set([
  'piece',
  'question.requested',
  'question.resolved',
  'session.message',
  'session.tool',
  'sessions.changed',
]);

/** Whether an event belongs to a revision. */
export const isEventOf = (revision: ProtocolRevision, name: string): boolean =>
  revision === 4 || !EVENTS_SINCE_4.has(name);

/** Where protocol 3 has another form for something. */
const FORMS_OF_3: Readonly<Record<string, (answer: PlainObject) => PlainObject>> = {
  'chat.history': ({ messages, ...rest }) => ({
    ...rest,
    messages: (messages as PlainObject[]).map((message) =>
      message['role'] === 'user' && typeof message['content'] === 'string'
        ? { ...message, content: [{ type: 'text', text: message['content'] }] }
        : message,
    ),
  }),
};

/** Where protocol 3 answers what protocol 4 refuses: by method and code of the refusal. */
const ANSWERED_IN_3: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'cron.remove': { CRON_JOB_NOT_FOUND: { ok: true, removed: false } },
  'cron.runs': { CRON_JOB_NOT_FOUND: { entries: [] } },
};

/** Where protocol 3 has another code for a refusal: by method and code of the refusal. */
const CODES_OF_3: Readonly<Record<string, Readonly<Record<string, RpcErrorCode>>>> = {
  'cron.run': { CRON_JOB_NOT_FOUND: 'UNAVAILABLE' },
};

/** What is left out at each key: all of it, or parts of what lies below. `[]` stands for every entry of a list. */
type Omitted = Map<string, Omitted | 'all'>;
const COMPILED = new Map(Object.entries(SINCE_4).map(([method, paths]) => [method, compiled(paths)]));

/** Methods whose answers differ by revision; a test holds that each exists. */
export const VIEWED_METHODS: readonly string[] = [
  ...COMPILED.keys(),
  ...Object.keys(ANSWERED_IN_3),
  ...Object.keys(CODES_OF_3),
];

/** The answer of a method as a client of this revision gets it. */
export function viewOf(method: string, revision: ProtocolRevision, answer: unknown): unknown {
  if (revision === 4) return answer;
  const omitted = COMPILED.get(method);
  const rest = omitted ? without(answer, omitted) : answer;
  const form = Object.hasOwn(FORMS_OF_3, method) ? FORMS_OF_3[method] : undefined;
  return form && isPlainObject(rest) ? form(rest) : rest;
}

/** What a client of this revision gets in place of a refusal; undefined: the refusal. */
export function answerInsteadOf(method: string, revision: ProtocolRevision, error: unknown): unknown {
  return revision === 4 ? undefined : ofRefusal(ANSWERED_IN_3, method, error);
}

/** A refusal as a client of this revision gets it. */
export function refusalOf(method: string, revision: ProtocolRevision, error: unknown): unknown {
  const code = revision === 4 ? undefined : ofRefusal(CODES_OF_3, method, error);
  if (code === undefined || !(error instanceof RpcError)) return error;
  return new RpcError(code, error.message, { ...(error.details ? { details: error.details } : {}), cause: error });
}

function ofRefusal<T>(
  table: Readonly<Record<string, Readonly<Record<string, T>>>>,
  method: string,
  error: unknown,
): T | undefined {
  if (!(error instanceof RpcError) || !Object.hasOwn(table, method)) return undefined;
  return table[method]?.[String(error.details?.['code'])];
}

function compiled(paths: readonly string[]): Omitted {
  const root: Omitted = new Map();
  for (const path of paths) {
    const keys = path.replaceAll('[]', '.[]').split('.');
    let at = root;
    for (const key of keys.slice(0, -1)) {
      const known = at.get(key);
      const next: Omitted = known instanceof Map ? known : new Map();
      at.set(key, next);
      at = next;
    }
    at.set(keys.at(-1) ?? '', 'all');
  }
  return root;
}

/** A copy that lacks what is to be left out; what lies beside it is shared. */
function without(value: unknown, omitted: Omitted): unknown {
  if (Array.isArray(value)) {
    const inner = omitted.get('[]');
    return inner instanceof Map ? value.map((entry) => without(entry, inner)) : value;
  }
  if (!isPlainObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    const inner = omitted.get(key);
    if (inner !== 'all') copy[key] = inner ? without(entry, inner) : entry;
  }
  return copy;
}
