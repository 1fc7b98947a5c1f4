import { createHmac } from 'node:crypto';
import { secretsEqual } from '../../common/secrets-equal';
import { ToolError } from '../agent-tool';
import {
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

const TWILIO = 'https://api.twilio.com';
const LISTEN_SECONDS = 60;

/** Twilio's REST API of 2010-04-01; what is said goes as TwiML, what is heard comes by `<Gather>`. */
export class TwilioCarrier implements PhoneCarrier {
  readonly name = 'twilio';
  private readonly base: string;

  constructor(
    private readonly settings: CarrierSettings,
    private readonly keys: { accountSid: string; authToken: string; baseUrl?: string },
  ) {
    this.base = `${keys.baseUrl ?? TWILIO}/2010-04-01/Accounts/${keys.accountSid}`;
  }

  async start({ to, message, stays }: OutgoingCall): Promise<{ callId: string; status: string }> {
    const { from, webhookUrl } = this.settings;
    const call = await this.ask('Calls.json', {
      To: to,
      From: from,
      Twiml: say(message, stays ? HOLD : '<Hangup/>'),
      ...(webhookUrl ? { StatusCallback: webhookUrl, StatusCallbackEvent: 'completed' } : {}),
    });
    return { callId: String(call?.['sid'] ?? ''), status: String(call?.['status'] ?? 'queued') };
  }

  async speak(callId: string, text: string): Promise<void> {
    mustExist(await this.ask(`Calls/${callId}.json`, { Twiml: say(text, HOLD) }), callId);
  }

  async listen(callId: string, text: string): Promise<void> {
    const { webhookUrl } = this.settings;
    if (!webhookUrl) throw new ToolError('not_configured', 'answers are heard through a webhook: publicUrl is missing');
    const gather = `<Gather input="speech" speechTimeout="auto" timeout="${LISTEN_SECONDS}" method="POST" action="${escapeXml(webhookUrl)}"/>`;
    mustExist(await this.ask(`Calls/${callId}.json`, { Twiml: say(text, `${gather}${HOLD}`) }), callId);
  }

  async hangUp(callId: string): Promise<void> {
    mustExist(await this.ask(`Calls/${callId}.json`, { Status: 'completed' }), callId);
  }

  status(callId: string): Promise<Record<string, unknown> | undefined> {
    return this.ask(`Calls/${callId}.json`);
  }

  receive({ url, headers, body }: CarrierRequest): Promise<CarrierReply | undefined> {
    const form = formOf(body);
    const signed = Object.keys(form)
      .sort()
      .reduce((text, name) => text + name + (form[name] ?? ''), url);
    const expected = createHmac('sha1', this.keys.authToken).update(signed).digest('base64');
    if (!secretsEqual(headers['x-twilio-signature'] ?? '', expected)) return Promise.resolve(undefined);
    const callId = form['CallSid'] ?? '';
    const heard = form['SpeechResult'];
    const events: CarrierReply['events'] = [];
    if (heard !== undefined) events.push({ kind: 'heard', callId, text: heard });
    if (['completed', 'busy', 'failed', 'no-answer', 'canceled'].includes(form['CallStatus'] ?? ''))
      events.push({ kind: 'ended', callId });
    return Promise.resolve({ events, type: 'text/xml', body: `<Response>${HOLD}</Response>` });
  }

  private ask(path: string, form?: Record<string, string>): Promise<Record<string, unknown> | undefined> {
    return askCarrier(this.settings.http, 'Twilio', {
      url: `${this.base}/${path}`,
      method: form ? 'POST' : 'GET',
      authorization: basicAuth(this.keys.accountSid, this.keys.authToken),
      ...(form ? { form } : {}),
      isOwnAddress: this.keys.baseUrl !== undefined,
    });
  }
}

const HOLD = '<Pause length="60"/>';

const say = (text: string, then: string): string => `<Response><Say>${escapeXml(text)}</Say>${then}</Response>`;
