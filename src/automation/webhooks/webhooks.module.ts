import { Module, type OnApplicationBootstrap, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { ExpressAdapter } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { AgentModule } from '../../agent/agent.module';
import { BootStep, type BootStepVerdict, skipped } from '../../common/boot-step';
import { type Logger, LoggerFactory } from '../../common/logger';
import { sourceOf } from '../../common/net/address';
import { messageOf } from '../../common/openclaw-error';
import { RecentMap } from '../../common/recent-map';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { EventsModule } from '../../events/events.module';
import { readBody } from '../../events/http-auth-port';
import { StorageModule } from '../../storage/storage.module';
import { ReplicasModule } from '../../replicas/replicas.module';
import { ToolsModule } from '../../tools/tools.module';
import { HookFollowup } from './hook-followup.service';
import { HookInbound, trimmed } from './hook-inbound.service';
import { WebhookOutbound } from './webhook-outbound.service';
import { WebhooksRpc } from './webhooks.rpc';

const DEFAULT_PATH = '/hooks';
const DEFAULT_MAX_BYTES = 262_144;
/** Wrong secrets from one source within a minute, after which further ones are told to wait; the right one never is. */
const MOST_WRONG = 20;
const WRONG_MS = 60_000;
const MOST_SOURCES = 1000;

@BootStep({ visible: { name: 'webhooks', onFailure: 'degraded' } })
@Module({
  imports: [AgentModule, EventsModule, ReplicasModule, StorageModule, ToolsModule],
  providers: [HookFollowup, HookInbound, WebhookOutbound, WebhooksRpc],
})
export class WebhooksModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly log: Logger;
  private readonly wrong = new RecentMap<string, { count: number; until: number }>(MOST_SOURCES);

  constructor(
    private readonly adapterHost: HttpAdapterHost<ExpressAdapter>,
    private readonly inbound: HookInbound,
    private readonly followup: HookFollowup,
    private readonly outbound: WebhookOutbound,
    private readonly config: ConfigService,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('webhooks');
  }

  /** The address comes from the configuration and may change while it runs, so this is no route of its own. */
  onModuleInit(): void {
    this.outbound.listen();
    this.adapterHost.httpAdapter.use((request: Request, response: Response, next: NextFunction) => {
      const rest = this.restOf(request.path);
      if (rest === undefined) return next();
      this.serve(rest, request, response).catch((error: unknown) => {
        this.log.error({ error }, `a hook failed: ${messageOf(error)}`);
        if (!response.headersSent)
          response.status(503).json({ ok: false, error: 'it could not be stored; send it again' });
      });
    });
  }

  onApplicationBootstrap(): BootStepVerdict | undefined {
    this.followup.listen();
    this.events.on('gateway.ready', () => this.outbound.start());
    const isOff = this.config.config.hooks?.enabled !== true && this.outbound.targets().length === 0;
    return isOff ? skipped('hooks.enabled is not true, and hooks.outbound is empty') : undefined;
  }

  onModuleDestroy(): void {
    this.outbound.stop();
  }

  /** What stands behind the address of hooks; undefined for other addresses, and while hooks are off. */
  private restOf(path: string): string | undefined {
    const { hooks } = this.config.config;
    if (hooks?.enabled !== true) return undefined;
    const root = `/${trimmed(hooks.path ?? DEFAULT_PATH)}`;
    return path === root || path.startsWith(`${root}/`) ? trimmed(path.slice(root.length)) : undefined;
  }

  private async serve(path: string, request: Request, response: Response): Promise<void> {
    const refuse = (status: number, error: string): void => void response.status(status).json({ ok: false, error });
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      return refuse(405, 'hooks take POST only');
    }
    const query = Object.fromEntries(new URL(request.originalUrl, 'http://x').searchParams);
    if ('token' in query) return refuse(400, 'send the token as a header: Authorization: Bearer …');
    const maxBytes = this.config.config.hooks?.maxBodyBytes ?? DEFAULT_MAX_BYTES;
    const body = await readBody(request, maxBytes);
    if (body === undefined) return refuse(413, `the body has more than ${maxBytes} bytes`);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(',') : (value ?? ''),
      ]),
    );
    const hook = { path, headers, query, body };
    const permit = this.inbound.admits(hook);
    if (!permit) {
      if (!this.isOneTooMany(sourceOf(request.socket.remoteAddress ?? '')))
        return refuse(401, 'the token, or the signature, does not fit');
      response.setHeader('retry-after', String(WRONG_MS / 1000));
      return refuse(429, 'too many wrong tokens; wait a minute');
    }
    const reply = await this.inbound.take(hook, permit);
    if (reply.body) response.status(reply.status).json(reply.body);
    else response.status(reply.status).end();
  }

  private isOneTooMany(source: string): boolean {
    const now = Date.now();
    const entry = this.wrong.get(source);
    if (entry && entry.until > now) return entry.count++ >= MOST_WRONG;
    this.wrong.set(source, { count: 1, until: now + WRONG_MS });
    return false;
  }
}
