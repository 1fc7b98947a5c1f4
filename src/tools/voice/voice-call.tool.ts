import { Injectable } from '@nestjs/common';
import { Doc, OneOf, Opt, Text } from '../../common/validation/fields';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../agent-tool';
import { CallService, type CallSettings } from './call.service';
import { type CallSinks, Leaves } from '../provenance/sinks';

const ACTIONS = ['initiate_call', 'continue_call', 'speak_to_user', 'end_call', 'get_status'] as const;

@Leaves<VoiceCallParams>({ action: 'none', to: 'out', message: 'out', mode: 'none', callId: 'none', sid: 'none' })
export class VoiceCallParams {
  @Opt() @OneOf(ACTIONS) @Doc('initiate_call by default.') action?: (typeof ACTIONS)[number];
  @Opt()
  @Text({ max: 40 })
  @Doc('initiate_call: number, such as +4930123456; the configured one by default.')
  to?: string;
  @Opt() @Text({ max: 4000 }) @Doc('What to say.') message?: string;
  @Opt()
  @OneOf(['notify', 'conversation', 'call', 'status'])
  @Doc('notify: say the message and hang up (default); conversation: stay on the line.')
  mode?: 'notify' | 'conversation' | 'call' | 'status';
  @Opt() @Text({ max: 100 }) @Doc('Id that initiate_call gave.') callId?: string;
  @Opt() @Text({ max: 100 }) @Doc('Id of the call at the carrier, instead of callId.') sid?: string;
}

/** Phone calls through the configured telephone company. */
/** What becomes of a call, in words that all phone companies share. */
const STATUSES: ReadonlySet<string> = new Set(
  'not found,queued,initiated,ringing,in-progress,completed,busy,failed,no-answer,canceled'.split(','),
);

@Injectable()
@AgentTool({
  name: 'voice_call',
  description:
    'Call somebody by phone: say something, ask something and hear the answer, end the call, or ask how it is going.',
  params: VoiceCallParams,
  idempotent: false,
  core: true,
  rare: 'phone calls',
  origin: 'gateway',
})
export class VoiceCallTool {
  constructor(private readonly callService: CallService) {}

  unavailableReason(): string | undefined {
    const settings = this.callService.settings();
    return typeof settings === 'string' ? settings : undefined;
  }

  sinksOf(params: VoiceCallParams): CallSinks {
    const action = actionOf(params);
    if (action === 'end_call' || action === 'get_status') return { to: 'none', message: 'none' };
    const call = params.callId ?? params.sid;
    return {
      to: 'none',
      message: {
        sink: 'out',
        summary: `${action} ${params.to ?? call ?? '(the configured number)'}: ${params.message ?? ''}`,
        ...(call === undefined ? {} : { target: `call:${call}` }),
      },
    };
  }

  async execute(params: VoiceCallParams, context: ToolContext): Promise<ToolResult> {
    const settings = this.callService.required();
    const { carrier } = settings;
    const action = actionOf(params);
    const callId = params.callId ?? params.sid;
    if (action === 'initiate_call') return this.initiate(params, settings);
    if (callId === undefined) throw new ToolError('invalid_args', `${action} needs callId`);
    if (!/^[A-Za-z0-9:_-]{8,200}$/.test(callId)) throw new ToolError('invalid_args', `callId "${callId}" is none`);
    switch (action) {
      case 'get_status': {
        const call = await carrier.status(callId);
        const status = String(call?.['status'] ?? 'not found');
        // Any other word is the phone company's.
        const origin = STATUSES.has(status) ? 'gateway' : 'tool';
        return textResult(`Call ${callId}: ${status}`, { found: call !== undefined, call }, origin);
      }
      case 'end_call':
        await carrier.hangUp(callId);
        return textResult(`Call ${callId} was ended.`, { success: true });
      case 'speak_to_user':
        await carrier.speak(callId, messageOf(params, action));
        return textResult('Said.', { success: true });
      case 'continue_call': {
        const heard = await this.callService.converse(settings, callId, messageOf(params, action), context.signal);
        return heard === undefined
          ? textResult('Said; nothing was answered before the time was up or the call ended.', { success: true })
          : textResult(`The person said: ${heard}`, { success: true, transcript: heard }, 'stranger');
      }
    }
  }

  private async initiate(params: VoiceCallParams, settings: CallSettings): Promise<ToolResult> {
    const to = params.to ?? settings.to;
    if (to === undefined) throw new ToolError('invalid_args', 'initiate_call needs to');
    if (!/^\+[1-9]\d{5,14}$/.test(to))
      throw new ToolError('invalid_args', `to "${to}" must be an international number such as +4930123456`);
    const message = messageOf(params, 'initiate_call');
    const { carrier } = settings;
    const stays = params.mode === 'conversation';
    const { callId, status } = await carrier.start({ to, message, stays });
    const note = carrier.name === 'mock' ? ' The provider is "mock": no phone rings.' : '';
    return textResult(`Calling ${to} (call ${callId}).${note}`, { callId, initiated: true, status });
  }
}

function messageOf(params: VoiceCallParams, action: string): string {
  if (params.message === undefined) throw new ToolError('invalid_args', `${action} needs message`);
  return params.message;
}

function actionOf(params: VoiceCallParams): (typeof ACTIONS)[number] {
  if (params.action) return params.action;
  if (params.mode === 'status') return 'get_status';
  if (params.mode !== undefined || params.to !== undefined) return 'initiate_call';
  throw new ToolError('invalid_args', `action must be one of ${ACTIONS.join(', ')}`);
}
