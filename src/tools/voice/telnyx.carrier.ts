import { createPublicKey, verify } from 'node:crypto';
import { isPlainObject } from '../../common/plain-object';
import {
  type CallEvent,
  type CarrierReply,
  type CarrierRequest,
  type CarrierSettings,
  type OutgoingCall,
  type PhoneCarrier,
  askCarrier,
  mustExist,
} from './phone-carrier';

const TELNYX = 'https://api.telnyx.com';
/** Older signatures are replays. */
const MAX_SIGNATURE_AGE_S = 300;
/** Head of an Ed25519 public key in SPKI form. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** Telnyx Call Control v2: commands by HTTP, all that happens on the line by webhook. */
export class TelnyxCarrier implements PhoneCarrier {
  readonly name = 'telnyx';
  private readonly base: string;
  /** What to say on calls that nobody has picked up yet. */
  private readonly openings = new Map<string, OutgoingCall>();
  /** Calls to end once they have heard the message. */
  private readonly leaving = new Set<string>();

  constructor(
    private readonly settings: CarrierSettings,
    private readonly keys: { apiKey: string; connectionId: string; publicKey: string; baseUrl?: string },
  ) {
    this.base = `${keys.baseUrl ?? TELNYX}/v2`;
  }

  async start(call: OutgoingCall): Promise<{ callId: string; status: string }> {
    const answer = await this.ask('POST', 'calls', {
      connection_id: this.keys.connectionId,
      to: call.to,
      from: this.settings.from,
      webhook_url: this.settings.webhookUrl,
    });
    const data = dataOf(answer);
    const callId = String(data['call_control_id'] ?? '');
    this.openings.set(callId, call);
    return { callId, status: 'queued' };
  }

  async speak(callId: string, text: string): Promise<void> {
    await this.act(callId, 'speak', { payload: text, voice: 'female', language: 'en-US' });
  }

  async listen(callId: string, text: string): Promise<void> {
    await this.speak(callId, text);
    await this.act(callId, 'transcription_start', { language: 'en', transcription_tracks: 'inbound' });
  }

  async hangUp(callId: string): Promise<void> {
    this.openings.delete(callId);
    await this.act(callId, 'hangup', {});
  }

  async status(callId: string): Promise<Record<string, unknown> | undefined> {
    const answer = await this.ask('GET', `calls/${encodeURIComponent(callId)}`);
    if (!answer) return undefined;
    const data = dataOf(answer);
    return { ...data, status: data['is_alive'] === true ? 'in-progress' : 'completed' };
  }

  async receive({ headers, body }: CarrierRequest): Promise<CarrierReply | undefined> {
    if (!this.isSigned(headers, body)) return undefined;
    const parsed: unknown = JSON.parse(body);
    const event = isPlainObject(parsed) && isPlainObject(parsed['data']) ? parsed['data'] : {};
    const payload = isPlainObject(event['payload']) ? event['payload'] : {};
    const callId = String(payload['call_control_id'] ?? '');
    const events: CallEvent[] = [];
    switch (event['event_type']) {
      case 'call.answered':
        events.push({ kind: 'answered', callId });
        await this.open(callId);
        break;
      case 'call.speak.ended':
        if (this.leaving.delete(callId)) await this.hangUp(callId);
        break;
      case 'call.transcription': {
        const said = isPlainObject(payload['transcription_data']) ? payload['transcription_data'] : {};
        if (said['is_final'] !== true) break;
        events.push({ kind: 'heard', callId, text: String(said['transcript'] ?? '') });
        await this.act(callId, 'transcription_stop', {});
        break;
      }
      case 'call.hangup':
        this.openings.delete(callId);
        this.leaving.delete(callId);
        events.push({ kind: 'ended', callId });
        break;
    }
    return { events, type: 'application/json', body: '{}' };
  }

  /** Says what the call was made for, once: the webhook may come twice. */
  private async open(callId: string): Promise<void> {
    const opening = this.openings.get(callId);
    if (!opening || !this.openings.delete(callId)) return;
    if (!opening.stays) this.leaving.add(callId);
    await this.speak(callId, opening.message);
  }

  private isSigned(headers: CarrierRequest['headers'], body: string): boolean {
    const timestamp = headers['telnyx-timestamp'] ?? '';
    if (!/^\d+$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > MAX_SIGNATURE_AGE_S) return false;
    const raw = Buffer.from(this.keys.publicKey, 'base64');
    const signature = Buffer.from(headers['telnyx-signature-ed25519'] ?? '', 'base64');
    if (raw.length !== 32 || signature.length !== 64) return false;
    const key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, raw]), format: 'der', type: 'spki' });
    return verify(null, Buffer.from(`${timestamp}|${body}`), key, signature);
  }

  private async act(callId: string, action: string, json: unknown): Promise<void> {
    mustExist(await this.ask('POST', `calls/${encodeURIComponent(callId)}/actions/${action}`, json), callId);
  }

  private ask(method: 'GET' | 'POST', path: string, json?: unknown): Promise<Record<string, unknown> | undefined> {
    return askCarrier(this.settings.http, 'Telnyx', {
      url: `${this.base}/${path}`,
      method,
      authorization: `Bearer ${this.keys.apiKey}`,
      ...(json === undefined ? {} : { json }),
      isOwnAddress: this.keys.baseUrl !== undefined,
    });
  }
}

const dataOf = (answer: Record<string, unknown> | undefined): Record<string, unknown> =>
  isPlainObject(answer?.['data']) ? answer['data'] : {};
