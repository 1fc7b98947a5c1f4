import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  type ChatCommand,
  type ChatCommandProvider,
  ProvidesChatCommands,
  answer,
} from '../../agent/commands/chat-command';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { agentEntries, defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { mainSessionKey } from '../../config/main-session';
import { BootstrapFilesPort } from '../../events/bootstrap-files-port';
import { EventBus } from '../../events/event-bus';
import { HttpAuthPort } from '../../events/http-auth-port';
import { HttpFallbackPort } from '../../events/http-fallback-port';
import { ToolCallPort } from '../../events/tool-call-port';
import { BubblewrapDriver } from '../../tools/sandbox/bubblewrap.driver';
import type { PluginRuntime } from '../plugin-runtime';
import type { RouteAnswer } from './http-bridge';
import { OpenclawHooks } from './openclaw-hooks';
import type { OpenclawRuntime } from './openclaw-runtime';
import { runForPlugin } from './run-for-plugin';

const MAX_BODY = 2 * 1024 * 1024;
const OF_LOGIN = new Set(['authorization', 'cookie']);
/** Of a connection that ends here. */
const OF_CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'upgrade']);

/** What plugins made for OpenClaw bring besides tools and methods: commands, addresses, hooks, and what they ask for. */
@ProvidesChatCommands()
@Injectable()
export class OpenclawPlugins implements ChatCommandProvider {
  readonly commands: readonly ChatCommand[] = [];
  private readonly log: Logger;
  private readonly all: OpenclawRuntime[] = [];
  private readonly hooks: OpenclawHooks;

  constructor(
    private readonly config: ConfigService,
    private readonly driver: BubblewrapDriver,
    private readonly events: EventBus,
    private readonly bootstrap: BootstrapFilesPort,
    private readonly calls: ToolCallPort,
    private readonly auth: HttpAuthPort,
    private readonly addresses: HttpFallbackPort,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('plugins');
    this.hooks = new OpenclawHooks(() => this.all, this.log);
  }

  /** Nothing listens before the first one. */
  adopt(plugin: OpenclawRuntime): void {
    if (this.all.length === 0) {
      this.hooks.listen(this.events, () => defaultAgentId(this.config.config));
      this.bootstrap.open((facts, files) => this.hooks.shown(facts, files));
      this.calls.open(this.hooks);
      this.addresses.open((request, response) => this.serve(request, response));
    }
    this.all.push(plugin);
  }

  furtherCommands(): readonly ChatCommand[] {
    return this.all.flatMap(({ id, runtime, brings }) =>
      brings.commands.map(({ name, description, forOwners }): ChatCommand => ({
        name,
        summary: description === '' ? `Command of plugin ${id}.` : description,
        category: 'tools',
        right: forOwners ? 'owner' : 'sender',
        run: async ({ args, sessionKey, agentId, giver, signal }) => {
          const input = {
            args,
            commandBody: args === '' ? `/${name}` : `/${name} ${args}`,
            sessionKey,
            agentId,
            channel: giver.channel,
            accountId: giver.account,
            senderId: giver.senderId,
            isAuthorizedSender: giver.isAuthorised,
            senderIsOwner: giver.isOwner,
          };
          const said = await runtime.call({
            kind: 'commands',
            name,
            input,
            timeoutMs: runtime.callTimeoutMs,
            signal,
          });
          return answer(isPlainObject(said) && typeof said['text'] === 'string' ? said['text'] : 'Done.');
        },
      })),
    );
  }

  /** What its program asks of the gateway, besides `fetch`. @throws Error with what is wrong */
  async asked({ manifest: { id } }: PluginRuntime, call: string, args: Record<string, unknown>): Promise<unknown> {
    const { config, stateDir } = this.config;
    if (call === 'run')
      return runForPlugin(id, args, config.plugins?.entries?.[id]?.grants ?? {}, {
        driver: this.driver,
        dataDir: join(stateDir, 'plugin-data', id),
      });
    if (call !== 'note') throw new Error(`the gateway does not know "${call}"`);
    const { text, sessionKey = mainSessionKey(config, defaultAgentId(config)) } = args;
    if (typeof text !== 'string' || typeof sessionKey !== 'string') throw new Error('text must be a text');
    if (!agentEntries(config).some(({ id: agent }) => sessionKey.startsWith(`agent:${agent}:`)))
      throw new Error(`there is no agent of the session "${sessionKey}"`);
    const externalId = `plugin:${id}:${randomUUID()}`;
    // A plugin's words are somebody else's, whoever they are for.
    this.events.emit('session.note', { sessionKey, externalId, text, isOwner: false, origin: 'tool' });
    return undefined;
  }

  private async serve(request: Request, response: Response): Promise<boolean> {
    for (const { id, runtime, brings } of this.all)
      for (const { path, isPrefix, byPlugin } of brings.routes) {
        const below = path.endsWith('/') ? path : `${path}/`;
        if (request.path !== path && !(isPrefix && request.path.startsWith(below))) continue;
        // A plugin that checks its callers itself says so; others are asked for by who may use the gateway.
        if (!byPlugin && !(await this.auth.admit(request, response))) return true;
        try {
          await this.hand(request, response, { path, byPlugin }, runtime);
        } catch (error) {
          this.log.warn({ plugin: id }, `its address ${path} failed: ${messageOf(error)}`);
          if (!response.headersSent) response.status(502).type('text/plain').send('the plugin did not answer');
        }
        return true;
      }
    return false;
  }

  private async hand(
    request: Request,
    response: Response,
    route: { path: string; byPlugin: boolean },
    runtime: PluginRuntime,
  ): Promise<void> {
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of request as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > MAX_BODY) return void response.status(413).type('text/plain').send(`more than ${MAX_BODY} bytes`);
      pieces.push(piece);
    }
    const headers = Object.fromEntries(
      // What let somebody in at the gateway is nothing for a plugin.
      Object.entries(request.headers).filter(
        ([key]) => !OF_CONNECTION.has(key) && (route.byPlugin || !OF_LOGIN.has(key)),
      ),
    );
    const input = {
      method: request.method,
      url: request.originalUrl,
      headers: { ...headers, 'content-length': String(size) },
      base64: Buffer.concat(pieces).toString('base64'),
    };
    const timeoutMs = runtime.callTimeoutMs;
    const said = (await runtime.call({ kind: 'routes', name: route.path, input, timeoutMs })) as RouteAnswer;
    response.status(said.status);
    for (const [key, values] of Object.entries(said.headers))
      if (!OF_CONNECTION.has(key)) response.setHeader(key, values);
    response.end(Buffer.from(said.base64, 'base64'));
  }
}
