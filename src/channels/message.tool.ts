import { Injectable } from '@nestjs/common';
import { isWebAddress } from '../common/net/host';
import { ConfigService } from '../config/config.service';
import { ChannelDirectory } from '../events/channel-directory';
import { OutboundPort } from '../events/outbound-port';
import { DatabaseService } from '../storage/database.service';
import type { DeliveryRoute } from '../common/delivery-route';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../tools/agent-tool';
import { ChannelSendError } from './channel-adapter';
import { namedTarget } from './named-target';
import { MessageContent } from './message-content.service';
import { CHANGES_RIGHTS, actionRefusal, isShared, wishOf } from './message-actions';
import { MessageParams } from './message-params';
import { isOwnersChat } from './owners-chats';
import { type CallSinks, type SinkUse, fetchOf } from '../tools/provenance/sinks';

/** Actions on a message of others, and on one's own, where none is named: the one being answered, and the last one there. */
const ABOUT_THEIRS = new Set(['reply', 'react', 'reactions', 'pin', 'delete']);
const ABOUT_OWN = new Set(['edit', 'unsend']);
/** So long a call waits for what becomes of a message. */
const WAIT_MS = 5000;

@Injectable()
@AgentTool({
  name: 'message',
  description:
    'Write to chats other than by answering: messages and files to this or another conversation, replies, edits, reactions, polls, pins.',
  params: MessageParams,
  idempotent: false,
  core: false,
  rare: 'write to chats, send files, react, polls',
  origin: 'gateway',
})
export class MessageTool {
  constructor(
    private readonly config: ConfigService,
    private readonly directory: ChannelDirectory,
    private readonly outbound: OutboundPort,
    private readonly database: DatabaseService,
    private readonly content: MessageContent,
  ) {}

  unavailableReason(): string | undefined {
    return this.directory.all().length > 0 ? undefined : 'no chat channel is configured';
  }

  async sinksOf(params: MessageParams, context: ToolContext): Promise<CallSinks> {
    if (params.dryRun) return NOTHING_LEAVES;
    const buttons = this.buttonSink(params.buttons);
    const routes = this.routes(params, context);
    const others = CHANGES_RIGHTS.has(params.action)
      ? routes
      : routes.filter((route) => !isHere(route, context) && !isOwnersChat(this.directory, route));
    const address = addressOf(params);
    const media = address === undefined ? 'none' : fetchOf(address);
    if (others.length === 0) return { ...NOTHING_LEAVES, media, buttons };
    const names = others.map((route) => `${route.channel}:${route.to}`);
    return {
      ...NOTHING_LEAVES,
      media,
      action: {
        sink: 'out',
        summary: [`${params.action} to ${names.join(', ')}:`, ...contentOf(params)].join(' '),
        details: await this.content.fileFacts(params, routes, context),
        // A name may be somebody else's tomorrow: it gets no lasting permission.
        ...(others.length === 1 && !namedTarget(others[0]?.to ?? '') ? { target: names[0] ?? '' } : {}),
      },
    };
  }

  /** Who presses a button speaks in their own name; what it says beyond its label they have not seen. */
  private buttonSink(rows: readonly unknown[] | undefined): SinkUse | 'none' {
    const hidden = this.content
      .buttons(rows)
      .flat()
      .filter(({ label, says }) => label !== says);
    if (hidden.length === 0) return 'none';
    const shown = hidden.map(({ label, says }) => `"${label}" says "${says}"`);
    return { sink: 'later', summary: `buttons that speak in the name of whoever presses them: ${shown.join(', ')}` };
  }

  async execute(params: MessageParams, context: ToolContext): Promise<ToolResult> {
    const routes = await Promise.all(this.routes(params, context).map((route) => this.located(route)));
    for (const route of routes) this.checkReach(route, context);
    if (!isShared(params.action)) return this.act(params, routes[0] as DeliveryRoute, context);
    const text = params.message ?? params.caption ?? '';
    const hasFile = [params.path, params.media, params.buffer].some((source) => source !== undefined);
    if (!hasFile && text.trim() === '') throw new ToolError('invalid_args', `${params.action} needs message`);
    if (params.dryRun)
      return textResult(`Would go to ${routes.map((route) => route.to).join(', ')}.`, { dryRun: true, routes });
    if (params.action === 'edit') return this.edit(params, routes[0] as DeliveryRoute, text, context);
    const buttons = this.content.buttons(params.buttons);
    const file = await this.content.file(params, routes, context);
    const [first] = routes as [DeliveryRoute];
    const quoted = params.action === 'reply' ? await this.meant(params, first, context) : params.replyTo;
    const runIds = routes.map((_, index) => `message:${context.runId}:${context.callId}:${index}`);
    const announce = await this.database.write('message.send', (transaction) =>
      Promise.all(
        routes.map((route, index) =>
          this.outbound.enqueueIn(transaction, {
            runId: runIds[index] ?? '',
            route,
            texts: text.trim() === '' ? [] : [text],
            ...(file ? { files: [file] } : {}),
            ...(buttons.length > 0 ? { buttons } : {}),
            ...(params.silent ? { silent: true } : {}),
            ...(quoted ? { replyTo: quoted } : {}),
          }),
        ),
      ),
    );
    for (const tell of announce) tell();
    return this.arrived(routes, runIds, context);
  }

