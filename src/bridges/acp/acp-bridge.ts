import { randomUUID } from 'node:crypto';
import type {
  AgentApp,
  AgentContext,
  AvailableCommand,
  ContentBlock,
  SessionModeState,
  SessionUpdate,
} from '@agentclientprotocol/sdk';
import { THINKING_LEVELS } from '../../agent/agents.config';
import { isPlainObject } from '../../common/plain-object';
import type { GatewayClient } from '../../gateway/client/gateway-client';
import { contentOf, kindOf, locationsOf, messageOf, titleOf } from './acp-content';
import { AcpTurn } from './acp-turn';

type Sdk = typeof import('@agentclientprotocol/sdk');

export interface AcpOptions {
  version: string;
  /** Conversation that new sessions are, instead of one of their own each. */
  sessionKey?: string;
  agentId?: string;
}

interface SessionRow {
  key: string;
  label?: string | null;
  derivedTitle?: string | null;
  displayName?: string | null;
  updatedAt?: number | null;
  thinkingLevel?: string | null;
}

interface OpenSession {
  cwd: string;
  turn?: AcpTurn;
  /** Its folder was told to the assistant. */
  isTold: boolean;
}

const HISTORY = 200;
const LISTED = 100;
const CALL_MS = 60_000;

/** The Agent Client Protocol, version 1, on a running gateway: a session is a conversation, named by its key. */
export class AcpBridge {
  private readonly sessions = new Map<string, OpenSession>();

  constructor(
    private readonly sdk: Sdk,
    private readonly gateway: GatewayClient,
    private readonly options: AcpOptions,
  ) {
    gateway.onEvent((event) => {
      for (const { turn } of this.sessions.values()) turn?.receive(event);
    });
    void gateway.closed().then(() => {
      for (const { turn } of this.sessions.values()) turn?.broken(new Error('the gateway is gone'));
    });
  }

  app(): AgentApp {
    return this.sdk
      .agent({ name: 'openclaw' })
      .onRequest('initialize', () => ({
        protocolVersion: this.sdk.PROTOCOL_VERSION,
        agentInfo: { name: 'openclaw', title: 'OpenClaw', version: this.options.version },
        agentCapabilities: {
          loadSession: true,
          promptCapabilities: { image: true, audio: true, embeddedContext: true },
          mcpCapabilities: { http: false, sse: false },
          sessionCapabilities: { list: {}, resume: {}, close: {} },
        },
        authMethods: [],
      }))
      .onRequest('authenticate', () => ({}))
      .onRequest('session/new', async ({ params, client }) => {
        const agent = this.options.agentId ?? 'main';
        const sessionId = this.options.sessionKey ?? `agent:${agent}:acp:${randomUUID()}`;
        return { sessionId, ...(await this.open(sessionId, params.cwd, client)) };
      })
      .onRequest('session/load', async ({ params, client }) => {
        await this.known(params.sessionId);
        const opened = await this.open(params.sessionId, params.cwd, client);
        await this.replay(params.sessionId, client);
        return opened;
      })
      .onRequest('session/resume', async ({ params, client }) => {
        await this.known(params.sessionId);
        return this.open(params.sessionId, params.cwd, client);
      })
      .onRequest('session/list', async ({ params }) => {
        const offset = Number(params.cursor ?? 0);
        const query = { limit: LISTED, offset: Number.isSafeInteger(offset) ? offset : 0, includeDerivedTitles: true };
        const page = await this.gateway.call<{ sessions: SessionRow[]; hasMore?: boolean }>('sessions.list', query);
        return {
          sessions: page.sessions.map((row) => ({
            sessionId: row.key,
            cwd: this.sessions.get(row.key)?.cwd ?? params.cwd ?? process.cwd(),
            title: row.label ?? row.derivedTitle ?? row.displayName ?? row.key,
            ...(row.updatedAt ? { updatedAt: new Date(row.updatedAt).toISOString() } : {}),
          })),
          ...(page.hasMore ? { nextCursor: String(query.offset + LISTED) } : {}),
        };
      })
      .onRequest('session/close', async ({ params }) => {
        await this.stop(params.sessionId);
        this.sessions.delete(params.sessionId);
        return {};
      })
      .onRequest('session/set_mode', async ({ params }) => {
        this.opened(params.sessionId);
        if (!THINKING_LEVELS.some((level) => level === params.modeId))
          throw this.sdk.RequestError.invalidParams({ modeId: params.modeId, known: THINKING_LEVELS });
        await this.gateway.call('sessions.patch', { key: params.sessionId, thinkingLevel: params.modeId });
        return {};
      })
      .onRequest('session/prompt', async ({ params, client }) => this.prompt(params.sessionId, params.prompt, client))
      .onNotification('session/cancel', ({ params }) => this.stop(params.sessionId));
  }

