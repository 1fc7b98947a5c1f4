import { Injectable } from '@nestjs/common';
import type { RegisteredChannel } from '../channels/channel-adapter';
import type { OutboundFile } from '../common/chat-media';
import type { DeliveryRoute } from '../common/delivery-route';
import { defaultAgentId } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { ChannelDirectory } from '../events/channel-directory';
import { locate, namedChannel, routeOf } from '../events/named-channel';
import { type ClientMessage, type ClientMessageSent, OutboundPort, type OutboundTexts } from '../events/outbound-port';
import { type RpcContext, callerKey } from '../rpc/rpc-context';
import { invalidRequest, unavailable } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { DatabaseService } from '../storage/database.service';
import { ToolError } from '../tools/agent-tool';
import { OutboundSources, type OutboundWish } from '../tools/files/outbound-sources.service';
import { WorkspaceService } from '../workspace/workspace.service';
import { DeliveryWatch, hasFailed } from './delivery-watch';
import type { OutboxPart } from './outbox-part';
import { OutboxStore } from './outbox.store';
import { PollParams, SendParams } from './send.dto';

/** A caller waits so long for the platform; the message goes on without it. */
const WAIT_MS = 20_000;

/** Messages and polls that connected clients send to chats. */
@Injectable()
export class SendRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly directory: ChannelDirectory,
    private readonly outbound: OutboundPort,
    private readonly database: DatabaseService,
    private readonly store: OutboxStore,
    private readonly watch: DeliveryWatch,
    private readonly sources: OutboundSources,
    private readonly workspaces: WorkspaceService,
  ) {}

  @RpcMethod({
    name: 'send',
    scope: 'operator.write',
    params: SendParams,
    summary: 'Sends a message, with files where the channel takes them, and waits until the platform has it.',
  })
  async send(params: SendParams & Pick<ClientMessage, 'buttons'>, { caller }: RpcContext): Promise<ClientMessageSent> {
    const channel = namedChannel(this.directory, params.channel);
    const named = routeOf(channel.declaration.id, params);
    const { message = '' } = params;
    const files = wishesOf(params);
    if (message.trim() === '' && files.length === 0)
      throw invalidRequest('invalid send params: message, mediaUrl or buffer is needed');
    return this.once('send', caller, params.idempotencyKey, channel, named, async (route) => ({
      texts: message.trim() === '' ? [] : [message],
      files: await Promise.all(files.map((wish) => this.file(wish, route, params))),
      ...(params.replyToId ? { replyTo: params.replyToId } : {}),
      ...(params.buttons ? { buttons: params.buttons } : {}),
      ...(params.silent ? { silent: true } : {}),
    }));
  }

  @RpcMethod({
    name: 'poll',
    scope: 'operator.admin',
    scopeV4: 'operator.write',
    params: PollParams,
    unlisted: true,
    summary: 'Sends a poll where the channel has them.',
  })
  async poll(params: PollParams, { caller }: RpcContext): Promise<ClientMessageSent> {
    const channel = namedChannel(this.directory, params.channel, 'poll channel');
    const { declaration, adapter } = channel;
    if (!declaration.capabilities.actions?.includes('poll') || !adapter.act)
      throw invalidRequest(`unsupported poll channel: ${declaration.id}`);
    const seconds = params.durationSeconds ?? (params.durationHours ? params.durationHours * 3600 : undefined);
    const poll = {
      question: params.question,
      options: params.options,
      multiple: (params.maxSelections ?? 1) > 1,
      anonymous: params.isAnonymous !== false,
      ...(seconds === undefined ? {} : { seconds }),
    };
    const route = routeOf(declaration.id, params);
    return this.once('poll', caller, params.idempotencyKey, channel, route, () => Promise.resolve({ texts: [], poll }));
  }

  /** The same key of a caller again is the same message, also after a restart; each method has keys of its own. */
  private async once(
    method: string,
    caller: RpcContext['caller'],
    key: string,
    channel: RegisteredChannel,
    named: DeliveryRoute,
    contentFor: (route: DeliveryRoute) => Promise<Omit<OutboundTexts, 'runId' | 'route'>>,
  ): Promise<ClientMessageSent> {
    const runId = `${method}:${callerKey(caller)}:${key}`;
    const [known] = await this.store.ofRun(runId);
    const route = known?.route ?? (await locate(channel, named));
    if (!known) {
      const content = await contentFor(route);
      const announce = await this.database.write('send', async (transaction) =>
        (await this.store.existsIn(transaction, runId))
          ? undefined
          : this.outbound.enqueueIn(transaction, { ...content, runId, route }),
      );
      announce?.();
    }
    const parts = await this.settled(runId);
    return { runId: key, messageId: parts.at(-1)?.platformId ?? '', channel: route.channel, chatId: route.to };
  }

  /** @throws RpcError UNAVAILABLE when a part was refused, or waits for longer than the caller does */
  private async settled(runId: string): Promise<OutboxPart[]> {
    const parts = await this.watch.settled(runId, WAIT_MS);
    const failed = parts.find(hasFailed);
    if (failed) throw unavailable(`not delivered: ${failed.error ?? 'unknown reason'}`);
    if (parts.every((part) => part.state === 'sent')) return parts;
    throw unavailable(`not delivered yet: ${parts.find((part) => part.error)?.error ?? 'it waits'}; it goes on`, {
      retryAfterMs: WAIT_MS,
    });
  }

  private async file(
    wish: OutboundWish,
    route: DeliveryRoute,
    { asVoice, forceDocument }: SendParams,
  ): Promise<OutboundFile> {
    const maxBytes = this.directory.fileLimit(route);
    if (maxBytes === undefined) throw invalidRequest(`${route.channel} takes no files`);
    const workspace = this.workspaces.pathOf(defaultAgentId(this.config.config));
    try {
      const file = await this.sources.keep({ ...wish, ...(asVoice ? { asVoice } : {}) }, { workspace, maxBytes });
      return forceDocument ? { ...file, kind: 'document' } : file;
    } catch (error) {
      if (error instanceof ToolError)
        throw invalidRequest(wish.buffer === undefined ? `mediaUrl: ${error.message}` : error.message);
      throw error;
    }
  }
}

/** The files of a message: by their places, and the one that comes along. */
function wishesOf({ mediaUrl, mediaUrls = [], buffer, filename, contentType }: SendParams): OutboundWish[] {
  const places = [...(mediaUrl ? [mediaUrl] : []), ...mediaUrls].map((source) => ({ source }));
  if (buffer === undefined) return places;
  const named = {
    ...(filename === undefined ? {} : { filename }),
    ...(contentType === undefined ? {} : { mimeType: contentType }),
  };
  return [...places, { buffer, ...named }];
}
