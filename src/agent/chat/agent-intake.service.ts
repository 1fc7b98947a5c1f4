import { Injectable } from '@nestjs/common';
import type { ImagePart } from '../../common/content-parts';
import type { DeliveryRoute } from '../../common/delivery-route';
import { ConfigService } from '../../config/config.service';
import type { QueueMode } from '../../config/sections/messages.config';
import type { AttachedText, CommandWish, MessageOverrides } from '../../inbox/inbound-message';
import { InboxService } from '../../inbox/inbox.service';
import type { ProgramRequest, ToldBefore } from '../../inbox/program-request';
import type { InboxRow } from '../../inbox/inbox-row';
import { type IntakeReceipt, InboxStore } from '../../inbox/inbox.store';
import { type RpcCaller, callerKey } from '../../rpc/rpc-context';
import { invalidRequest } from '../../rpc/rpc-error';
import { sendAllowed } from '../../sessions/send-policy';
import { SessionStore } from '../../sessions/session.store';
import { noThinkingLevel, thinkingLevelOf } from '../thinking-level';
import { type RunOutcome, RunOutcomeService } from '../turns/run-outcome.service';

/** Channels under which messages of connected clients are kept. */
export const CLIENT_CHANNEL = { chat: 'webchat', agent: 'agent', http: 'http' } as const;

/** By which a request is known again: who sent it, by which method, under which key. */
export interface RequestKey {
  via: keyof typeof CLIENT_CHANNEL;
  caller: RpcCaller;
  key: string;
}

export interface ClientMessage extends RequestKey {
  sessionKey: string;
  spelledKey: string;
  text: string;
  images: ImagePart[];
  files: AttachedText[];
  thinking?: string;
  timeoutMs?: number;
  extraSystemPrompt?: string;
  model?: string;
  queueMode?: QueueMode | undefined;
  overrides?: MessageOverrides;
  command?: CommandWish;
  route?: DeliveryRoute;
  program?: ProgramRequest;
  before?: ToldBefore;
}

/**
 * Commits messages of connected clients. A key is known again from the same caller by the same method alone; the run has
 * an id of ours, and the key for a name as long as no other open run has it.
 */
@Injectable()
export class AgentIntake {
  constructor(
    private readonly inbox: InboxService,
    private readonly rows: InboxStore,
    private readonly sessions: SessionStore,
    private readonly outcomes: RunOutcomeService,
    private readonly config: ConfigService,
  ) {}

  /** What came in before under this key, and what became of it. */
  async known(request: RequestKey): Promise<{ row: InboxRow; outcome: RunOutcome | undefined } | undefined> {
    const row = await this.rows.findExternal(CLIENT_CHANNEL[request.via], 'default', externalIdOf(request));
    return row && { row, outcome: await this.outcomes.find(row.runId) };
  }

  /** Our id of the run that a caller means: their own of that key, else the newest that is called so, else by our id. */
  async runOf(name: string, caller: RpcCaller): Promise<string | undefined> {
    const own: InboxRow[] = [];
    for (const via of ['chat', 'agent'] as const) {
      const known = await this.known({ via, caller, key: name });
      if (known) own.push(known.row);
    }
    const row =
      own.sort((a, b) => b.seq - a.seq)[0] ?? (await this.rows.findByName(name)) ?? (await this.rows.findByRun(name));
    return row?.runId;
  }

  /**
   * @returns the receipt; for a repeated key also what became of the run
   * @throws RpcError INVALID_REQUEST `send blocked by session policy`
   */
  async accept(message: ClientMessage): Promise<IntakeReceipt & { outcome?: RunOutcome }> {
    const thinking = message.thinking === undefined ? undefined : thinkingLevelOf(message.thinking);
    if (message.thinking && thinking === undefined)
      throw invalidRequest(`invalid ${NAMES[message.via]} params: thinking: ${noThinkingLevel(message.thinking)}`);
    const session = await this.sessions.find(message.sessionKey);
    // Commands are answered by the gateway, also the one that allows sending again.
    if (!message.command && !sendAllowed(this.config.config, message.sessionKey, session))
      throw invalidRequest('send blocked by session policy');
    const receipt = await this.inbox.accept({
      channel: CLIENT_CHANNEL[message.via],
      account: 'default',
      externalId: externalIdOf(message),
      sessionKey: message.sessionKey,
      runName: message.key,
      message: {
        text: message.text,
        isOwner: true,
        origin: 'owner',
        idempotencyKey: message.key,
        ...(message.images.length > 0 ? { images: message.images } : {}),
        ...(message.files.length > 0 ? { files: message.files } : {}),
        ...(message.spelledKey === message.sessionKey ? {} : { spelledKey: message.spelledKey }),
        ...(thinking ? { thinking } : {}),
        ...(message.timeoutMs ? { timeoutMs: message.timeoutMs } : {}),
        ...(message.extraSystemPrompt ? { extraSystemPrompt: message.extraSystemPrompt } : {}),
        ...(message.model ? { model: message.model } : {}),
        ...(message.overrides ? { overrides: message.overrides } : {}),
        ...(message.queueMode ? { queueMode: message.queueMode } : {}),
        ...(message.route ? { route: message.route } : {}),
        ...(message.command ? { command: message.command } : {}),
        ...(message.program ? { program: message.program } : {}),
        ...(message.before?.length ? { before: message.before } : {}),
      },
    });
    if (!receipt.duplicate) return receipt;
    const outcome = await this.outcomes.find(receipt.row.runId);
    return { ...receipt, ...(outcome ? { outcome } : {}) };
  }
}

/** Whether a message was written by this caller in the page. */
export const isWrittenBy = (
  caller: RpcCaller,
  { channel, externalId }: Pick<InboxRow, 'channel' | 'externalId'>,
): boolean => channel === CLIENT_CHANNEL.chat && externalId.startsWith(externalIdOf({ via: 'chat', caller, key: '' }));

const NAMES = { chat: 'chat.send', agent: 'agent', http: 'request' } as const;

const externalIdOf = ({ caller, key }: RequestKey): string => `${callerKey(caller)}/${key}`;
