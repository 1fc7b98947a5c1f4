import { Injectable } from '@nestjs/common';
import { EventBus } from '../events/event-bus';
import { NoParams } from '../rpc/no-params.dto';
import type { RpcContext } from '../rpc/rpc-context';
import { unavailable } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { NodeRegistry } from './connected-nodes.service';
import { TalkModeParams, VoicewakeSetParams } from './voice.dto';
import { WakeWords } from './wake-words.service';

/** Starts of the names of systems that have a microphone and an app of ours. */
const MOBILE = ['ios', 'ipados', 'android'];

/** What devices that listen and speak have in common. */
@Injectable()
export class VoiceRpc {
  constructor(
    private readonly words: WakeWords,
    private readonly nodes: NodeRegistry,
    private readonly events: EventBus,
  ) {}

  @RpcMethod({ name: 'voicewake.get', scope: 'operator.read', params: NoParams, summary: 'Wake words of devices.' })
  get(): { triggers: string[] } {
    return { triggers: this.words.triggers() };
  }

  @RpcMethod({
    name: 'voicewake.set',
    scope: 'operator.write',
    params: VoicewakeSetParams,
    summary: 'Replaces the wake words; every device is told.',
  })
  set({ triggers }: VoicewakeSetParams): { triggers: string[] } {
    return { triggers: this.words.set(triggers) };
  }

  @RpcMethod({
    name: 'talk.mode',
    scope: 'operator.write',
    scopeV4: 'operator.talk',
    params: TalkModeParams,
    summary: 'Tells devices to begin or end a spoken conversation.',
  })
  mode({ enabled, phase }: TalkModeParams, { caller }: RpcContext): unknown {
    const isPage = caller.clientMode === 'webchat' || caller.clientMode === 'ui';
    if (isPage && enabled && !this.hasMobile())
      throw unavailable('talk disabled: no connected iOS/Android nodes', { details: { code: 'NO_MOBILE_NODE' } });
    const payload = { enabled, phase: phase ?? null, ts: Date.now() };
    this.events.emit('wire.event', { event: 'talk.mode', payload });
    return payload;
  }

  private hasMobile(): boolean {
    return this.nodes
      .connected()
      .some(({ platform }) => MOBILE.some((name) => platform.toLowerCase().startsWith(name)));
  }
}
