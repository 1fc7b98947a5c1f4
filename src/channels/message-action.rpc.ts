import { Injectable } from '@nestjs/common';
import type { ReplyButton } from '../common/chat-media';
import { Doc, Nested, Obj, OneOf, Opt, Text } from '../common/validation/fields';
import { describeDtoProblems, findDtoProblems } from '../common/validation/validate-dto';
import { ChannelDirectory } from '../events/channel-directory';
import { locate, namedChannel, routeOf } from '../events/named-channel';
import { OutboundPort } from '../events/outbound-port';
import { type RpcContext, callerKey } from '../rpc/rpc-context';
import { invalidRequest, missingScope, unavailable } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { satisfies } from '../rpc/scopes';
import { ToolError } from '../tools/agent-tool';
import { KnownCalls } from '../tools/invoke/known-calls';
import { ChannelSendError, type RegisteredChannel } from './channel-adapter';
import { CHANGES_RIGHTS, actionRefusal, isShared, wishOf } from './message-actions';
import { MessageContent } from './message-content.service';
import { MessageParams } from './message-params';

class ReplyFields {
  @Opt() @Text({ max: 100 }) replyToId?: string;
  @Opt() @Text({ max: 40 }) source?: string;
}

export class MessageActionParams {
  @Opt() @Text({ max: 40 }) @Doc('Such as telegram; the only configured one where it is left out.') channel?: string;
  @Opt() @Text({ max: 100 }) @Doc('Account of the channel; default by default.') accountId?: string;
  @Text({ max: 40 })
  @Doc('send, edit, or what the channel offers: react, delete, read, pin, thread-create, member-info …')
  action!: string;
  @Obj()
  @Doc('Parameters as the tool `message` takes them: target (or to), messageId, emoji, message, limit …')
  params!: Record<string, unknown>;
  @Opt()
  @Text({ max: 200 })
  @Doc('The same key again is the same action while the gateway runs.')
  idempotencyKey?: string;
  @Opt() @Nested(() => ReplyFields) @Doc('Message that is answered.') reply?: ReplyFields;
  @Opt()
  @OneOf([true])
  @Doc('Must be true: what a caller may do is known by its connection, and guests ask the assistant.')
  senderIsOwner?: true;
}

type Done = Record<string, unknown>;

/** As for the method `send`. */
const MOST_FILES = 10;

/** What connected clients do with messages, people and places of a chat platform. */
@Injectable()
export class MessageActionRpc {
  private readonly known = new KnownCalls<Done>();

  constructor(
    private readonly directory: ChannelDirectory,
    private readonly outbound: OutboundPort,
    private readonly content: MessageContent,
  ) {}

  @RpcMethod({
    name: 'message.action',
    scope: 'operator.write',
    params: MessageActionParams,
    summary:
      'Does something with a message or chat where its channel can: react, edit, delete, read, pin, search and more. What concerns the rights of people needs operator.admin.',
  })
  async action(call: MessageActionParams, context: RpcContext): Promise<Done> {
    const { caller } = context;
    const channel = namedChannel(this.directory, call.channel);
    const { id, capabilities } = channel.declaration;
    const refusal = actionRefusal(call.action, id, capabilities.actions);
    if (refusal) throw invalidRequest(refusal.message);
    if (call.action === 'send') return this.send(channel, call, context);
    if (isShared(call.action) && call.action !== 'edit')
      throw invalidRequest(`action: "${call.action}" is what the action send does, with replyTo, targets or media`);
    if (CHANGES_RIGHTS.has(call.action) && !satisfies(caller.scopes, 'operator.admin'))
      throw missingScope(caller, 'operator.admin');
    const params = read(call);
    const work = (): Promise<Done> => this.act(channel, params, call.accountId);
    return call.idempotencyKey === undefined
      ? work()
      : this.known.once(`${callerKey(caller)} ${call.idempotencyKey}`, work);
  }

