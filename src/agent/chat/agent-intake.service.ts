import { Injectable } from '@nestjs/common';
import type { ImagePart } from '../../common/content-parts';
import type { DeliveryRoute } from '../../common/delivery-route';
import { ConfigService } from '../../config/config.service';
import type { QueueMode } from '../../config/sections/messages.config';
import type { AttachedText, MessageOverrides } from '../../inbox/inbound-message';
import type { IntakeReceipt } from '../../inbox/inbox.store';
import { InboxService } from '../../inbox/inbox.service';
import { invalidRequest } from '../../rpc/rpc-error';
import { sendAllowed } from '../../sessions/send-policy';
import { SessionStore } from '../../sessions/session.store';
import { type RunOutcome, RunOutcomeService } from '../turns/run-outcome.service';

/** Channels under which messages of connected clients are kept. */
export const CLIENT_CHANNEL = { chat: 'webchat', agent: 'agent' } as const;

export interface ClientMessage {
  via: keyof typeof CLIENT_CHANNEL;
  sessionKey: string;
  spelledKey: string;
  runId: string;
  text: string;
  images: ImagePart[];
  files: AttachedText[];
  thinking?: string;
  timeoutMs?: number;
  extraSystemPrompt?: string;
  model?: string;
  queueMode?: QueueMode | undefined;
  overrides?: MessageOverrides;
  route?: DeliveryRoute;
}

/** Commits messages of connected clients. The client's idempotency key is the id by which they are deduplicated. */
@Injectable()
export class AgentIntake {
  constructor(
    private readonly inbox: InboxService,
    private readonly sessions: SessionStore,
    private readonly outcomes: RunOutcomeService,
    private readonly config: ConfigService,
  ) {}

  /**
   * @returns the receipt; for a repeated key also what became of the run
   * @throws RpcError INVALID_REQUEST `send blocked by session policy`
   */
  async accept(message: ClientMessage): Promise<IntakeReceipt & { outcome?: RunOutcome }> {
    const session = await this.sessions.find(message.sessionKey);
    if (!sendAllowed(this.config.config, message.sessionKey, session))
      throw invalidRequest('send blocked by session policy');
    const receipt = await this.inbox.accept({
      channel: CLIENT_CHANNEL[message.via],
      account: 'default',
      externalId: message.runId,
      sessionKey: message.sessionKey,
      runId: message.runId,
      message: {
        text: message.text,
        isOwner: true,
        origin: 'owner',
        idempotencyKey: message.runId,
        ...(message.images.length > 0 ? { images: message.images } : {}),
        ...(message.files.length > 0 ? { files: message.files } : {}),
        ...(message.spelledKey === message.sessionKey ? {} : { spelledKey: message.spelledKey }),
        ...(message.thinking ? { thinking: message.thinking } : {}),
        ...(message.timeoutMs ? { timeoutMs: message.timeoutMs } : {}),
        ...(message.extraSystemPrompt ? { extraSystemPrompt: message.extraSystemPrompt } : {}),
        ...(message.model ? { model: message.model } : {}),
        ...(message.overrides ? { overrides: message.overrides } : {}),
        ...(message.queueMode ? { queueMode: message.queueMode } : {}),
        ...(message.route ? { route: message.route } : {}),
      },
    });
    if (!receipt.duplicate) return receipt;
    const outcome = await this.outcomes.find(message.runId);
    return { ...receipt, ...(outcome ? { outcome } : {}) };
  }
}
