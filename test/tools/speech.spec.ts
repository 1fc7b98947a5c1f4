import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { securityToken } from '../../src/tools/speech/edge-speech';
import { ToolBench } from '../harness/tool-bench';

/** The read-aloud service: takes a configuration and SSML, answers with framed sound. */
class FakeEdge {
  readonly spoken: string[] = [];
  readonly tokens: string[] = [];
  breaks = false;
  private readonly server = new WebSocketServer({ port: 0, host: '127.0.0.1' });

  constructor() {
    this.server.on('connection', (socket, request) => {
      this.tokens.push(new URL(request.url ?? '/', 'ws://x').searchParams.get('Sec-MS-GEC') ?? '');
      socket.on('message', (data: Buffer) => {
        const text = data.toString('utf8');
        if (!text.includes('Path:ssml')) return;
        if (this.breaks) return socket.terminate();
        this.spoken.push(text);
        const head = Buffer.from('X-RequestId:1\r\nContent-Type:audio/mpeg\r\nPath:audio\r\n');
        const length = Buffer.alloc(2);
        length.writeUInt16BE(head.length);
        for (const piece of ['ID3-', 'sound']) socket.send(Buffer.concat([length, head, Buffer.from(piece)]));
        socket.send('X-RequestId:1\r\nPath:turn.end\r\n\r\n{}');
      });
    });
  }

  static async start(): Promise<FakeEdge> {
    const fake = new FakeEdge();
    await once(fake.server, 'listening');
    return fake;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const client of this.server.clients) client.terminate();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('speech', () => {
  let edge: FakeEdge;
  let bench: ToolBench;
  beforeAll(async () => {
    edge = await FakeEdge.start();
    bench = await ToolBench.start({
      config: { messages: { tts: { provider: 'edge', edge: { voice: 'en-GB-SoniaNeural', baseUrl: edge.url } } } },
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: edge.url.replace('ws', 'http') },
    });
  });
  afterAll(async () => {
    await bench.stop();
    await edge.stop();
  });

  it('speaks without a key through Edge, markup in the text included', async () => {
    const told = await bench.call('tts', { text: 'Tea & <b>cake</b>' });
    const path = /output\/speech-[0-9a-f]+\.mp3/.exec(told)?.[0] ?? 'none';
    expect(readFileSync(bench.workspace(path), 'utf8')).toBe('ID3-sound');
    expect(edge.spoken.at(-1)).toContain("<voice name='en-GB-SoniaNeural'>");
    expect(edge.spoken.at(-1)).toContain('Tea &amp; &lt;b&gt;cake&lt;/b&gt;');
    expect(edge.tokens.at(-1)).toMatch(/^[0-9A-F]{64}$/);
  });

  it('sums long texts up first, and reads them out whole when no model can', async () => {
    const long = 'A long story about tea. '.repeat(100);
    bench.others = ({ lastUser }) =>
      lastUser.startsWith('A long story') ? { steps: [{ text: 'Tea, in short.' }] } : { steps: [{ text: 'done' }] };
    expect(await bench.call('tts', { text: long })).toContain('summed up');
    expect(edge.spoken.at(-1)).toContain('>Tea, in short.<');
    bench.others = () => ({ status: 400, steps: [] });
    expect(await bench.call('tts', { text: long })).not.toContain('summed up');
    expect(edge.spoken.at(-1)).toContain('A long story about tea. A long story');
    bench.others = () => ({ steps: [{ text: 'done' }] });
  });

  it('says so when the service breaks off', async () => {
    edge.breaks = true;
    expect(await bench.call('tts', { text: 'Hello' })).toContain('upstream_error');
    edge.breaks = false;
  });

  it('proves its freshness by the five minutes it is in', () => {
    const at = Date.UTC(2026, 0, 1, 12, 0, 0);
    expect(securityToken(at)).toBe(securityToken(at + 299_000));
    expect(securityToken(at)).not.toBe(securityToken(at + 300_000));
  });
});