  /** As the method `send`. */
  private async send(channel: RegisteredChannel, call: MessageActionParams, context: RpcContext): Promise<Done> {
    const { mediaUrl, mediaUrls, contentType, forceDocument, ...others } = call.params;
    const params = read({ ...call, params: others });
    if (call.idempotencyKey === undefined) throw invalidRequest('idempotencyKey is needed for action send');
    const files = [mediaUrls ?? params.media ?? params.path ?? mediaUrl ?? []].flat().map(String);
    if (files.length > MOST_FILES)
      throw invalidRequest(`params.mediaUrls: at most ${MOST_FILES} files go with a message`);
    const replyToId = call.reply?.replyToId ?? params.replyTo;
    const { target = '', message, threadId, silent, asVoice, buffer, filename } = params;
    const mimeType = params.mimeType ?? (typeof contentType === 'string' ? contentType : undefined);
    const buttons = this.buttonsOf(params, channel, call.accountId);
    const sent = await this.outbound.send(
      {
        to: target,
        channel: channel.declaration.id,
        idempotencyKey: call.idempotencyKey,
        ...(call.accountId === undefined ? {} : { accountId: call.accountId }),
        ...{ message, threadId, replyToId, silent, asVoice, buffer, filename },
        ...(mimeType === undefined ? {} : { contentType: mimeType }),
        ...(buttons.length > 0 ? { buttons } : {}),
        ...(forceDocument === true ? { forceDocument } : {}),
        ...(files.length > 0 ? { mediaUrls: files } : {}),
      },
      context,
    );
    return { ok: true, ...sent };
  }

  /** @throws RpcError INVALID_REQUEST where they can't be, or the account shows none in that chat */
  private buttonsOf(
    { buttons: wanted, target = '' }: MessageParams,
    { declaration, adapter }: RegisteredChannel,
    accountId?: string,
  ): ReplyButton[][] {
    try {
      const buttons = this.content.buttons(wanted);
      const route = routeOf(declaration.id, { to: target, ...(accountId ? { accountId } : {}) });
      if (buttons.length > 0 && adapter.hasButtons?.(route) === false)
        throw invalidRequest(
          `buttons: account "${route.account}" of ${declaration.id} shows none in that chat: capabilities.inlineButtons leaves them out`,
        );
      return buttons;
    } catch (error) {
      if (error instanceof ToolError) throw invalidRequest(error.message);
      throw error;
    }
  }

  private async act(channel: RegisteredChannel, params: MessageParams, accountId?: string): Promise<Done> {
    const { action, target = '', threadId, pollOption } = params;
    if (pollOption && pollOption.length < 2) throw invalidRequest('params.pollOption needs at least two options');
    const named = routeOf(channel.declaration.id, {
      to: target,
      ...(accountId ? { accountId } : {}),
      ...(threadId ? { threadId } : {}),
    });
    const route = await locate(channel, named);
    const { adapter, declaration } = channel;
    try {
      if (action === 'edit') {
        if (!adapter.edit) throw invalidRequest(`${declaration.id} can't change messages`);
        const id = params.messageId ?? (await this.outbound.lastSentTo(route));
        if (id === undefined)
          throw invalidRequest('params.messageId is needed: the assistant has no message in that chat yet');
        if (params.message === undefined) throw invalidRequest('params.message, the new text, is needed');
        await adapter.edit({ account: route.account, route, text: params.message }, id);
        return { ok: true, messageId: id };
      }
      const done = (await adapter.act?.(action, wishOf(params, route, params.messageId))) ?? { ok: true };
      if (typeof done['messageId'] === 'string') await this.outbound.noteSent(route, done['messageId'], action);
      return done;
    } catch (error) {
      if (!(error instanceof ChannelSendError)) throw error;
      const { failure, message, retryAfterMs } = error;
      if (failure === 'refused' || failure === 'gone') throw invalidRequest(message);
      throw unavailable(message, retryAfterMs === undefined ? {} : { retryAfterMs });
    }
  }
}

/** What command lines of OpenClaw send along for themselves. */
const OF_COMMAND_LINES: ReadonlySet<string> = new Set(['__agentId', '__sessionKey', 'json', 'verbose']);

/** @throws RpcError INVALID_REQUEST naming the parameter */
function read({ action, params: { to, ...all } }: MessageActionParams): MessageParams {
  const given = Object.entries(all).filter(
    // A switch that is off asks for nothing, whatever it would be.
    ([name, value]) => value !== false && !OF_COMMAND_LINES.has(name),
  );
  const params: Record<string, unknown> = {
    ...(to === undefined ? {} : { target: to }),
    ...(Object.fromEntries(given) as object),
    action,
  };
  if (params['dryRun'] === true) throw invalidRequest('params.dryRun: an action is done or not asked for');
  const problems = findDtoProblems(MessageParams, params);
  if (problems.length > 0) throw invalidRequest(`invalid message.action params: ${describeDtoProblems(problems)}`);
  const read = params as unknown as MessageParams;
  if (read.target === undefined) throw invalidRequest('params.target is needed: the chat on the platform');
  return read;
}
