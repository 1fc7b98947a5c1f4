/**
 * Parameters that clients of the supported revisions send and that mean nothing here, each with the reason. They are
 * taken and not looked at; every other unknown parameter is refused. What has a meaning is declared in the method's DTO.
 */
const ONE_OWNER = 'there is one owner';
const NO_PROJECTS = 'there are no projects';
const ONE_SPEED = 'answers have one speed';
const ONE_ZONE = 'days are those where the person lives, as calls are counted by them';
const NO_BINDINGS = 'the tools of an agent are set in the configuration';

const IDLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'chat.abort': {
    preserveSideRuns: 'side questions are no runs of the session, and go on in any case',
  },
  'chat.metadata': {
    authProfileId: ONE_OWNER,
  },
  'chat.send': {
    fastMode: ONE_SPEED,
    fastAutoOnSeconds: ONE_SPEED,
    mentions: ONE_OWNER,
    toolBindings: NO_BINDINGS,
    workContext: 'what the assistant knows of the work is in its workspace',
  },
  'exec.approval.resolve': {
    reviewer: 'who answers is known by the connection',
  },
  'message.action': {
    agentId: 'who acts is the caller',
    conversationReadOrigin: 'what a caller may read is known by its connection',
    inboundTurnKind: 'no turn asks by this method',
    sessionId: 'who acts is the caller',
    sessionKey: 'who acts is the caller',
  },
  'models.list': {
    authProfileId: ONE_OWNER,
    includeDefaultModels: 'models are listed once',
    includeProviderCapabilities: 'what a model can do stands with the model',
  },
  'sessions.create': {
    emitCommandHooks: 'hooks run in any case',
    fastMode: ONE_SPEED,
    mentions: ONE_OWNER,
    succeedsParent: 'the other session goes on',
    titleSource: 'sessions are named by what they begin with',
    visibility: ONE_OWNER,
  },
  'sessions.list': {
    creatorId: ONE_OWNER,
    excludeSystem: 'the gateway makes no sessions for itself',
    includeActivitySummary: 'activities are not summed up',
    includePeople: ONE_OWNER,
    involvingMe: ONE_OWNER,
    ownerFirst: ONE_OWNER,
    ownerId: ONE_OWNER,
    projectId: NO_PROJECTS,
  },
  'sessions.patch': {
    fastMode: ONE_SPEED,
  },
  'sessions.send': {
    mentions: ONE_OWNER,
  },
  'sessions.usage': {
    agentScope: 'without an agent it is all of them',
    creatorKey: ONE_OWNER,
    includeContextWeight: 'what a prompt holds is told by `/context`',
    mode: ONE_ZONE,
    timeZone: ONE_ZONE,
    utcOffset: ONE_ZONE,
  },
  'sessions.usage.logs': {
    groupBy: 'calls are told one by one',
  },
  'sessions.usage.timeseries': {
    groupBy: 'points follow each other in time',
  },
  'set-heartbeats': {
    agentId: 'it switches those of all agents',
    sessionKey: 'it switches those of all agents',
  },
  status: {
    includeChannelSummary: 'channels are always in it',
    includeCliProjection: 'one answer serves all',
  },
};
// Its parameters are those of the list that comes along.
const ALIKE: Readonly<Record<string, string>> = { 'sessions.subscribe': 'sessions.list' };

/** For every method: said of the call, not of what is asked. */
const IDLE_EVERYWHERE: ReadonlySet<string> = new Set(['expectedProfileId', 'traceparent']);

/** Methods whose unknown parameters no revision refuses. */
const OPEN: ReadonlySet<string> = new Set([
  'exec.approval.list',
  'health',
  'last-heartbeat',
  'status',
  'system-presence',
  'tts.providers',
  'tts.status',
  'usage.cost',
  'usage.status',
]);

/** Names of a method's idle parameters, with the reasons. */
export const idleParamsOf = (method: string): Readonly<Record<string, string>> => IDLE[ALIKE[method] ?? method] ?? {};

/** Whether a parameter that the method does not declare is taken all the same. */
export const isIdleParam = (method: string, name: string): boolean =>
  OPEN.has(method) || IDLE_EVERYWHERE.has(name) || Object.hasOwn(idleParamsOf(method), name);

/** Methods that have idle parameters; a test holds that each exists. */
export const IDLE_METHODS: readonly string[] = [...Object.keys(IDLE), ...Object.keys(ALIKE), ...OPEN];