  /** What has become of messages: their ids, so that they can be changed later. @throws ToolError upstream_error */
  private async arrived(
    routes: readonly DeliveryRoute[],
    runIds: readonly string[],
    { signal }: ToolContext,
  ): Promise<ToolResult> {
    const outcomes = await Promise.all(runIds.map((runId) => this.outbound.outcome(runId, WAIT_MS, signal)));
    const lines = outcomes.map((outcome, index) => {
      const { channel = '', to = '' } = routes[index] ?? {};
      switch (outcome.state) {
        case 'sent':
          return `Sent to ${channel}:${to}${outcome.messageIds.length > 0 ? ` as message ${outcome.messageIds.join(', ')}` : ''}.`;
        case 'waits':
          return `On its way to ${channel}:${to}.`;
        case 'failed':
          return `Not delivered to ${channel}:${to}: ${outcome.reason}.`;
      }
    });
    if (outcomes.every(({ state }) => state === 'failed')) throw new ToolError('upstream_error', lines.join('\n'));
    return textResult(lines.join('\n'), {
      ok: outcomes.every(({ state }) => state !== 'failed'),
      queued: routes.length,
      messageIds: outcomes.flatMap((outcome) => (outcome.state === 'sent' ? outcome.messageIds : [])),
    });
  }

  /** The message that a call is about: the one it names, else the one at hand. */
  private async meant(
    { action, messageId, replyTo }: MessageParams,
    route: DeliveryRoute,
    context: ToolContext,
  ): Promise<string | undefined> {
    const named = action === 'reply' ? (replyTo ?? messageId) : (messageId ?? replyTo);
    if (named !== undefined) return named;
    if (ABOUT_OWN.has(action)) return this.outbound.lastSentTo(route);
    return ABOUT_THEIRS.has(action) && isHere(route, context) ? context.origin.messageId : undefined;
  }

  /** What only some channels can, done at once. */
  private async act(params: MessageParams, route: DeliveryRoute, context: ToolContext): Promise<ToolResult> {
    const { action, pollOption } = params;
    if (params.dryRun) return textResult(`Would ${action} in ${route.channel}:${route.to}.`, { dryRun: true, route });
    const adapter = this.directory.find(route.channel)?.adapter;
    if (pollOption && pollOption.length < 2)
      throw new ToolError('invalid_args', 'pollOption needs at least two options');
    const messageId = await this.meant(params, route, context);
    try {
      const done = await adapter?.act?.(action, { ...wishOf(params, route, messageId), by: 'assistant' });
      const sent = done?.['messageId'];
      if (typeof sent === 'string') await this.outbound.noteSent(route, sent, action);
      return textResult(JSON.stringify(done ?? { ok: true }), done, 'stranger');
    } catch (error) {
      if (!(error instanceof ChannelSendError)) throw error;
      throw new ToolError(/ needs /.test(error.message) ? 'invalid_args' : 'upstream_error', error.message);
    }
  }

  private async edit(
    params: MessageParams,
    route: DeliveryRoute,
    text: string,
    context: ToolContext,
  ): Promise<ToolResult> {
    const id = await this.meant(params, route, context);
    if (id === undefined)
      throw new ToolError('invalid_args', 'edit needs messageId: there is no message of yours in that chat yet');
    const adapter = this.directory.find(route.channel)?.adapter;
    if (!adapter?.edit) throw new ToolError('not_configured', `${route.channel} can't change messages`);
    try {
      await adapter.edit({ account: route.account, route, text }, id);
    } catch (error) {
      if (error instanceof ChannelSendError) throw new ToolError('upstream_error', error.message);
      throw error;
    }
    return textResult(`Changed message ${id}.`, { ok: true, messageId: id });
  }

