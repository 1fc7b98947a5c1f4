import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigWriter } from '../../src/config/config-writer';
import { Environment } from '../../src/config/environment';
import { loadConfig } from '../../src/config/load-config';

const AT = ['models', 'providers', 'p', 'apiKey'];

describe('references inside longer values', () => {
  let folder: string;
  let path: string;
  let env: Environment;
  let writer: ConfigWriter;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'references-'));
    path = join(folder, 'openclaw.json');
    writeFileSync(
      path,
      '{ models: { providers: { p: { baseUrl: "https://example.org/v1", api: "openai-completions", models: [{ id: "m" }] } } } }\n',
    );
    env = new Environment({ HOME: folder, OPENCLAW_STATE_DIR: folder, KEYX: 'key-from-env' });
    writer = new ConfigWriter(path, env);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const keyNow = (): unknown => loadConfig(path, env).config.models?.providers?.['p']?.apiKey;

  it.each([
    ['pre-${KEYX}', 'pre-key-from-env'],
    ['${KEYX}-${KEYX}', 'key-from-env-key-from-env'],
    ['Bearer ${KEYX}', 'Bearer key-from-env'],
  ])('%s stays in the file, whoever writes it', async (value, meaning) => {
    await writer.edit([{ path: AT, value }]);
    expect(readFileSync(path, 'utf8')).toContain(value);
    expect(keyNow()).toBe(meaning);
    await writer.replace(readFileSync(path, 'utf8'));
    expect(await writer.protectAll()).toEqual([]);
    expect(readFileSync(path, 'utf8')).toContain(value);
  });

  it('of two secrets stay, too', async () => {
    await writer.edit([{ path: AT, value: 'a-plain-secret' }]);
    expect(readFileSync(path, 'utf8')).toContain('${secret:models.providers.p.apiKey}');
    const both = '${secret:models.providers.p.apiKey}-${secret:models.providers.p.apiKey}';
    await writer.edit([{ path: AT, value: both }]);
    expect(readFileSync(path, 'utf8')).toContain(both);
    expect(keyNow()).toBe('a-plain-secret-a-plain-secret');
  });

  it('that are escaped are plain text, and mean the same in the secret store', async () => {
    await writer.edit([{ path: AT, value: 'a-$${KEYX}-b' }]);
    expect(readFileSync(path, 'utf8')).not.toContain('KEYX');
    expect(keyNow()).toBe('a-${KEYX}-b');
  });

  it('stand in `.env` files and configurations as Windows writes them', () => {
    const dotenv = 'A_TOK=abc\r\nB_TOK="d # e"\r\n';
    for (const [index, bytes] of [
      Buffer.from(`\ufeff${dotenv}`),
      Buffer.from(`\ufeff${dotenv}`, 'utf16le'),
      Buffer.from(`\ufeff${dotenv}`, 'utf16le').swap16(),
      Buffer.from(dotenv, 'utf16le'),
    ].entries()) {
      writeFileSync(join(folder, '.env'), bytes);
      const read = new Environment({ HOME: folder });
      read.loadOwnDotenv(folder);
      expect([index, read.get('A_TOK'), read.get('B_TOK')]).toEqual([index, 'abc', 'd # e']);
    }
    writeFileSync(join(folder, '.env'), Buffer.from('\ufeffOPENAI_API_KEY=k\r\n', 'utf16le'));
    const foreign = new Environment({ HOME: folder });
    foreign.loadForeignKeys(folder);
    expect(foreign.get('OPENAI_API_KEY')).toBe('k');
    writeFileSync(path, Buffer.from('\ufeff{ ui: { assistant: { name: "Größe" } } }\r\n', 'utf16le'));
    expect(loadConfig(path, env)).toMatchObject({ issues: [], config: { ui: { assistant: { name: 'Größe' } } } });
  });

  it.each([
    ['UTF-16', (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['big-endian UTF-16', (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['UTF-8 with a mark', (text: string): Buffer => Buffer.from(`\ufeff${text}`)],
    ['UTF-8', (text: string): Buffer => Buffer.from(text)],
  ])('a configuration in %s stays so when it is changed', async (_, bytesOf) => {
    writeFileSync(path, bytesOf('{\r\n  // Straße\r\n  ui: { assistant: { name: "Größe" } },\r\n}\r\n'));
    await new ConfigWriter(path, env).edit([{ path: ['ui', 'assistant', 'name'], value: 'Länge' }], { by: 'a test' });
    const after = readFileSync(path);
    expect(after.equals(bytesOf('{\r\n  // Straße\r\n  ui: { assistant: { name: "Länge" } },\r\n}\r\n'))).toBe(true);
    expect(loadConfig(path, env)).toMatchObject({ issues: [], config: { ui: { assistant: { name: 'Länge' } } } });
  });
});
