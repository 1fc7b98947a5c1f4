import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { displayWidth, padToWidth } from '../../src/common/cli/display-width';
import { readableText, visibleJson, visibleLines, visibleText } from '../../src/common/visible-text';
import { formatForConsole } from '../../src/logging/console-format';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';

/** Steers a terminal, turns text around, hides, breaks lines. */
const EVIL = [
  ...['\u001b[2K', '\u001b]0;x\u0007', '\u009b1G', '\r', '\b', '\u007f', '\0', '\u000b', '\u0085', '\u2028', '\u2029'],
  ...['\u202e', '\u202a', '\u2066', '\u2069', '\u200e', '\u200f', '\u061c', '\u200b', '\u200c', '\u200d', '\u2060'],
  ...['\ufeff', '\u00ad', '\u034f', '\u115f', '\u1160', '\u3164', '\uffa0', '\u17b4', '\u180e', '\u180b', '\ufe0f'],
  ...['\u{e0041}', '\u{e0100}', '\ud800', '\udc00', '\ue000', '\u2800', '\u00a0', '\u2003', '\u3000', '\ufff9'],
];
const STEERS = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

describe('text of others, spelt out', () => {
  it.each(EVIL)('%j leaves nothing that can not be seen', (evil) => {
    const shown = visibleText(`a${evil}b`);
    expect(shown).toMatch(/^a(.*⟨U\+[0-9A-F]{4,6}⟩.*)b$/u);
    expect(shown).not.toContain(evil);
  });

  it('names the code point, and leaves ordinary text of any script alone', () => {
    expect(visibleText('wget good/\u202ehs.tpircs')).toBe('wget good/⟨U+202E⟩hs.tpircs');
    for (const text of ['ls -la "a b" | wc', 'Grüße, Ελλάδα, привет, 漢字, עברית, हिन्दी, é', '👍 – “ok” …'])
      expect([visibleText(text), visibleLines(text), readableText(text)]).toEqual([text, text, text]);
    expect(visibleLines('a\n\tb')).toBe('a\n\tb');
    expect(visibleText('a\nb')).toBe('a⟨U+000A⟩b');
    expect(readableText('a\r\n👩‍💻 می‌خواهم\u001b[8m')).toBe('a\n👩‍💻 می‌خواهم⟨U+001B⟩[8m');
  });

  it('holds for every text', () => {
    const any = fc.string({ unit: fc.oneof(fc.constantFrom(...EVIL, '\n', '\t'), fc.string({ unit: 'binary' })) });
    fc.assert(
      fc.property(any, (text) => {
        expect(visibleText(text)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u);
        expect(visibleLines(text).replace(/[\n\t]/g, '')).not.toMatch(/[\p{C}\p{Default_Ignorable_Code_Point}]/u);
        expect(readableText(text).replace(/[\n\t]/g, '')).not.toMatch(STEERS);
        const json = visibleJson(JSON.stringify({ text }, null, 2));
        expect(json.replaceAll('\n', '')).not.toMatch(STEERS);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ text })));
      }),
      { numRuns: 300 },
    );
  });

  it('aligns columns by what a terminal shows', () => {
    expect(['abc', '漢字', '👍', '👩‍💻', 'é', '⟨U+202E⟩', '❤️'].map(displayWidth)).toEqual([3, 4, 2, 2, 1, 8, 2]);
    expect(padToWidth('漢', 4)).toBe('漢  ');
  });

  it('keeps a log record on one line', () => {
    const record = {
      time: '2026-01-01T00:00:00Z',
      level: 'info',
      msg: 'from \u001b[8mEve\n2026 error forged',
      who: 'a\u202eb',
    };
    const line = formatForConsole(JSON.stringify(record), 'compact', false);
    expect(line.trimEnd()).not.toMatch(STEERS);
    expect(line).toContain('⟨U+001B⟩[8mEve⟨U+000A⟩2026');
    expect(formatForConsole(JSON.stringify(record), 'json', false)).toContain('a\\u202eb');
  });
});

describe('the terminal of the owner', () => {
  /** Files that may write to it: what others say passes the ones of `common/cli`. */
  const WRITERS = [
    'bootstrap/free-ports.ts',
    'bootstrap/run-gateway.ts',
    'cli/completion/answer-completion.ts',
    'cli/help/answer-help.ts',
    'cli/run-cli.ts',
    'common/cli/cli-error.ts',
    'common/cli/output.ts',
    'logging/pino-logger-factory.ts',
    'operations/service/successor.ts',
    'tui/screen/terminal-screen.ts',
  ];

  it('is written to by few files', () => {
    const root = resolve(__dirname, '../../src');
    const writes = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
      .filter((file) =>
        /process\.std(out|err)\.write|(?<!\.)console\.\w+\(/.test(readFileSync(join(root, file), 'utf8')),
      );
    expect(writes.sort()).toEqual(WRITERS);
  });

  it('shows names of strangers and answers without letting them steer it', async () => {
    const telegram = await FakeTelegram.start();
    const models = await FakeModels.start();
    models.answer = () => ({ steps: [{ text: 'First line\n\u001b[2Ksecond \u202eline' }] });
    const gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: { telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'pairing' } },
      },
    });
    try {
      telegram.say({ chatId: 77, text: 'Hello?', name: 'Eve\u001b[2K\nBob  code\u202eX' });
      await until('the request', () => telegram.textsIn(77).length > 0);
      const env = { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) };
      const list = await runCli(['pairing', 'list'], { env });
      expect(list.stdout.trimEnd().split('\n')).toHaveLength(2);
      expect(list.stdout).toContain('  Eve[2K Bob codeX  ');
      const json = await runCli(['pairing', 'list', '--json'], { env });
      expect(json.stdout).not.toMatch(/[\u001b\u202e]/);
      expect(JSON.stringify(JSON.parse(json.stdout))).toContain('Eve[2K Bob codeX');

      for (const more of [[], ['--stream']]) {
        const said = await runCli(['agent', '-m', 'hi', ...more], { env });
        expect(said.stdout).toBe('First line\n⟨U+001B⟩[2Ksecond ⟨U+202E⟩line\n');
      }
    } finally {
      await gateway.stop();
      await models.stop();
      await telegram.stop();
    }
  });
});