  private async prompt(
    sessionId: string,
    blocks: readonly ContentBlock[],
    client: AgentContext,
  ): Promise<{ stopReason: Awaited<AcpTurn['ended']> }> {
    const session = this.opened(sessionId);
    if (session.turn)
      throw this.sdk.RequestError.invalidRequest({ reason: 'a prompt of this session is being answered' });
    const { message, attachments } = messageOf(blocks);
    const isCommand = message.startsWith('/');
    const where = session.isTold || isCommand ? '' : `[Working directory: ${session.cwd}]\n\n`;
    const turn = new AcpTurn(this.gateway, client, sessionId, randomUUID());
    session.turn = turn;
    try {
      const sent = await this.gateway.call<{ status?: string }>(
        'chat.send',
        {
          sessionKey: sessionId,
          message: `${where}${message}`,
          idempotencyKey: turn.runId,
          ...(attachments.length > 0 ? { attachments } : {}),
        },
        { timeoutMs: CALL_MS },
      );
      if (!isCommand) session.isTold = true;
      // A word that stops runs has no run of its own.
      if (sent.status === undefined) return { stopReason: 'end_turn' };
      return { stopReason: await turn.ended };
    } catch (error) {
      throw this.sdk.RequestError.internalError({ reason: error instanceof Error ? error.message : String(error) });
    } finally {
      delete session.turn;
    }
  }

  private async stop(sessionId: string): Promise<void> {
    const runId = this.sessions.get(sessionId)?.turn?.runId;
    if (runId !== undefined) await this.gateway.call('chat.abort', { sessionKey: sessionId, runId });
  }

  private async open(sessionId: string, cwd: string, client: AgentContext): Promise<{ modes: SessionModeState }> {
    this.sessions.set(sessionId, { cwd, isTold: false });
    const { session } = await this.gateway.call<{ session: SessionRow | null }>('sessions.describe', {
      key: sessionId,
    });
    const commands = await this.commands(sessionId);
    // The editor knows of the session once it has its answer.
    setImmediate(() => {
      void this.tell(client, sessionId, {
        sessionUpdate: 'available_commands_update',
        availableCommands: commands,
      });
    });
    const level = session?.thinkingLevel;
    return {
      modes: {
        currentModeId: level ?? 'low',
        availableModes: THINKING_LEVELS.map((id) => ({ id, name: `Thinking: ${id}` })),
      },
    };
  }

  private async commands(sessionKey: string): Promise<AvailableCommand[]> {
    const { commands } = await this.gateway.call<{
      commands: { name: string; description: string; acceptsArgs: boolean; usage?: string }[];
    }>('commands.list', { sessionKey, scope: 'text' });
    return commands.map(({ name, description, acceptsArgs, usage }) => ({
      name,
      description,
      ...(acceptsArgs ? { input: { hint: usage ?? 'arguments' } } : {}),
    }));
  }

  /** What was said so far, as an editor that opens the conversation is told it. */
  private async replay(sessionId: string, client: AgentContext): Promise<void> {
    const query = { sessionKey: sessionId, limit: HISTORY };
    const { messages } = await this.gateway.call<{ messages: HistoryMessage[] }>('chat.history', query);
    for (const { role, content, toolCallId, isError } of messages) {
      if (role === 'toolResult' && toolCallId !== undefined) {
        const status = isError === true ? 'failed' : 'completed';
        await this.tell(client, sessionId, {
          sessionUpdate: 'tool_call_update',
          toolCallId,
          status,
          content: contentOf({ content }),
        });
        continue;
      }
      for (const part of Array.isArray(content) ? (content as unknown[]) : [{ type: 'text', text: content }])
        if (isPlainObject(part)) await this.replayPart(client, sessionId, role, part);
    }
  }

  private async replayPart(
    client: AgentContext,
    sessionId: string,
    role: string,
    part: Record<string, unknown>,
  ): Promise<void> {
    if (part['type'] === 'text' && typeof part['text'] === 'string' && part['text'] !== '') {
      const sessionUpdate = role === 'user' ? 'user_message_chunk' : 'agent_message_chunk';
      await this.tell(client, sessionId, { sessionUpdate, content: { type: 'text', text: part['text'] } });
    } else if (part['type'] === 'toolCall') {
      const [name, args] = [String(part['name']), part['arguments']];
      await this.tell(client, sessionId, {
        sessionUpdate: 'tool_call',
        toolCallId: String(part['id']),
        title: titleOf(name, args),
        kind: kindOf(name),
        status: 'in_progress',
        rawInput: args,
        locations: locationsOf(args),
      });
    }
  }

  private tell(client: AgentContext, sessionId: string, update: SessionUpdate): Promise<void> {
    return client.notify('session/update', { sessionId, update }).catch(() => undefined);
  }

  /** @throws RequestError for a conversation that there is not */
  private async known(sessionId: string): Promise<void> {
    const { session } = await this.gateway.call<{ session: SessionRow | null }>('sessions.describe', {
      key: sessionId,
    });
    if (!session) throw this.sdk.RequestError.resourceNotFound(sessionId);
  }

  private opened(sessionId: string): OpenSession {
    const session = this.sessions.get(sessionId);
    if (session) return session;
    throw this.sdk.RequestError.resourceNotFound(sessionId);
  }
}

interface HistoryMessage {
  role: string;
  content: unknown;
  toolCallId?: string;
  isError?: boolean;
}
