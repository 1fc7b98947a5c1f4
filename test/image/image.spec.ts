import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { SWITCHES } from '../../src/config/environment';

const root = resolve(__dirname, '../..');
const COMPOSE = process.env['TEST_COMPOSE'] ?? '';
/** Nothing that the file hands on to the container. */
const ENV = { PATH: process.env['PATH'] ?? '' };

interface Composed {
  services: Record<
    string,
    { environment?: Record<string, string>; volumes?: unknown; command?: unknown; profiles?: string[] }
  >;
}

describe('image', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-image-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  (COMPOSE ? it : it.skip)('has a compose file that compose understands, without a .env as well', () => {
    cpSync(join(root, 'docker-compose.yml'), join(folder, 'docker-compose.yml'));
    const config = (): string => execFileSync(COMPOSE, ['config'], { cwd: folder, encoding: 'utf8', env: ENV });
    const bare = config();
    expect(bare).toContain('restart: unless-stopped');
    expect(bare).toMatch(/state:\/data/);
    for (const port of ['18789', '8080']) expect(bare).toContain(`127.0.0.1:${port}:${port}/tcp`);
    for (const wall of ['cap_drop:', 'no-new-privileges:true', 'read_only: true', 'mem_limit:', 'max-size:'])
      expect(bare).toContain(wall);
    writeFileSync(join(folder, '.env'), 'OPENAI_API_KEY=from-the-file\n');
    expect(config()).toContain('OPENAI_API_KEY: from-the-file');
  });

  (COMPOSE ? it : it.skip)('has a profile with three gateways on one database and one state directory', () => {
    cpSync(join(root, 'docker-compose.yml'), join(folder, 'docker-compose.yml'));
    const env = {
      ...ENV,
      OPENCLAW_DATABASE_URL: 'postgresql://openclaw@postgres/openclaw',
      POSTGRES_PASSWORD: 'secret',
    };
    const { services } = parse(
      execFileSync(COMPOSE, ['--profile', 'scale', 'config'], { cwd: folder, encoding: 'utf8', env }),
    ) as Composed;
    const inScale = Object.keys(services).filter((name) => services[name]?.profiles?.includes('scale'));
    expect(inScale.sort()).toEqual(['gateway-2', 'gateway-3', 'postgres', 'proxy', 'redis']);
    expect(services['gateway']?.profiles).toBeUndefined();
    const [first, ...others] = ['gateway', 'gateway-2', 'gateway-3'].map((name) => services[name]);
    for (const other of others) {
      expect(other?.environment).toEqual(first?.environment);
      expect(other?.volumes).toEqual(first?.volumes);
    }
    expect(first?.environment?.['OPENCLAW_DATABASE_URL']).toContain('@postgres/');
    expect(services['postgres']?.environment?.['POSTGRES_PASSWORD']).toBe('secret');
    for (const name of ['gateway', 'gateway-2', 'gateway-3'])
      expect(JSON.stringify(services['proxy']?.command)).toContain(`${name}:18789`);
  });

  it('hands every key that the gateway reads from its environment into the container', () => {
    const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8')) as {
      services: { gateway: { environment: string[]; volumes: string[] } };
    };
    const { environment } = services.gateway;
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
      .map((file) => readFileSync(join(root, 'src', file), 'utf8'));
    const keys = sources.flatMap(
      (text) => text.match(/(?<=')[A-Z]+(_[A-Z]+)*_(API_KEY|OAUTH_TOKEN|BOT_TOKEN|APP_TOKEN)(?=')/g) ?? [],
    );
    const named = readFileSync(join(root, '.env.example'), 'utf8').match(/(?<=^# )[A-Z_]+(?==)/gm) ?? [];
    expect(keys.length).toBeGreaterThan(15);
    expect(named.length).toBeGreaterThan(3);
    for (const name of [...keys, ...named, ...SWITCHES]) expect(environment).toContain(name);
  });

  it('has a last stage of the production copy alone, in which everything is that it starts', () => {
    const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
    const [, built] = /^RUN sh scripts\/image\/build.sh (\S+)$/m.exec(dockerfile) ?? [];
    const copies = [...dockerfile.matchAll(/^COPY --from=build (\S+) (\S+)$/gm)].map(([, from, to]) => [from, to]);
    expect(copies).toEqual([[built, '/app']]);
    const script = readFileSync(join(root, 'scripts/image/production-copy.mjs'), 'utf8');
    expect(readFileSync(join(root, 'scripts/image/build.sh'), 'utf8')).toContain('production-copy.mjs "$1"');
    const [, health = ''] = /^HEALTHCHECK .*"\/app\/(\S+)"\]$/m.exec(dockerfile) ?? [];
    expect(script).toContain(`'${health}'`);
  });

  it('uses only scripts that exist, for every step', () => {
    const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
    const runs = [...dockerfile.matchAll(/^RUN (.*)$/gm)].map(([, command = '']) => command);
    expect(runs.length).toBeGreaterThan(1);
    for (const command of runs) for (const step of command.split(' && ')) expect(step).toMatch(/^sh \S+\.sh/);
    for (const [, script = ''] of dockerfile.matchAll(/(scripts\/image\/[\w.]+)/g))
      expect([script, existsSync(join(root, script))]).toEqual([script, true]);
  });
});
