import { Injectable } from '@nestjs/common';
import { Bool, Doc, Opt, Str, StrList, Text } from '../common/validation/fields';
import { ConfigService } from '../config/config.service';
import { ChannelDirectory } from '../events/channel-directory';
import { OutboundDesk } from '../events/outbound-desk';
import { DatabaseService } from '../storage/database.service';
import type { DeliveryRoute } from '../common/delivery-route';
import { AgentTool, type SinkUse, type ToolContext, ToolError, type ToolResult, textResult } from '../tools/agent-tool';
import { ChannelSendError } from './channel-adapter';

/** Actions that every chat channel here can do; the others of the format are answered with an error. */
const ACTIONS = ['send', 'reply', 'broadcast', 'edit'] as const;
const KNOWN_ELSEWHERE = new Set(
  'poll react reactions read unsend sendWithEffect renameGroup setGroupIcon addParticipant removeParticipant leaveGroup sendAttachment delete pin unpin list-pins permissions thread-create thread-list thread-reply search sticker sticker-search member-info role-info emoji-list emoji-upload sticker-upload role-add role-remove channel-info channel-list channel-create channel-edit channel-delete channel-move category-create category-edit category-delete voice-status event-list event-create timeout kick ban'.split(
    ' ',
  ),
);

export class MessageParams {
  @Text({ max: 40 }) @Doc(`One of ${ACTIONS.join(', ')}.`) action!: string;
  @Opt() @Text() @Doc('Channel, such as telegram; that of this conversation by default.') channel?: string;
  @Opt() @Text() @Doc('Chat; this conversation by default.') target?: string;
  @Opt() @StrList({ max: 100 }) @Doc('broadcast: chats.') targets?: string[];
  @Opt() @Text() accountId?: string;
  @Opt() @Str({ max: 100_000 }) message?: string;
  @Opt() @Text() @Doc('reply: message to quote. edit: message to change.') replyTo?: string;
  @Opt() @Text() messageId?: string;
  @Opt() @Text() threadId?: string;
  @Opt() @Bool() @Doc('Only check; send nothing.') dryRun?: boolean;
  @Opt() @Text() media?: string;
  @Opt() @Text() path?: string;
  @Opt() @Str() caption?: string;
  @Opt() @Bool() silent?: boolean;
  @Opt() @Bool() bestEffort?: boolean;
  @Opt() @Bool() asVoice?: boolean;
}

@Injectable()
@AgentTool({
  name: 'message',
  description:
    'Send a message to a chat other than by answering: to another conversation, to several (broadcast), as a reply, or change one that was sent (edit).',
  params: MessageParams,
  idempotent: false,
  core: false,
  rare: 'write to other chats, edit messages',
})
export class MessageTool {
  constructor(
    private readonly config: ConfigService,
    private readonly directory: ChannelDirectory,
    private readonly desk: OutboundDesk,
    private readonly database: DatabaseService,
  ) {}

  unavailableReason(): string | undefined {
    return this.directory.all().length > 0 ? undefined : 'no chat channel is configured';
  }

  sinkOf(params: MessageParams, context: ToolContext): SinkUse | undefined {
    if (params.dryRun) return undefined;
    const others = this.routes(params, context).filter((route) => !isHere(route, context));
    if (others.length === 0) return undefined;
    const names = others.map((route) => `${route.channel}:${route.to}`);
    return {
      kind: 'message',
      from: 'suspect',
      summary: `${params.action} to ${names.join(', ')}: ${params.message ?? ''}`,
      ...(others.length === 1 ? { target: names[0] ?? '' } : {}),
    };
  }

  async execute(params: MessageParams, context: ToolContext): Promise<ToolResult> {
    const routes = this.routes(params, context);
    for (const route of routes) this.checkReach(route, context);
    if (params.media !== undefined || params.path !== undefined || params.asVoice)
      throw new ToolError('not_configured', `${routes[0]?.channel ?? 'this channel'} can't send files yet; send text`);
    const text = params.message ?? params.caption ?? '';
    if (text.trim() === '') throw new ToolError('invalid_args', `${params.action} needs message`);
    if (params.dryRun)
      return textResult(`Would go to ${routes.map((route) => route.to).join(', ')}.`, { dryRun: true, routes });
    if (params.action === 'edit') return this.edit(params, routes[0] as DeliveryRoute, text);
    const quoted = params.action === 'reply' ? (params.replyTo ?? params.messageId) : params.replyTo;
    const announce = await this.database.write('message.send', (transaction) =>
      Promise.all(
        routes.map((route, index) =>
          this.desk.enqueueIn(transaction, {
            runId: `message:${context.runId}:${context.callId}:${index}`,
            route,
            texts: [text],
            ...(quoted ? { replyTo: quoted } : {}),
          }),
        ),
      ),
    );
    for (const tell of announce) tell();
    return textResult(`On its way to ${routes.map((route) => `${route.channel}:${route.to}`).join(', ')}.`, {
      ok: true,
      queued: routes.length,
    });
  }

  private async edit(params: MessageParams, route: DeliveryRoute, text: string): Promise<ToolResult> {
    const id = params.messageId ?? params.replyTo;
    if (id === undefined) throw new ToolError('invalid_args', 'edit needs messageId');
    const adapter = this.directory.find(route.channel)?.adapter;
    if (!adapter?.edit) throw new ToolError('not_configured', `${route.channel} can't change messages`);
    try {
      await adapter.edit({ account: route.account, route, text }, id);
    } catch (error) {
      if (error instanceof ChannelSendError) throw new ToolError('upstream_error', error.message);
      throw error;
    }
    return textResult('Changed.', { ok: true });
  }

  /** Where a call goes. @throws ToolError invalid_args, not_configured */
  private routes(params: MessageParams, context: ToolContext): DeliveryRoute[] {
    if (!(ACTIONS as readonly string[]).includes(params.action)) {
      const isKnown = KNOWN_ELSEWHERE.has(params.action);
      throw new ToolError(
        isKnown ? 'not_configured' : 'invalid_args',
        `${isKnown ? `no configured channel can "${params.action}" yet` : `"${params.action}" is no action`}; actions: ${ACTIONS.join(', ')}`,
      );
    }
    const { origin } = context;
    const channel = (params.channel ?? origin.channel).toLowerCase();
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

const isHere = (route: DeliveryRoute, { origin }: ToolContext): boolean =>
  route.channel === origin.channel && route.to === origin.to && route.account === origin.account;
