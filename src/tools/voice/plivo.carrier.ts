import { createHmac } from 'node:crypto';
import { secretsEqual } from '../../common/secrets-equal';
import {
  type CallEvent,
  type CarrierReply,
  type CarrierRequest,
  type CarrierSettings,
  type OutgoingCall,
  type PhoneCarrier,
  askCarrier,
  basicAuth,
  escapeXml,
  formOf,
  mustExist,
} from './phone-carrier';

const PLIVO = 'https://api.plivo.com';

/** Plivo's Voice API: it fetches Plivo XML from the webhook when a call is answered or moved. */
export class PlivoCarrier implements PhoneCarrier {
  readonly name = 'plivo';
  private readonly base: string;
  /** XML that a call gets at its next request, by call id. */
  private readonly next = new Map<string, string>();

  constructor(
    private readonly settings: CarrierSettings & { webhookUrl: string },
    private readonly keys: { authId: string; authToken: string; baseUrl?: string },
  ) {
    this.base = `${keys.baseUrl ?? PLIVO}/v1/Account/${keys.authId}`;
  }

  async start({ to, message, stays }: OutgoingCall): Promise<{ callId: string; status: string }> {
    const url = this.settings.webhookUrl;
    const answer = await this.ask('POST', 'Call/', {
      to: to.replace('+', ''),
      from: this.settings.from.replace('+', ''),
      answer_url: url,
      answer_method: 'POST',
      hangup_url: url,
      hangup_method: 'POST',
    });
    const id = answer?.['request_uuid'];
    const callId = String(Array.isArray(id) ? id[0] : (id ?? ''));
    this.next.set(callId, `<Speak>${escapeXml(message)}</Speak>${stays ? HOLD : '<Hangup/>'}`);
    return { callId, status: 'queued' };
  }

  async speak(callId: string, text: string): Promise<void> {
    mustExist(await this.ask('POST', `Call/${callId}/Speak/`, { text }), callId);
  }

  async listen(callId: string, text: string): Promise<void> {
    const url = this.settings.webhookUrl;
    this.next.set(
      callId,
      `<GetInput action="${escapeXml(url)}" method="POST" inputType="speech" executionTimeout="60"><Speak>${escapeXml(text)}</Speak></GetInput>${HOLD}`,
    );
    mustExist(await this.ask('POST', `Call/${callId}/`, { legs: 'aleg', aleg_url: url, aleg_method: 'POST' }), callId);
  }

  async hangUp(callId: string): Promise<void> {
    this.next.delete(callId);
    mustExist(await this.ask('DELETE', `Call/${callId}/`), callId);
  }

  async status(callId: string): Promise<Record<string, unknown> | undefined> {
    const live = await this.ask('GET', `Call/${callId}/?status=live`);
    if (live) return { ...live, status: live['call_status'] ?? 'in-progress' };
    const past = await this.ask('GET', `Call/${callId}/`);
    return past && { ...past, status: past['call_state'] ?? 'completed' };
  }

  receive({ url, headers, body }: CarrierRequest): Promise<CarrierReply | undefined> {
    const form = formOf(body);
    if (!this.isSigned(url, headers, form)) return Promise.resolve(undefined);
    const callId =
      [form['RequestUUID'], form['CallUUID']].find((id) => id && this.next.has(id)) ?? form['CallUUID'] ?? '';
    const events: CallEvent[] = [];
    const heard = form['Speech'];
    if (heard !== undefined) events.push({ kind: 'heard', callId, text: heard });
    else if (form['Event'] === 'Hangup' || form['CallStatus'] === 'completed') events.push({ kind: 'ended', callId });
    else if (form['Event'] === 'StartApp' || form['CallStatus'] === 'in-progress')
      events.push({ kind: 'answered', callId });
    const xml = this.next.get(callId) ?? HOLD;
    this.next.delete(callId);
    return Promise.resolve({ events, type: 'text/xml', body: `<Response>${xml}</Response>` });
  }

  /** Signature V3: HMAC-SHA256 of address, sorted form fields and nonce. */
  private isSigned(address: string, headers: CarrierRequest['headers'], form: Record<string, string>): boolean {
    const nonce = headers['x-plivo-signature-v3-nonce'];
    if (!nonce) return false;
    const url = new URL(address);
    const names = Object.keys(form).sort();
    const query = [...url.searchParams].map(([name, value]) => `${name}=${value}`).sort();
    const fields = names.map((name) => name + (form[name] ?? '')).join('');
    const base = `${url.origin}${url.pathname}${query.length > 0 || names.length > 0 ? '?' : ''}${query.join('&')}${query.length > 0 && names.length > 0 ? '.' : ''}${fields}`;
    const expected = createHmac('sha256', this.keys.authToken).update(`${base}.${nonce}`).digest('base64');
    const given = (headers['x-plivo-signature-v3'] ?? '').split(',');
    return given.some((signature) => secretsEqual(signature.trim(), expected));
  }

  private ask(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    json?: unknown,
  ): Promise<Record<string, unknown> | undefined> {
    return askCarrier(this.settings.http, 'Plivo', {
      url: `${this.base}/${path}`,
      method,
      authorization: basicAuth(this.keys.authId, this.keys.authToken),
      ...(json === undefined ? {} : { json }),
      isOwnAddress: this.keys.baseUrl !== undefined,
    });
  }
}

const HOLD = '<Wait length="60"/>';
