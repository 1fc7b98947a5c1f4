import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readManifest } from '../../src/plugins/catalog/plugin-manifest';
import { runCli } from '../harness/run-cli';

const OWN = [
  'OPENCLAW_GATEWAY_TOKEN',
  'OPENCLAW_GATEWAY_PASSWORD',
  'OPENCLAW_SECRETS_KEY',
  'openclaw_gateway_token',
  'OPENCLAW_ANYTHING',
  'CLAWDBOT_GATEWAY_TOKEN',
  'TELEGRAM_BOT_TOKEN',
  'DISCORD_BOT_TOKEN',
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'ANTHROPIC_API_KEY',
  'GITHUB_TOKEN',
  'DATABASE_URL',
  'PATH',
  'NODE_OPTIONS',
  'LD_PRELOAD',
  'WEATHER',
  'WEATHERMAN_KEY',
  'weather_api_key',
];

describe('the variables that a plugin declares', () => {
  let base: string;
  let folder: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'openclaw-plugin-secrets-'));
    folder = join(base, 'weather');
    mkdirSync(folder);
    writeFileSync(join(folder, 'index.js'), 'module.exports = () => undefined;\n');
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));
  const declare = (...env: string[]): void =>
    writeFileSync(
      join(folder, 'openclaw.plugin.json'),
      JSON.stringify({ id: 'weather', main: 'index.js', capabilities: { env } }),
    );

  it.each(OWN)('are refused where %s is among them', (name) => {
    declare('WEATHER_API_KEY', name);
    expect(() => readManifest(folder)).toThrow(
      expect.objectContaining({ code: 'PLUGIN_MANIFEST_INVALID', message: expect.stringContaining(name) as unknown }),
    );
  });

  it('may be keys of the service that it is for', () => {
    declare('WEATHER_API_KEY', 'HTTPS_PROXY');
    expect(readManifest(folder).capabilities?.env).toEqual(['WEATHER_API_KEY', 'HTTPS_PROXY']);
  });

  it.each([
    ['telegram', 'TELEGRAM_BOT_TOKEN'],
    ['openclaw', 'OPENCLAW_GATEWAY_TOKEN'],
    ['anthropic', 'ANTHROPIC_API_KEY'],
    ['openai', 'OPENAI_API_KEY'],
  ])("are not the gateway's because it is called %s", (id, name) => {
    const manifest = { id, main: 'index.js', capabilities: { env: [name] } };
    writeFileSync(join(folder, 'openclaw.plugin.json'), JSON.stringify(manifest));
    expect(() => readManifest(folder)).toThrow(`plugins.entries.${id}.env`);
  });

  it('decide before anything is installed', async () => {
    const state = join(base, 'state');
    const env = { OPENCLAW_STATE_DIR: state };
    declare('OPENCLAW_GATEWAY_TOKEN');
    const refused = await runCli(['plugins', 'install', folder], { env });
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('capabilities.env: OPENCLAW_GATEWAY_TOKEN');
    expect(existsSync(join(state, 'plugins', 'weather'))).toBe(false);
    declare('WEATHER_API_KEY');
    expect((await runCli(['plugins', 'install', folder], { env })).stderr).toBe('');
    expect(existsSync(join(state, 'plugins', 'weather'))).toBe(true);
  });
});
