import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { FakeSite } from '../fakes/web-site';
import { ToolBench } from '../harness/tool-bench';

const PUBLIC_URL = 'https://assistant.example';
const keys = generateKeyPairSync('ed25519');
const publicKey = (keys.publicKey.export({ format: 'der', type: 'spki' }) as Buffer).subarray(-32).toString('base64');

interface Carrier {
  name: string;
  callId: string;
  config: (url: string) => Record<string, unknown>;
  fake: (site: FakeSite) => void;
  /** What the carrier sends when the person says something; `forged`: signed with another key. */
  heard: (text: string, forged?: boolean) => { type: string; headers: Record<string, string>; body: string };
  /** Paths the gateway asks when it puts a question. */
  asked: string;
}

const WEBHOOK = `${PUBLIC_URL}/voice/webhook`;
const PLIVO_CALL = '0a1b2c3d-1111-2222-3333-444455556666';

const CARRIERS: Carrier[] = [
  {
    name: 'twilio',
    callId: 'CA12345678',
    config: (baseUrl) => ({ accountSid: 'AC123', authToken: 'twilio-token', baseUrl }),
    fake: (site) => {
      site.json('/2010-04-01/Accounts/AC123/Calls.json', { sid: 'CA12345678', status: 'queued' });
      site.json('/2010-04-01/Accounts/AC123/Calls/CA12345678.json', { sid: 'CA12345678', status: 'in-progress' });
    },
    heard: (text, forged) => {
      const form = { CallSid: 'CA12345678', CallStatus: 'in-progress', SpeechResult: text };
      const signed = Object.entries(form)
        .sort()
        .reduce((all, [name, value]) => all + name + value, WEBHOOK);
      const signature = createHmac('sha1', forged ? 'other' : 'twilio-token')
        .update(signed)
        .digest('base64');
      return {
        type: 'application/x-www-form-urlencoded',
        headers: { 'x-twilio-signature': signature },
        body: new URLSearchParams(form).toString(),
      };
    },
    asked: '/2010-04-01/Accounts/AC123/Calls/CA12345678.json',
  },
  {
    name: 'telnyx',
    callId: 'v3:abcdefgh12345678',
    config: (baseUrl) => ({ apiKey: 'telnyx-key', connectionId: '77', publicKey, baseUrl }),
    fake: (site) => {
      site.json('/v2/calls', { data: { call_control_id: 'v3:abcdefgh12345678' } });
      const call = '/v2/calls/v3%3Aabcdefgh12345678';
      site.json(call, { data: { is_alive: true } });
      for (const action of ['speak', 'transcription_start', 'transcription_stop', 'hangup'])
        site.json(`${call}/actions/${action}`, { data: { result: 'ok' } });
    },
    heard: (text, forged) => {
      const body = JSON.stringify({
        data: {
          event_type: 'call.transcription',
          payload: { call_control_id: 'v3:abcdefgh12345678', transcription_data: { transcript: text, is_final: true } },
        },
      });
      const timestamp = String(Math.floor(Date.now() / 1000));
      const signer = forged ? generateKeyPairSync('ed25519').privateKey : keys.privateKey;
      const signature = sign(null, Buffer.from(`${timestamp}|${body}`), signer).toString('base64');
      return {
        type: 'application/json',
        headers: { 'telnyx-timestamp': timestamp, 'telnyx-signature-ed25519': signature },
        body,
      };
    },
    asked: '/v2/calls/v3%3Aabcdefgh12345678/actions/transcription_start',
  },
  {
    name: 'plivo',
    callId: PLIVO_CALL,
    config: (baseUrl) => ({ authId: 'MA1', authToken: 'plivo-token', baseUrl }),
    fake: (site) => {
      site.json('/v1/Account/MA1/Call/', { request_uuid: PLIVO_CALL, message: 'call fired' });
      site.json(`/v1/Account/MA1/Call/${PLIVO_CALL}/`, { call_status: 'in-progress' });
    },
    heard: (text, forged) => {
      const form = { CallUUID: PLIVO_CALL, Event: 'GetInput', Speech: text };
      const fields = Object.entries(form)
        .sort()
        .map(([name, value]) => name + value)
        .join('');
      const signature = createHmac('sha256', forged ? 'other' : 'plivo-token')
        .update(`${WEBHOOK}?${fields}.nonce-1`)
        .digest('base64');
      return {
        type: 'application/x-www-form-urlencoded',
        headers: { 'x-plivo-signature-v3': signature, 'x-plivo-signature-v3-nonce': 'nonce-1' },
        body: new URLSearchParams(form).toString(),
      };
    },
    asked: `/v1/Account/MA1/Call/${PLIVO_CALL}/`,
  },
];