  /** Where a call goes. @throws ToolError invalid_args, not_configured */
  private routes(params: MessageParams, context: ToolContext): DeliveryRoute[] {
    const { origin } = context;
    const channel = (params.channel ?? origin.channel).toLowerCase();
    const own = this.directory.find(channel)?.declaration.capabilities.actions;
    const refusal = actionRefusal(params.action, channel, own);
    if (refusal) throw new ToolError(refusal.isKnown ? 'not_configured' : 'invalid_args', refusal.message);
    if (!this.directory.find(channel))
      throw new ToolError(
        'invalid_args',
        `channel "${channel}" is not configured; channels: ${
          this.directory
            .all()
            .map(({ declaration }) => declaration.id)
            .join(', ') || 'none'
        }`,
      );
    const isSameChannel = channel === origin.channel;
    const account = params.accountId ?? (isSameChannel ? origin.account : 'default');
    if (params.action === 'broadcast') {
      if (this.config.config.tools?.message?.broadcast?.enabled !== true)
        throw new ToolError('denied_by_policy', 'broadcasts are off; set tools.message.broadcast.enabled to true');
      if (!params.targets?.length) throw new ToolError('invalid_args', 'broadcast needs targets');
      return [...new Set(params.targets)].map((to) => ({ channel, account, to }));
    }
    const to = params.target ?? (isSameChannel ? origin.to : undefined);
    if (to === undefined)
      throw new ToolError('invalid_args', `${params.action} needs target: this conversation has no chat on ${channel}`);
    const threadId = params.threadId ?? (to === origin.to ? origin.threadId : undefined);
    return [{ channel, account, to, ...(threadId ? { threadId } : {}) }];
  }

  /** A name leads to what has it. @throws ToolError invalid_args, upstream_error */
  private async located(route: DeliveryRoute): Promise<DeliveryRoute> {
    try {
      const to = await this.directory.find(route.channel)?.adapter.locate?.(route.account, route.to);
      return to === undefined ? route : { ...route, to };
    } catch (error) {
      if (!(error instanceof ChannelSendError)) throw error;
      throw new ToolError(error.failure === 'refused' ? 'invalid_args' : 'upstream_error', `target: ${error.message}`);
    }
  }

  /** Whether another conversation may be written to at all. */
  private checkReach(route: DeliveryRoute, context: ToolContext): void {
    const { origin } = context;
    if (isHere(route, context)) return;
    const rules = this.config.config.tools?.message;
    if (rules?.allowCrossContextSend) return;
    const isFromChat = origin.to !== undefined;
    const isSameChannel = route.channel === origin.channel;
    if (isFromChat && isSameChannel && rules?.crossContext?.['allowWithinProvider'] === false)
      throw new ToolError('denied_by_policy', 'tools.message.crossContext.allowWithinProvider is false');
    if (isFromChat && !isSameChannel && rules?.crossContext?.['allowAcrossProviders'] !== true)
      throw new ToolError(
        'denied_by_policy',
        `from ${origin.channel} no message goes to ${route.channel}; set tools.message.crossContext.allowAcrossProviders to allow it`,
      );
  }
}

/** Parameters that carry something to a chat; they are judged together with where they go. */
const NOTHING_LEAVES = {
  action: 'none',
  channel: 'none',
  target: 'none',
  targets: 'none',
  accountId: 'none',
  message: 'none',
  replyTo: 'none',
  messageId: 'none',
  threadId: 'none',
  path: 'none',
  media: 'none',
  buffer: 'none',
  filename: 'none',
  buttons: 'none',
  caption: 'none',
  emoji: 'none',
  userId: 'none',
  threadName: 'none',
  name: 'none',
  pollQuestion: 'none',
  pollOption: 'none',
  query: 'none',
  roleId: 'none',
} as const;

/** What is fetched to be sent. */
const addressOf = ({ media, path }: MessageParams): string | undefined =>
  [media, path].find((source) => source !== undefined && isWebAddress(source));

/** All that would be said and sent, for the question. */
function contentOf(params: MessageParams): string[] {
  const { message, caption, path, media, buffer, filename, buttons, emoji, messageId, replyTo, threadId } = params;
  const { userId, threadName, name, pollQuestion, pollOption, query, roleId } = params;
  const said = [message, caption, pollQuestion, pollOption, emoji, threadName, name, query, path, media, filename];
  const named = { messageId, replyTo, threadId, userId, roleId };
  return [
    ...said.filter((part) => part !== undefined).map(String),
    ...(buffer === undefined ? [] : [`(a file of ${buffer.length} characters of base64)`]),
    ...(buttons === undefined ? [] : [`buttons ${JSON.stringify(buttons)}`]),
    ...Object.entries(named).flatMap(([key, value]) => (value === undefined ? [] : [`${key} ${value}`])),
  ];
}

const isHere = (route: DeliveryRoute, { origin }: ToolContext): boolean =>
  route.channel === origin.channel && route.to === origin.to && route.account === origin.account;
