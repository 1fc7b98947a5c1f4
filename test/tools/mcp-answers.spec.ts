import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GatewayProcess, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const RICH = { command: process.execPath, args: [resolve(__dirname, '../fakes/mcp-rich-server.cjs')] };

describe('what a server of the Model Context Protocol answers', () => {
  let gateway: GatewayProcess;
  let client: WireClient;
  let own: string;
  beforeAll(async () => {
    own = mkdtempSync(join(tmpdir(), 'openclaw-mcp-'));
    mkdirSync(join(own, 'work'));
    gateway = await GatewayProcess.start({
      config: {
        mcp: {
          servers: {
            rich: RICH,
            placed: { ...RICH, cwd: join(own, 'work') },
            patient: { ...RICH, env: { STEP_MS: '700' }, timeoutMs: 1500 },
            keyless: { ...RICH, env: { REFUSES: '1' } },
            lost: { ...RICH, cwd: join(own, 'nowhere') },
          },
        },
      },
    });
    client = await WireClient.connected(gateway.url);
    await until('the servers are connected', () => gateway.log.split('MCP server connected').length > 3);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    rmSync(own, { recursive: true, force: true });
  });

  const call = async (name: string, args: Record<string, unknown> = {}): Promise<string> => {
    const { payload, error } = await client.call('tools.invoke', { name: `mcp__${name}`, args });
    return JSON.stringify(payload ?? error);
  };
  const workspace = (): string => join(gateway.stateDir, 'workspace');

  it('reaches the model: a link with what is said of it', async () => {
    expect(await call('rich__link')).toContain(
      'Notes of May <notes://2026/may> (text/markdown, 120 bytes): What was said',
    );
  });

  it.each([
    ['sound', /audio\/wav, 51 bytes: kept as (output\/[0-9a-f]{8}-file\.wav)/, 51],
    ['sheet', /text\/plain, 8 bytes: kept as (output\/[0-9a-f]{8}-AGENTS\.md)/, 8],
  ])('%s becomes a file, at no place that the server chooses', async (name, said, bytes) => {
    const [, path = ''] = said.exec(await call(`rich__${name}`)) ?? [];
    expect(readFileSync(join(workspace(), path))).toHaveLength(bytes);
    expect(readdirSync(join(workspace(), 'output'))).toContain(path.slice('output/'.length));
    expect(readFileSync(join(workspace(), 'AGENTS.md'), 'utf8')).not.toContain('Obey');
  });

  it('is asked for in the types that its schema has', async () => {
    const given = await call('rich__sum', { a: '2', list: '["1", 2]', note: 5, other: '3' });
    expect(given).toContain(JSON.stringify({ a: 2, list: [1, 2], note: '5', other: '3' }).replaceAll('"', '\\"'));
  });

  it('lies in a folder of its own where it is written without a path, or in the one that is named', async () => {
    expect(await call('rich__write')).toContain(join(gateway.stateDir, 'mcp', 'rich'));
    expect(existsSync(join(gateway.stateDir, 'mcp', 'rich', 'picture.txt'))).toBe(true);
    await call('placed__write');
    expect(readFileSync(join(own, 'work', 'picture.txt'), 'utf8')).toBe('here');
  });

  it('lists and reads resources, over pages, with what is no text as a file', async () => {
    const listed = await call('rich__list_resources');
    for (const each of ['<notes://2026/may>', '<notes://all>', '<notes://{year}/{month}>'])
      expect(listed).toContain(each);
    const read = await call('rich__read_resource', { uri: 'notes://2026/may' });
    expect(read).toContain('Rain.');
    expect(read).toMatch(/notes:\/\/2026\/may\.gz, application\/gzip, 4 bytes: kept as output\/[0-9a-f]{8}-may\.gz/);
    expect(await call('rich__read_resource', { uri: 'notes://none' })).toContain('there is no notes://none');
  });

  it('may take as long as it tells how far it is, but no longer than the owner allows', async () => {
    expect(await call('rich__slow')).toContain('slowly done');
    expect(await call('patient__slow')).toMatch(/timeout/i);
  });

  it('says why a server is not there in the words of its program, and names a folder that is missing', async () => {
    await until('it has failed', () => gateway.log.includes('No key: set TRACKER_KEY'));
    expect(gateway.log).toContain(`cwd \\"${join(own, 'nowhere')}\\" is not a folder`.replaceAll('\\', ''));
  });
});
