import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

/** A collector that keeps what it is sent. */
async function collector(): Promise<{ url: string; bodies: Buffer[]; headers: string[]; server: Server }> {
  const bodies: Buffer[] = [];
  const headers: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/v1/traces') bodies.push(Buffer.concat(chunks));
      headers.push(String(request.headers['x-team']));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies, headers, server };
}

describe('telemetry', () => {
  it('sends turns, model calls and tools as traces, without a word of what was said', async () => {
    const { url, bodies, headers, server } = await collector();
    const otel = {
      enabled: true,
      endpoint: url,
      headers: { 'x-team': 'plants' },
      serviceName: 'my-nest',
      flushIntervalMs: 200,
    };
    const bench = await ToolBench.start({ config: { diagnostics: { otel } } });
    try {
      await bench.turn([{ name: 'exec', args: { command: 'true' } }], { message: 'tulips in the garden' });
      await until('the trace', () => bodies.length > 0);
      // Names and values stand in the protobuf message as they are.
      const text = Buffer.concat(bodies).toString('latin1');
      for (const word of [
        'my-nest',
        'invoke_agent main',
        'chat fake-1',
        'execute_tool exec',
        'gen_ai.usage.input_tokens',
        'gen_ai.provider.name',
        'gen_ai.tool.call.id',
        'openclaw.turn.outcome',
      ])
        expect(text).toContain(word);
      expect(text.match(/chat fake-1/g)).toHaveLength(2);
      expect(text).not.toContain('tulips');
      expect(headers[0]).toBe('plants');
    } finally {
      await bench.stop();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  });

  it('goes on without a collector, and says what it does not offer', async () => {
    const otel = { enabled: true, endpoint: 'http://127.0.0.1:9', flushIntervalMs: 100 };
    const bench = await ToolBench.start({ config: { diagnostics: { otel } } });
    try {
      expect(await bench.call('exec', { command: 'echo leaf' })).toContain('leaf');
      expect(await bench.call('exec', { command: 'echo twig' })).toContain('twig');
      expect((await fetch(`${bench.gateway.http}/ready`)).status).toBe(200);
    } finally {
      await bench.stop();
    }
    const grpc = await ToolBench.start({ config: { diagnostics: { otel: { enabled: true, protocol: 'grpc' } } } });
    const boot = await grpc.client.call('system.boot', {});
    await grpc.stop();
    expect(JSON.stringify(boot.payload)).toContain('use \\"http/protobuf\\"');
  });
});
