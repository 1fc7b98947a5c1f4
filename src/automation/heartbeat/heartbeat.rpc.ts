import { Injectable } from '@nestjs/common';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { mainSessionKey } from '../../config/main-session';
import { EventBus } from '../../events/event-bus';
import { PresenceService } from '../../gateway/connection/presence.service';
import { NoParams } from '../../rpc/no-params.dto';
import { RpcMethod } from '../../rpc/rpc-method';
import { agentOfSession, canonicalSessionKey } from '../../sessions/session-key';
import { SystemEventStore } from '../../sessions/system-event.store';
import { SetHeartbeatsParams, SystemEventParams, WakeParams } from './heartbeat.dto';
import { HeartbeatService } from './heartbeat.service';
import type { HeartbeatOutcome } from './heartbeat.store';

/** How a device says that it is there; other texts are for the assistant. */
const BEACON = /^Node:/;

@Injectable()
export class HeartbeatRpc {
  constructor(
    private readonly heartbeats: HeartbeatService,
    private readonly events: SystemEventStore,
    private readonly presence: PresenceService,
    private readonly config: ConfigService,
    private readonly bus: EventBus,
  ) {}

  @RpcMethod({
    name: 'wake',
    scope: 'operator.write',
    params: WakeParams,
    summary: 'Tells the assistant something in its main conversation, at once or with the next heartbeat.',
  })
  async wake({ mode, text, sessionKey, agentId }: WakeParams): Promise<{ ok: boolean }> {
    const key = this.session(sessionKey, agentId);
    await this.events.add(key, text, 'owner');
    if (mode === 'now')
      this.bus.emit('heartbeat.wake', { agentId: agentOfSession(this.config.config, key), reason: 'wake' });
    return { ok: true };
  }

  @RpcMethod({
    name: 'system-event',
    scope: 'operator.admin',
    params: SystemEventParams,
    summary: 'Notes something for the next heartbeat; a text that begins with "Node:" says that a device is there.',
  })
  async systemEvent({ text, sessionKey, ...facts }: SystemEventParams): Promise<{ ok: boolean }> {
    if (BEACON.test(text)) {
      this.presence.beacon({ text, ...facts });
      return { ok: true };
    }
    await this.events.add(this.session(sessionKey), text, 'owner');
    return { ok: true };
  }

  @RpcMethod({
    name: 'last-heartbeat',
    scope: 'operator.read',
    params: NoParams,
    summary: 'What the last heartbeat came to, or why there was none; null before the first.',
  })
  last(): HeartbeatOutcome | null {
    return this.heartbeats.lastOutcome ?? null;
  }

  @RpcMethod({
    name: 'set-heartbeats',
    scope: 'operator.admin',
    params: SetHeartbeatsParams,
    summary: 'Switches heartbeats at intervals on or off until the gateway starts again.',
  })
  set({ enabled }: SetHeartbeatsParams): { ok: boolean; enabled: boolean } {
    this.heartbeats.switch(enabled);
    return { ok: true, enabled };
  }

  private session(key: string | undefined, agentId?: string): string {
    const { config } = this.config;
    if (key !== undefined) return canonicalSessionKey(config, key, agentId);
    return mainSessionKey(config, agentId ?? defaultAgentId(config));
  }
}
