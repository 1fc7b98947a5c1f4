import { readFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { GatewayProcess, freePort } from '../../harness/gateway-process';

interface Answer {
  coding: string | undefined;
  vary: string | undefined;
  type: string | undefined;
  body: Buffer;
}

/** As it comes over the wire: `fetch` would unpack it. */
const get = (url: string, accepts: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    httpGet(url, { headers: { 'accept-encoding': accepts } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { 'content-encoding': coding, vary, 'content-type': type } = response.headers;
        resolve({ coding, vary, type, body: Buffer.concat(chunks) });
      });
    }).on('error', reject);
  });

describe('Control UI over HTTP', () => {
  let gateway: GatewayProcess;
  afterEach(() => gateway.stop());

  it('is served on a port of its own and on the gateway port, with headers that keep others out', async () => {
    const uiPort = await freePort();
    gateway = await GatewayProcess.start({ env: { OPENCLAW_UI_PORT: String(uiPort) } });
    for (const port of [uiPort, gateway.port]) {
      const response = await fetch(`http://127.0.0.1:${port}/`);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('<div id="root">');
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(response.headers.get('x-frame-options')).toBe('DENY');
      expect(response.headers.get('content-security-policy')).toContain("require-trusted-types-for 'script'");
      expect((await fetch(`http://127.0.0.1:${port}/nothing-here`)).status).toBe(404);
    }
  });

  it('answers with the page at the address of each view, also at those of OpenClaw, and at no other', async () => {
    gateway = await GatewayProcess.start();
    const page = await (await fetch(`${gateway.http}/`)).text();
    for (const name of ['home', 'chats', 'people', 'chat?session=main', 'overview'])
      expect([name, await (await fetch(`${gateway.http}/${name}`)).text()]).toEqual([name, page]);
    for (const name of [
      'addresses.json',
      'index.html.br',
      'assets',
      'chats/',
      '../package.json',
      '%2e%2e/package.json',
    ])
      expect([name, (await fetch(`${gateway.http}/${name}`)).status]).toEqual([name, 404]);
  });

  it('hands its files over as they were packed when it was built, to whoever takes them so', async () => {
    gateway = await GatewayProcess.start();
    const page = await (await fetch(`${gateway.http}/`)).text();
    const [, script = ''] = /src="\.\/(assets\/[^"]+\.js)"/.exec(page) ?? [];
    const plain = readFileSync(join(__dirname, '../../../dist/ui', script));
    const answers = await Promise.all(
      ['br', 'gzip', 'identity', 'gzip, br', 'br;q=0, gzip'].map((accepts) =>
        get(`${gateway.http}/${script}`, accepts),
      ),
    );
    expect(answers.map(({ coding }) => coding)).toEqual(['br', 'gzip', undefined, 'br', 'gzip']);
    const unpacked = [
      brotliDecompressSync(answers[0]?.body ?? Buffer.alloc(0)),
      gunzipSync(answers[1]?.body ?? Buffer.alloc(0)),
      answers[2]?.body,
    ];
    for (const each of unpacked) expect(each?.equals(plain)).toBe(true);
    for (const { vary, type } of answers)
      expect([vary, type]).toEqual(['Accept-Encoding', expect.stringContaining('javascript')]);
  });

  it('can be installed, below any path: what the browser needs for that is there, and nothing runs beside the page', async () => {
    gateway = await GatewayProcess.start({ config: { gateway: { controlUi: { basePath: '/assistant' } } } });
    const at = new URL(`${gateway.http}/assistant/`);
    const page = await (await fetch(at)).text();
    const [, link = ''] = /rel="manifest" href="([^"]+)"/.exec(page) ?? [];
    const answer = await fetch(new URL(link, at));
    expect(answer.headers.get('content-type')).toContain('manifest+json');
    expect(answer.headers.get('content-security-policy')).toContain("manifest-src 'self'");
    expect(answer.headers.get('content-security-policy')).not.toContain('worker-src');
    const manifest = (await answer.json()) as {
      id?: string;
      start_url: string;
      scope: string;
      icons: { src: string; type: string; sizes: string }[];
    };
    // An id of its own would be the same for each gateway of the origin.
    expect(manifest.id).toBeUndefined();
    for (const own of [manifest.start_url, manifest.scope]) expect(new URL(own, new URL(link, at)).href).toBe(at.href);
    for (const { src, type, sizes } of manifest.icons) {
      const icon = await fetch(new URL(src, new URL(link, at)));
      expect([src, icon.headers.get('content-type')?.split(';')[0]]).toEqual([src, type]);
      const bytes = Buffer.from(await icon.arrayBuffer());
      if (type === 'image/png') expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`).toBe(sizes);
    }
  });

  it('moves below a base path', async () => {
    gateway = await GatewayProcess.start({ config: { gateway: { controlUi: { basePath: '/assistant' } } } });
    expect((await fetch(`${gateway.http}/`)).status).toBe(404);
    const page = await (await fetch(`${gateway.http}/assistant/`)).text();
    const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(page)?.[1];
    expect((await fetch(`${gateway.http}/assistant/${script}`)).headers.get('cache-control')).toContain('immutable');
  });

  it('starts without it when its port is taken, and says by whom', async () => {
    const other = await GatewayProcess.start();
    try {
      gateway = await GatewayProcess.start({ env: { OPENCLAW_UI_PORT: String(other.port) } });
      expect(gateway.log).toContain(`Control UI (port ${other.port}`);
      expect(gateway.log).toContain(`process ${other.child.pid}`);
    } finally {
      await other.stop();
    }
  });
});
