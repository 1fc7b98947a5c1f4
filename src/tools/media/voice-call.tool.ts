import { Injectable } from '@nestjs/common';
import { isPlainObject } from '../../common/plain-object';
import { Doc, OneOf, Opt, Text } from '../../common/validation/fields';
import { ConfigService } from '../../config/config.service';
import { AgentTool, type SinkUse, type ToolContext, ToolError, type ToolResult, textResult } from '../agent-tool';
import { GuardedHttp, originOf } from '../web/guarded-http.service';

const ACTIONS = ['initiate_call', 'continue_call', 'speak_to_user', 'end_call', 'get_status'] as const;
const TIMEOUT_MS = 20_000;
const MAX_BYTES = 512 * 1024;

export class VoiceCallParams {
  @Opt() @OneOf(ACTIONS) action?: (typeof ACTIONS)[number];
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
  @Opt() @Text({ max: 100 }) sid?: string;
}

interface TwilioSettings {
  accountSid: string;
  authToken: string;
  from: string;
  to?: string;
  baseUrl: string;
}

/** Phone calls through Twilio's REST API; what it says is sent as TwiML. */
@Injectable()
@AgentTool({
  name: 'voice_call',
  description: 'Call somebody by phone and say something; end a call; ask how a call is going.',
  params: VoiceCallParams,
  idempotent: false,
  core: true,
})
export class VoiceCallTool {
  constructor(
    private readonly config: ConfigService,
    private readonly http: GuardedHttp,
  ) {}

  unavailableReason(): string | undefined {
    const settings = this.settings();
    return typeof settings === 'string' ? settings : undefined;
  }

  sinkOf(params: VoiceCallParams): SinkUse | undefined {
    const action = actionOf(params);
    if (action !== 'initiate_call' && action !== 'speak_to_user') return undefined;
    return {
      kind: 'message',
      from: 'suspect',
      summary: `${action} ${params.to ?? params.callId ?? ''}: ${params.message ?? ''}`,
    };
  }

  async execute(params: VoiceCallParams, context: ToolContext): Promise<ToolResult> {
    const settings = this.settings();
    if (typeof settings === 'string') throw new ToolError('not_configured', settings);
    const action = actionOf(params);
    const callId = params.callId ?? params.sid;
    if (action === 'initiate_call') return this.initiate(params, settings, context.signal);
    if (callId === undefined) throw new ToolError('invalid_args', `${action} needs callId`);
    if (!/^[A-Za-z0-9]{8,64}$/.test(callId)) throw new ToolError('invalid_args', `callId "${callId}" is none`);
    switch (action) {
      case 'get_status': {
        const call = await this.call(settings, `Calls/${callId}.json`, undefined, context.signal);
        return textResult(`Call ${callId}: ${String(call?.['status'] ?? 'not found')}`, {
          found: call !== undefined,
          call,
        });
      }
      case 'end_call':
        await this.call(settings, `Calls/${callId}.json`, { Status: 'completed' }, context.signal);
        return textResult(`Call ${callId} was ended.`, { success: true });
      case 'speak_to_user':
        if (params.message === undefined) throw new ToolError('invalid_args', 'speak_to_user needs message');
        await this.call(settings, `Calls/${callId}.json`, { Twiml: say(params.message, true) }, context.signal);
        return textResult('Said.', { success: true });
      case 'continue_call':
        throw new ToolError(
          'not_configured',
          'answers of the person called are not heard: that needs a public webhook, which this gateway does not offer; use speak_to_user',
        );
    }
  }

  private async initiate(params: VoiceCallParams, settings: TwilioSettings, signal: AbortSignal): Promise<ToolResult> {
    const to = params.to ?? settings.to;
    if (to === undefined) throw new ToolError('invalid_args', 'initiate_call needs to');
    if (!/^\+[1-9]\d{5,14}$/.test(to))
      throw new ToolError('invalid_args', `to "${to}" must be an international number such as +4930123456`);
    if (params.message === undefined) throw new ToolError('invalid_args', 'initiate_call needs message');
    const stays = params.mode === 'conversation';
    const call = await this.call(
      settings,
      'Calls.json',
      { To: to, From: settings.from, Twiml: say(params.message, stays) },
      signal,
    );
    const callId = String(call?.['sid'] ?? '');
    return textResult(`Calling ${to} (call ${callId}).`, { callId, initiated: true, status: call?.['status'] });
  }

  private async call(
    settings: TwilioSettings,
    path: string,
    form: Record<string, string> | undefined,
    signal: AbortSignal,
  ): Promise<Record<string, unknown> | undefined> {
    const response = await this.http.request({
      url: `${settings.baseUrl}/2010-04-01/Accounts/${settings.accountSid}/${path}`,
      method: form ? 'POST' : 'GET',
      headers: {
        authorization: `Basic ${Buffer.from(`${settings.accountSid}:${settings.authToken}`).toString('base64')}`,
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      ...(form ? { body: new URLSearchParams(form).toString() } : {}),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      maxRedirects: 0,
      trustedOrigins: settings.baseUrl === TWILIO ? [] : [originOf(settings.baseUrl) ?? ''],
      signal,
    });
    if (response.status === 404) return undefined;
    let body: unknown;
    try {
      body = JSON.parse(response.body.toString('utf8'));
    } catch {
      body = {};
    }
    const answer = isPlainObject(body) ? body : {};
    if (response.status >= 400)
      throw new ToolError('upstream_error', `Twilio: ${String(answer['message'] ?? `status ${response.status}`)}`);
    return answer;
  }

  /** Settings, or why there are none. */
  private settings(): TwilioSettings | string {
    const entry = this.config.config.plugins?.entries?.['voice-call'];
    const base = 'plugins.entries.voice-call.config';
    if (!entry?.config || entry.enabled === false)
      return `phone calls are not set up: ${base} needs provider "twilio", fromNumber, twilio.accountSid and twilio.authToken`;
    const { provider, fromNumber, toNumber, twilio } = entry.config;
    if (provider !== 'twilio')
      return `${base}.provider is ${JSON.stringify(provider ?? null)}; only "twilio" is built in`;
    const facts = isPlainObject(twilio) ? twilio : {};
    const { accountSid, authToken, baseUrl } = facts;
    const missing = [
      ...(typeof fromNumber === 'string' ? [] : [`${base}.fromNumber`]),
      ...(typeof accountSid === 'string' ? [] : [`${base}.twilio.accountSid`]),
      ...(typeof authToken === 'string' ? [] : [`${base}.twilio.authToken`]),
    ];
    if (missing.length > 0) return `phone calls are not set up: ${missing.join(', ')} missing`;
    return {
      accountSid: accountSid as string,
      authToken: authToken as string,
      from: fromNumber as string,
      ...(typeof toNumber === 'string' ? { to: toNumber } : {}),
      baseUrl: typeof baseUrl === 'string' ? baseUrl.replace(/\/$/, '') : TWILIO,
    };
  }
}

const TWILIO = 'https://api.twilio.com';

function actionOf(params: VoiceCallParams): (typeof ACTIONS)[number] {
  if (params.action) return params.action;
  if (params.mode === 'status') return 'get_status';
  if (params.mode !== undefined || params.to !== undefined) return 'initiate_call';
  throw new ToolError('invalid_args', `action must be one of ${ACTIONS.join(', ')}`);
}

/** Words as TwiML; `stays` keeps the line open for more. */
function say(text: string, stays: boolean): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<Response><Say>${escaped}</Say>${stays ? '<Pause length="60"/>' : '<Hangup/>'}</Response>`;
}
