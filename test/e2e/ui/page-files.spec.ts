import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { tmpdir } from 'node:os';
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
  const folders: string[] = [];
  afterEach(async () => {
    await gateway.stop();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'openclaw-page-'));
    folders.push(folder);
    return folder;
  };

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

  it('serves another built page in its place, with its views, its own scripts and nothing from outside its folder', async () => {
    const folder = newFolder();
    const script = 'window.isRun = true;';
    writeFileSync(
      join(folder, 'index.html'),
      `<!doctype html><html><head><script>${script}</script><script src="./assets/a.js"></script></head><body>Theirs</body></html>`,
    );
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'assets', 'a.js'), 'window.isLoaded = true;');
    writeFileSync(join(folder, '.env'), 'SECRET=1');
    symlinkSync('/etc/hostname', join(folder, 'outside.txt'));
    gateway = await GatewayProcess.start({ config: { gateway: { controlUi: { root: folder, basePath: '/theirs' } } } });
    const asked = (path: string, accept = 'text/html,*/*'): Promise<globalThis.Response> =>
      fetch(`${gateway.http}${path}`, { headers: { accept } });
    const hash = createHash('sha256').update(script).digest('base64');
    for (const path of ['/theirs/', '/theirs/chat', '/theirs/settings/channels']) {
      const response = await asked(path);
      expect([path, response.status, await response.text()]).toEqual([
        path,
        200,
        expect.stringContaining('<head><base href="/theirs/">'),
      ]);
      expect(response.headers.get('content-security-policy')).toContain(`script-src 'self' 'sha256-${hash}'`);
      expect(response.headers.get('x-frame-options')).toBe('DENY');
    }
    expect(await (await asked('/theirs/assets/a.js')).text()).toContain('isLoaded');
    for (const [path, accept] of [
      ['/theirs/.env'],
      ['/theirs/outside.txt'],
      ['/theirs/assets/b.js'],
      ['/theirs/chat', 'application/json'],
      ['/chat'],
    ] as const)
      expect([path, (await asked(path, accept)).status]).toEqual([path, 404]);
    expect(await (await asked('/health')).text()).not.toContain('Theirs');
  });

  it('says what is wrong with a folder that holds no page, and serves its own', async () => {
    const folder = newFolder();
    gateway = await GatewayProcess.start({ config: { gateway: { controlUi: { root: folder } } } });
    expect(gateway.log).toContain(`gateway.controlUi.root: ${folder} holds no index.html`);
    expect(await (await fetch(`${gateway.http}/`)).text()).toContain('<div id="root">');
  });
});
