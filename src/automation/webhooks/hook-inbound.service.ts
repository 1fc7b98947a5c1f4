import { createHmac, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Injectable, Optional } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { Clock, systemClock } from '../../common/clock';
import type { DeliveryRoute } from '../../common/delivery-route';
import { type Logger, LoggerFactory } from '../../common/logger';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { quoteRest } from '../../common/quoted-words';
import { secretsEqual } from '../../common/secrets-equal';
import { withoutEdges } from '../../common/text/edges';
import { describeDtoProblems, findDtoProblems } from '../../common/validation/validate-dto';
import { defaultAgentId, findAgent } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { mainSessionKey } from '../../config/main-session';
import type { HookMappingConfig } from '../../config/sections/extensions.config';
import { EventBus } from '../../events/event-bus';
import { FileCopies } from '../hooks/handlers/file-copies';
import { runHandler } from '../hooks/handlers/run-handler';
import { disagreement, transformFiles } from '../hooks/handlers/transform-files';
import { InboxService } from '../../inbox/inbox.service';
import { canonicalSessionKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { SystemEventStore } from '../../sessions/system-event.store';
import type { Schema } from '../../storage/schema';
import { DatabaseService } from '../../storage/database.service';
import { BubblewrapDriver } from '../../tools/sandbox/bubblewrap.driver';
import { AgentHookBody, WakeHookBody } from './hook-bodies.dto';
import { type HookPermit, keyOf, requestKey, unfitKey } from './hook-key';
import { presetMappings } from './hook-presets';
import { renderTemplate } from './hook-template';

export interface HookRequest {
  /** Behind `hooks.path`, without slashes at its ends. */
  path: string;
  headers: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  body: string;
}

export interface HookReply {
  status: number;
  body?: Record<string, unknown>;
}

const WAKE_PATH = 'wake';
const AGENT_PATH = 'agent';
const REMEMBERED_MS = 24 * 3_600_000;
const CHANNEL = 'hook';
const DEFAULT_NAME = 'Hook';
const DEFAULT_SIGNATURE_HEADER = 'x-hub-signature-256';

/** Takes what other programs tell the assistant: to wake it, or to let it work on something. */
@Injectable()
export class HookInbound {
  private readonly log: Logger;
  private copies: FileCopies | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly inbox: InboxService,
    private readonly sessions: SessionStore,
    private readonly systemEvents: SystemEventStore,
    private readonly database: DatabaseService,
    private readonly events: EventBus,
    private readonly driver: BubblewrapDriver,
    loggers: LoggerFactory,
    @Optional() private readonly clock: Clock = systemClock,
  ) {
    this.log = loggers.child('webhooks');
  }

  /** What the caller may use: all with the token, with a signature the mappings that it fits; undefined: nothing. */
  admits(request: HookRequest): HookPermit | undefined {
    const { path, headers } = request;
    const { token = '' } = this.config.config.hooks ?? {};
    const given = /^Bearer\s+(.+)$/i.exec(headers['authorization'] ?? '')?.[1] ?? headers['x-openclaw-token'];
    const holdsToken = given !== undefined && token !== '' && secretsEqual(given.trim(), token);
    if (holdsToken) return { by: 'token', mappings: this.mappings(path) };
    const mappings = this.mappings(path).filter((mapping) => isSigned(mapping, request));
    return mappings.length > 0 ? { by: 'signature', mappings } : undefined;
  }

  /** What became of a request that was let in; the same idempotency key again gets the same answer. */
  async take(request: HookRequest, permit: HookPermit): Promise<HookReply> {
    let payload: unknown;
    try {
      payload = request.body.trim() === '' ? {} : JSON.parse(request.body);
    } catch (error) {
      return refusal(400, `the body is not valid JSON: ${messageOf(error)}`);
    }
    const named = keyOf(request.headers, payload);
    const unfit = named && unfitKey(named);
    if (unfit !== undefined) return refusal(400, unfit);
    const key = named && requestKey(request.path, permit, named.key);
    const known = key === undefined ? undefined : await this.known(key);
    if (known) return known;
    const keep = (transaction: Transaction<Schema>, reply: HookReply): Promise<void> =>
      key === undefined ? Promise.resolve() : this.keepIn(transaction, key, reply);
    try {
      switch (request.path) {
        case WAKE_PATH:
          return await this.wake(payload, keep);
        case AGENT_PATH:
          return await this.agent(payload, keep);
        default:
          return await this.mapped(request, permit, payload, keep);
      }
    } catch (error) {
      // The same key twice at the same moment: one of the two was taken.
      const taken = key === undefined ? undefined : await this.known(key);
      if (taken) return taken;
      throw error;
    }
  }

  private async wake(body: unknown, keep: Keep): Promise<HookReply> {
    const fault = faultOf(WakeHookBody, body);
    if (fault) return refusal(400, fault);
    const { text, mode = 'now' } = body as WakeHookBody;
    return this.wakeWith(text, mode, false, keep);
  }

  private async wakeWith(
    text: string,
    mode: 'now' | 'next-heartbeat',
    isTrusted: boolean,
    keep: Keep,
  ): Promise<HookReply> {
    const { config } = this.config;
    const agentId = defaultAgentId(config);
    const reply: HookReply = { status: 200, body: { ok: true, mode } };
    await this.database.write('hook.wake', async (transaction) => {
      await this.systemEvents.addIn(
        transaction,
        mainSessionKey(config, agentId),
        text,
        isTrusted ? 'owner' : 'stranger',
      );
      await keep(transaction, reply);
    });
    if (mode === 'now') this.events.emit('heartbeat.wake', { agentId, reason: 'hook' });
    return reply;
  }

  private async agent(body: unknown, keep: Keep): Promise<HookReply> {
    const fault = faultOf(AgentHookBody, body);
    if (fault) return refusal(400, fault);
    const wish = body as AgentHookBody;
    const { hooks } = this.config.config;
    if (wish.sessionKey !== undefined && hooks?.allowRequestSessionKey !== true)
      return refusal(
        400,
        'sessionKey: callers may not choose the conversation; hooks.allowRequestSessionKey allows it',
      );
    return this.run(wish, wish.message, false, keep);
  }

  private async run(wish: AgentWish, text: string, isTrusted: boolean, keep: Keep): Promise<HookReply> {
    const { config } = this.config;
    const { hooks } = config;
    const agentId = wish.agentId ?? defaultAgentId(config);
    if (!findAgent(config, agentId) || (hooks?.allowedAgentIds && !hooks.allowedAgentIds.includes(agentId)))
      return refusal(400, `agentId: "${agentId}" is no agent that hooks may use`);
    const spelled = wish.sessionKey ?? hooks?.defaultSessionKey ?? `hook:${randomUUID()}`;
    const prefixes = hooks?.allowedSessionKeyPrefixes;
    if (wish.sessionKey && prefixes && !prefixes.some((prefix) => spelled.startsWith(prefix)))
      return refusal(400, `sessionKey: must begin with one of ${prefixes.join(', ')}`);
    const route = wish.deliver === false ? undefined : await this.routeOf(wish, agentId);
    const runId = `hook:${wish.wakeMode === 'next-heartbeat' ? 'next' : 'now'}:${randomUUID()}`;
    const reply: HookReply = { status: 202, body: { ok: true, runId } };
    const name = wish.name ?? DEFAULT_NAME;
    await this.inbox.accept(
      {
        channel: CHANNEL,
        account: 'default',
        externalId: runId,
        sessionKey: canonicalSessionKey(config, spelled, agentId),
        runId,
        message: {
          text: isTrusted
            ? `[hook ${name}] ${text}`
            : `[hook ${name}; what follows came from outside] ${quoteRest(text)}`,
          // What came from outside is worked on as for a guest, unless the mapping says that its sender is trusted.
          isOwner: isTrusted,
          isSystemEvent: true,
          origin: isTrusted ? 'owner' : 'stranger',
          ...(wish.model ? { model: wish.model } : {}),
          ...(wish.thinking ? { thinking: wish.thinking } : {}),
          ...(wish.timeoutSeconds ? { timeoutMs: wish.timeoutSeconds * 1000 } : {}),
          ...(route ? { route } : {}),
        },
      },
      (transaction) => keep(transaction, reply),
    );
    this.log.info({ runId, name, agentId, told: route !== undefined }, 'a hook was taken');
    return reply;
  }

  private async mapped(
    request: HookRequest,
    { mappings }: HookPermit,
    payload: unknown,
    keep: Keep,
  ): Promise<HookReply> {
    const source = isPlainObject(payload) && typeof payload['source'] === 'string' ? payload['source'] : undefined;
    // Whatever the body says, it is one of those that the caller's secret opens.
    const mapping = mappings.find(({ match }) => match?.source === undefined || match.source === source);
    if (!mapping) return refusal(404, `no hook is mapped to "${request.path}"`);
    try {
      const wish = await this.wishOf(mapping, request, payload);
      if (wish === null) return { status: 204 };
      const isTrusted = mapping.allowUnsafeExternalContent === true;
      if (wish.text.trim() === '') return refusal(400, 'the template of this hook gave no text');
      return mapping.action === 'wake'
        ? await this.wakeWith(wish.text, mapping.wakeMode ?? 'now', isTrusted, keep)
        : await this.run({ ...mapping, ...wish.changes }, wish.text, isTrusted, keep);
    } catch (error) {
      if (!(error instanceof OpenclawError)) throw error;
      this.log.error({ hook: mapping.id ?? request.path }, `a mapped hook failed: ${error.message}`);
      return { status: 500, body: { ok: false, error: 'hook mapping failed' } };
    }
  }

  /** Text and changed fields of a mapped hook; null where its transform wants nothing to happen. */
  private async wishOf(
    mapping: HookMappingConfig,
    { path, headers, query }: HookRequest,
    payload: unknown,
  ): Promise<{ text: string; changes: Partial<AgentWish> } | null> {
    const facts = {
      payload,
      headers: publicHeaders(headers),
      query,
      path,
      now: new Date(this.clock.now()).toISOString(),
    };
    const template = mapping.action === 'wake' ? mapping.textTemplate : mapping.messageTemplate;
    let text = renderTemplate(template ?? '{{payload}}', facts);
    const name = mapping.name === undefined ? undefined : renderTemplate(mapping.name, facts);
    const sessionKey = mapping.sessionKey === undefined ? undefined : renderTemplate(mapping.sessionKey, facts);
    let changes: Partial<AgentWish> = { ...(name ? { name } : {}), ...(sessionKey ? { sessionKey } : {}) };
    if (mapping.transform) {
      const value = await runHandler(
        { ...this.transformOf(mapping.transform), input: { ...facts, text } },
        { driver: this.driver, isOwners: true },
      );
      if (value === null) return null;
      if (!isPlainObject(value))
        throw new OpenclawError('HOOK_TRANSFORM', 'its transform must return an object or null');
      const { text: changed, message, deliver, to, channel } = value;
      text = typeof message === 'string' ? message : typeof changed === 'string' ? changed : text;
      changes = {
        ...changes,
        ...(typeof deliver === 'boolean' ? { deliver } : {}),
        ...(typeof to === 'string' ? { to } : {}),
        ...(typeof channel === 'string' ? { channel } : {}),
      };
    }
    return { text, changes };
  }

  /** Runs from a copy of the files that their owner agreed to. @throws OpenclawError HOOK_TRANSFORM, HOOK_FILES */
  private transformOf({ module, export: exportName }: { module: string; export?: string }): {
    file: string;
    exportName?: string;
    readable: string[];
  } {
    const { files, inner, sha256 } = transformFiles(module, this.config);
    const reason = disagreement(module, sha256, this.config.config);
    if (reason !== undefined) throw new OpenclawError('HOOK_TRANSFORM', `transform.module "${module}": ${reason}`);
    this.copies ??= new FileCopies(join(this.config.stateDir, 'cache', 'transforms'));
    const folder = this.copies.of(files);
    return { file: join(folder, inner), ...(exportName ? { exportName } : {}), readable: [folder] };
  }

  private mappings(path: string): HookMappingConfig[] {
    // These two are no mappings; only the token opens them.
    if (path === WAKE_PATH || path === AGENT_PATH) return [];
    const { hooks = {} } = this.config.config;
    // What is written by hand goes before what a preset brings.
    return [...(hooks.mappings ?? []), ...presetMappings(hooks)].filter(
      ({ match }) => match?.path === undefined || trimmed(match.path) === path,
    );
  }

  /** The chat that was named, else where the owner last wrote. */
  private async routeOf({ channel = 'last', to }: AgentWish, agentId: string): Promise<DeliveryRoute | undefined> {
    if (channel !== 'last' && to !== undefined) return { channel, account: 'default', to };
    const main = await this.sessions.find(mainSessionKey(this.config.config, agentId));
    if (!main?.lastChannel || !main.lastTo || (channel !== 'last' && channel !== main.lastChannel)) return undefined;
    return { channel: main.lastChannel, account: main.lastAccountId ?? 'default', to: to ?? main.lastTo };
  }

  private async known(key: string): Promise<HookReply | undefined> {
    const row = await this.database.read
      .selectFrom('hook_requests')
      .selectAll()
      .where('key', '=', key)
      .where('at', '>', this.clock.now() - REMEMBERED_MS)
      .executeTakeFirst();
    return row && { status: row.status, body: JSON.parse(row.body) as Record<string, unknown> };
  }

  private async keepIn(transaction: Transaction<Schema>, key: string, reply: HookReply): Promise<void> {
    const now = this.clock.now();
    await transaction
      .deleteFrom('hook_requests')
      .where('at', '<=', now - REMEMBERED_MS)
      .execute();
    // Two at the same moment: the second fails with its whole commit, and is answered like the first when it is repeated.
    await transaction
      .insertInto('hook_requests')
      .values({ key, status: reply.status, body: JSON.stringify(reply.body ?? {}), at: now })
      .execute();
  }
}

function isSigned({ signature }: HookMappingConfig, { headers, body }: HookRequest): boolean {
  if (!signature) return false;
  const sent = headers[(signature.header ?? DEFAULT_SIGNATURE_HEADER).toLowerCase()] ?? '';
  const hex = createHmac('sha256', signature.secret).update(body).digest('hex');
  return secretsEqual(sent, `${signature.prefix ?? 'sha256='}${hex}`);
}

type Keep = (transaction: Transaction<Schema>, reply: HookReply) => Promise<void>;
type AgentWish = Omit<AgentHookBody, 'message'>;

export const trimmed = (path: string): string => withoutEdges(path, '/');

const refusal = (status: number, error: string): HookReply => ({ status, body: { ok: false, error } });

function faultOf(cls: new () => object, body: unknown): string | undefined {
  const problems = findDtoProblems(cls, body);
  return problems.length > 0 ? describeDtoProblems(problems) : undefined;
}

/** Headers that a template may show: none that let somebody in. */
const publicHeaders = (headers: HookRequest['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(authorization|cookie|x-openclaw-token)$/.test(name)),
  );
