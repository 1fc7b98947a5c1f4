import { Injectable } from '@nestjs/common';
import { isPlainObject } from '../../common/plain-object';
import { ConfigService } from '../../config/config.service';
import { ToolError } from '../agent-tool';
import { GuardedHttp } from '../web/guarded-http.service';
import { MockCarrier } from './mock.carrier';
import type { CallEvent, CarrierReply, CarrierRequest, PhoneCarrier } from './phone-carrier';
import { PlivoCarrier } from './plivo.carrier';
import { TelnyxCarrier } from './telnyx.carrier';
import { TwilioCarrier } from './twilio.carrier';

const BASE = 'plugins.entries.voice-call.config';
const PROVIDERS = ['twilio', 'telnyx', 'plivo', 'mock'];
export const VOICE_WEBHOOK_PATH = 'voice/webhook';
const DEFAULT_ANSWER_MS = 180_000;

export interface CallSettings {
  carrier: PhoneCarrier;
  to?: string;
  /** Milliseconds to wait for an answer of the person called. */
  answerMs: number;
}

/** The configured telephone company, and who waits for what is said on which call. */
@Injectable()
export class CallService {
  private readonly listeners = new Map<string, (event: CallEvent) => void>();
  private made: { facts: string; settings: CallSettings | string } | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly http: GuardedHttp,
  ) {}

  /** Settings, or why there are none. */
  settings(): CallSettings | string {
    const entry = this.config.config.plugins?.entries?.['voice-call'];
    if (!entry?.config || entry.enabled === false)
      return `phone calls are not set up: ${BASE} needs provider (${PROVIDERS.join(', ')}), fromNumber and the provider's keys`;
    const facts = JSON.stringify(entry.config);
    // Carriers remember what to say on calls that ring, so one is kept as long as nothing about it changes.
    if (this.made?.facts !== facts) this.made = { facts, settings: this.make(entry.config) };
    return this.made.settings;
  }

  /** @throws ToolError not_configured */
  required(): CallSettings {
    const settings = this.settings();
    if (typeof settings === 'string') throw new ToolError('not_configured', settings);
    return settings;
  }

  /**
   * Asks on a call and waits for what is answered.
   * @returns what was heard; undefined: nothing before the time was up or the call ended
   */
  async converse(
    settings: CallSettings,
    callId: string,
    text: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (this.listeners.has(callId)) throw new ToolError('failed', `call ${callId} already waits for an answer`);
    let timer: NodeJS.Timeout | undefined;
    try {
      const heard = new Promise<string | undefined>((resolve, reject) => {
        timer = setTimeout(() => resolve(undefined), settings.answerMs);
        signal.addEventListener('abort', () => reject(new ToolError('aborted', 'nobody waits any more')), {
          once: true,
        });
        this.listeners.set(callId, (event) => {
          if (event.kind === 'heard') resolve(event.text);
          else if (event.kind === 'ended') resolve(undefined);
        });
      });
      heard.catch(() => undefined);
      await settings.carrier.listen(callId, text);
      return await heard;
    } finally {
      clearTimeout(timer);
      this.listeners.delete(callId);
    }
  }

  /** A request to the webhook; undefined: it does not come from the carrier. `url` is its path with query. */
  async receive(request: CarrierRequest): Promise<CarrierReply | undefined> {
    const settings = this.settings();
    const publicUrl = this.publicUrl();
    if (typeof settings === 'string' || !publicUrl) return undefined;
    const reply = await settings.carrier.receive({ ...request, url: `${publicUrl}${request.url}` });
    for (const event of reply?.events ?? []) this.listeners.get(event.callId)?.(event);
    return reply;
  }

  private publicUrl(): string | undefined {
    const value = this.config.config.plugins?.entries?.['voice-call']?.config?.['publicUrl'];
    return typeof value === 'string' && value !== '' ? value.replace(/\/$/, '') : undefined;
  }

  private make(config: Record<string, unknown>): CallSettings | string {
    const provider = config['provider'];
    const keys = isPlainObject(config[String(provider)]) ? (config[String(provider)] as Record<string, unknown>) : {};
    const missing: string[] = [];
    const need = (source: Record<string, unknown>, path: string, name: string): string => {
      const value = source[name];
      if (typeof value === 'string' && value !== '') return value;
      missing.push(`${path}.${name}`);
      return '';
    };
    const key = (name: string): string => need(keys, `${BASE}.${String(provider)}`, name);
    const own = keys['baseUrl'];
    const baseUrl = typeof own === 'string' ? { baseUrl: own.replace(/\/$/, '') } : {};
    const publicUrl = this.publicUrl();
    const webhook = publicUrl ? { webhookUrl: `${publicUrl}/${VOICE_WEBHOOK_PATH}` } : {};
    let carrier: PhoneCarrier;
    const common = (): { from: string; http: GuardedHttp } => ({
      from: need(config, BASE, 'fromNumber'),
      http: this.http,
    });
    const neededWebhook = (): { webhookUrl: string } => {
      if (!publicUrl)
        missing.push(`${BASE}.publicUrl (https address under which ${provider as string} reaches this gateway)`);
      return { webhookUrl: webhook.webhookUrl ?? '' };
    };
    switch (provider) {
      case 'twilio':
        carrier = new TwilioCarrier(
          { ...common(), ...webhook },
          { accountSid: key('accountSid'), authToken: key('authToken'), ...baseUrl },
        );
        break;
      case 'telnyx':
        carrier = new TelnyxCarrier(
          { ...common(), ...neededWebhook() },
          { apiKey: key('apiKey'), connectionId: key('connectionId'), publicKey: key('publicKey'), ...baseUrl },
        );
        break;
      case 'plivo':
        carrier = new PlivoCarrier(
          { ...common(), ...neededWebhook() },
          { authId: key('authId'), authToken: key('authToken'), ...baseUrl },
        );
        break;
      case 'mock': {
        const answers = Array.isArray(keys['answers']) ? keys['answers'].map(String) : [];
        carrier = new MockCarrier(answers, (event) => this.listeners.get(event.callId)?.(event));
        break;
      }
      default:
        return `${BASE}.provider is ${JSON.stringify(provider ?? null)}; use one of ${PROVIDERS.join(', ')}`;
    }
    if (missing.length > 0) return `phone calls are not set up: ${missing.join(', ')} missing`;
    const { toNumber, transcriptTimeoutMs } = config;
    return {
      carrier,
      ...(typeof toNumber === 'string' ? { to: toNumber } : {}),
      answerMs:
        typeof transcriptTimeoutMs === 'number' && transcriptTimeoutMs > 0 ? transcriptTimeoutMs : DEFAULT_ANSWER_MS,
    };
  }
}
