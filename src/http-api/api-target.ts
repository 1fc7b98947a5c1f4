import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { agentEntries, defaultAgentId, findAgent, normaliseAgentId, ownerOfTheRest } from '../config/agent-entries';
import type { OpenclawConfig } from '../config/openclaw.config';
import type { ProgramPlace } from '../inbox/program-request';
import { agentOfSession, canonicalSessionKey, keyPart, splitSessionKey } from '../sessions/session-key';
import { ApiError, badField } from './api-error';

/** Who is asked, and in which conversation. */
export interface ApiTarget {
  agentId: string;
  sessionKey: string;
  /** As the caller wrote it. */
  spelledKey: string;
  /** The caller has named the conversation; else it is a new one. */
  isNamed: boolean;
  /** Model that the caller wants instead of the agent's own. */
  model?: string;
  place?: ProgramPlace;
}

const MODEL_NAME = 'openclaw';
/** How `model` begins where it names an agent. */
const AGENT_PREFIXES = [`${MODEL_NAME}/`, `${MODEL_NAME}:`, 'agent:', 'agent/'] as const;
/** Conversations that belong to somebody else. */
const RESERVED = ['subagent:', 'cron:', 'acp:'] as const;
const DEFAULT_NAMES: ReadonlySet<string> = new Set(['', 'default']);

/** Ids under which the assistant is offered as a model. */
export const modelIds = (config: OpenclawConfig): string[] => [
  ...(ownerOfTheRest(config) === undefined ? [] : [MODEL_NAME, `${MODEL_NAME}/default`]),
  ...new Set([defaultAgentId(config), ...agentEntries(config).map(({ id }) => id)].map((id) => `${MODEL_NAME}/${id}`)),
];

/**
 * @param prefix kind of the conversation where the caller names none: `openai`, `openresponses`
 * @throws ApiError for an agent that there is not, and for a key that is somebody else's
 */
export function targetOf(
  config: OpenclawConfig,
  headers: IncomingHttpHeaders,
  body: { model?: unknown; user?: unknown },
  prefix: string,
): ApiTarget {
  const agentId = agentOf(config, headers, body.model);
  const model = headerOf(headers, 'x-openclaw-model');
  const place = placeOf(headers);
  const common = { ...(model ? { model } : {}), ...(place ? { place } : {}) };
  const key = headerOf(headers, 'x-openclaw-session-key');
  if (key !== undefined) return { ...common, ...namedSession(config, key, agentId) };
  const user = body.user ?? undefined;
  if (user !== undefined && typeof user !== 'string') throw badField('user', 'user must be a string');
  const rest = user?.trim() ? `${prefix}-user:${keyPart(user.trim())}` : `${prefix}:${randomUUID()}`;
  const sessionKey = `agent:${agentId}:${rest}`;
  return { ...common, agentId, sessionKey, spelledKey: sessionKey, isNamed: Boolean(user?.trim()) };
}

function agentOf(config: OpenclawConfig, headers: IncomingHttpHeaders, model: unknown): string {
  if (model !== undefined && model !== null && typeof model !== 'string')
    throw badField('model', 'model must be a string');
  const header = headerOf(headers, 'x-openclaw-agent-id') ?? headerOf(headers, 'x-openclaw-agent');
  const prefix = AGENT_PREFIXES.find((each) => model?.toLowerCase().startsWith(each));
  const named = header ?? (prefix === undefined ? '' : (model ?? '').slice(prefix.length));
  if (DEFAULT_NAMES.has(named.toLowerCase())) {
    const owner = ownerOfTheRest(config);
    if (owner !== undefined) return owner;
    throw badField(
      'model',
      'several agents are there and none is meant by default; send openclaw/<agent> as model',
      'agent_required',
    );
  }
  const agentId = normaliseAgentId(named);
  if (findAgent(config, agentId) === undefined && agentId !== defaultAgentId(config))
    throw badField('model', `there is no agent ${JSON.stringify(named)}; GET /v1/models lists them`, 'model_not_found');
  return agentId;
}

function namedSession(
  config: OpenclawConfig,
  key: string,
  agentId: string,
): Pick<ApiTarget, 'agentId' | 'sessionKey' | 'spelledKey' | 'isNamed'> {
  const sessionKey = canonicalSessionKey(config, key, agentId);
  const { rest } = splitSessionKey(sessionKey);
  const reserved = RESERVED.find((each) => rest.startsWith(each));
  if (reserved !== undefined)
    throw new ApiError(
      400,
      `x-openclaw-session-key can't name a conversation that begins with ${reserved}`,
      'invalid_request_error',
      {
        code: 'reserved_session_key',
        param: 'x-openclaw-session-key',
      },
    );
  const owner = agentOfSession(config, sessionKey);
  if (findAgent(config, owner) === undefined && owner !== defaultAgentId(config))
    throw badField('x-openclaw-session-key', `there is no agent ${JSON.stringify(owner)}`, 'model_not_found');
  return { agentId: owner, sessionKey, spelledKey: key, isNamed: true };
}

function placeOf(headers: IncomingHttpHeaders): ProgramPlace | undefined {
  const channel = headerOf(headers, 'x-openclaw-message-channel')?.toLowerCase();
  if (channel === undefined) return undefined;
  const to = headerOf(headers, 'x-openclaw-message-to');
  const threadId = headerOf(headers, 'x-openclaw-thread-id');
  return {
    channel,
    account: headerOf(headers, 'x-openclaw-account-id') ?? 'default',
    ...(to ? { to } : {}),
    ...(threadId ? { threadId } : {}),
  };
}

export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  const text = (Array.isArray(value) ? value[0] : value)?.trim();
  return text === '' ? undefined : text;
}

/** Characters of a key under which a request is known again. */
const MAX_KEY = 512;

/**
 * The key that a program names its request by.
 * @throws ApiError 400 for one that is too long: it is kept with the message
 */
export function requestKeyOf(headers: IncomingHttpHeaders): string | undefined {
  const key = headerOf(headers, 'idempotency-key');
  if (key !== undefined && key.length > MAX_KEY)
    throw new ApiError(400, `Idempotency-Key: must be at most ${MAX_KEY} characters long`);
  return key;
}