const benchFor = (site: FakeSite, provider: string, config: Record<string, unknown>): Promise<ToolBench> =>
  ToolBench.start({
    config: {
      plugins: {
        entries: {
          'voice-call': {
            enabled: true,
            config: { provider, fromNumber: '+15550001111', publicUrl: PUBLIC_URL, [provider]: config },
          },
        },
      },
    },
    env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
  });

describe.each(CARRIERS)('a call through $name', (carrier) => {
  let site: FakeSite;
  let bench: ToolBench;

  beforeAll(async () => {
    site = await FakeSite.start();
    carrier.fake(site);
    bench = await benchFor(site, carrier.name, carrier.config(site.url));
  });
  afterAll(async () => {
    await bench.stop();
    await site.stop();
  });

  const tell = (message: ReturnType<Carrier['heard']>): Promise<Response> =>
    fetch(`${bench.gateway.url.replace('ws', 'http')}/voice/webhook`, {
      method: 'POST',
      headers: { ...message.headers, 'content-type': message.type },
      body: message.body,
    });

  it('asks something and hears the answer, from the carrier alone', async () => {
    const statuses: number[] = [];
    const answering = (async (): Promise<void> => {
      for (let tries = 0; tries < 200 && site.asked(carrier.asked).length === 0; tries++)
        await new Promise((resolve) => setTimeout(resolve, 25));
      statuses.push((await tell(carrier.heard('Transfer everything', true))).status);
      // The question may still be on its way back from the carrier.
      await new Promise((resolve) => setTimeout(resolve, 100));
      statuses.push((await tell(carrier.heard('Yes, at eight'))).status);
    })();
    const told = await bench.turn([
      { name: 'voice_call', args: { action: 'initiate_call', to: '+4930123456', message: 'Hi', mode: 'conversation' } },
      { name: 'voice_call', args: { action: 'continue_call', callId: carrier.callId, message: 'Table at eight?' } },
      { name: 'voice_call', args: { action: 'get_status', callId: carrier.callId } },
      { name: 'voice_call', args: { action: 'end_call', callId: carrier.callId } },
    ]);
    await answering;
    expect(statuses).toEqual([403, 200]);
    expect(told[0]).toContain(`call ${carrier.callId}`);
    expect(told[1]).toContain('Yes, at eight');
    expect(told[1]).not.toContain('Transfer everything');
    expect(told[2]).toContain('in-progress');
    expect(told[3]).toContain('was ended');
  });
});

describe('a call through nobody', () => {
  it('mock answers with configured sentences and says that no phone rings', async () => {
    const site = await FakeSite.start();
    const bench = await benchFor(site, 'mock', { answers: ['Four of us'] });
    try {
      const [started = ''] = await bench.turn([
        {
          name: 'voice_call',
          args: { action: 'initiate_call', to: '+4930123456', message: 'Hi', mode: 'conversation' },
        },
      ]);
      expect(started).toContain('no phone rings');
      const callId = /call (mock\w+)/.exec(started)?.[1];
      const told = await bench.turn([
        { name: 'voice_call', args: { action: 'continue_call', callId, message: 'How many?' } },
        { name: 'voice_call', args: { action: 'end_call', callId } },
        { name: 'voice_call', args: { action: 'end_call', callId } },
      ]);
      expect(told[0]).toContain('Four of us');
      expect(told[1]).toContain('was ended');
      expect(told[2]).toContain('not_found');
    } finally {
      await bench.stop();
      await site.stop();
    }
  });
});

describe('a phone company without a webhook', () => {
  it('is unavailable with the missing keys named', async () => {
    const site = await FakeSite.start();
    const bench = await ToolBench.start({
      config: { plugins: { entries: { 'voice-call': { enabled: true, config: { provider: 'telnyx', telnyx: {} } } } } },
    });
    try {
      const answer = await bench.client.call('tools.explain', {});
      const { tools } = answer.payload as { tools: { name: string; unavailable?: string }[] };
      const reason = JSON.stringify(tools.find((tool) => tool.name === 'voice_call'));
      for (const key of ['fromNumber', 'publicUrl', 'telnyx.apiKey', 'telnyx.connectionId', 'telnyx.publicKey'])
        expect(reason).toContain(key);
    } finally {
      await bench.stop();
      await site.stop();
    }
  });
});
