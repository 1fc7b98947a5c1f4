import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as ts from 'typescript';
import { readManifest } from '../../src/plugins/catalog/plugin-manifest';
import { SkillInstaller } from '../../src/skills/install/skill-installer';
import { checkSignature } from '../../src/skills/trust/signature';

const root = resolve(__dirname, '../..');
const WHOLE = new Set(['readFile', 'readFileSync']);

/**
 * Where a file is read as a whole, however large, and whether it is one at all: what may be a device without end, a pipe
 * or somebody's largest file passes `readBoundedFile` instead. Each place says whose file it is.
 */
const KNOWN: Record<string, string> = {
  'src/agent/media/media-store.service.ts': 'written by the gateway under a name of its own',
  'src/agent/media/spoken-answers.service.ts': 'what a speech service has just made, of a limited size',
  'src/agent/sessions/transcript-files.ts': 'named by the owner on the command line',
  'src/channels/discord/discord-delivery.ts': 'a copy that the gateway keeps until it is sent',
  'src/channels/slack/slack-ways.ts': 'a copy that the gateway keeps until it is sent',
  'src/channels/telegram/telegram-accounts.ts': 'named by the owner in the configuration',
  'src/channels/webpage/webpage.controller.ts': 'a file of the program',
  'src/channels/webhook/held-files.service.ts': 'written by the gateway under a name of its own',
  'src/channels/webhook/webhook.adapter.ts': 'a copy that the gateway keeps until it is sent',
  'src/cli/completion/answer-completion.ts': 'a file of the program',
  'src/cli/help/answer-help.ts': 'a file of the program',
  'src/common/app-root.ts': 'a file of the program',
  'src/common/atomic-file.ts': 'for files of the state folder',
  'src/common/lock-file.ts': 'written by a gateway',
  'src/events/event-loop-load.ts': 'one line of the kernel about this process',
  'src/common/process-identity.ts': 'told by the kernel',
  'src/config/config-history.ts': 'written by the gateway',
  'src/config/config.command.ts': 'named by the owner on the command line',
  'src/config/secrets/secret-store.ts': 'written by the gateway',
  'src/config/secrets/secrets.command.ts': 'the configuration',
  'src/control-ui/other-page.ts': 'named by the owner in the configuration',
  'src/control-ui/page-files.ts': 'a file of the program',
  'src/operations/diagnostics/read-newest-log.ts': 'written by the gateway',
  'src/gateway/http/port-owner.ts': 'told by the kernel',
  'src/gateway/runtime-settings.ts': 'named by the owner in the configuration',
  'src/operations/migrate/migrate.command.ts': 'the state of another program, named by the owner on the command line',
  'src/operations/migrate/openclaw-state.ts': 'the state of another program, named by the owner on the command line',
  'src/onboard/unattended.ts': 'standard input of the owner’s command',
  'src/plugins/openclaw/keyed-store.ts': 'read by the process of a plugin, whose memory is limited, in its own folder',
  'src/plugins/openclaw/openclaw-sdk.ts': 'read by the process of a plugin, whose memory is limited, for itself',
  'src/skills/catalog/skill-library.ts': 'a file of the program',
  'src/skills/commands/skills-trust.command.ts': 'named by the owner on the command line',
  'src/skills/install/fetch-source.ts': 'unpacked a moment before, within the limits of archives',
  'src/skills/proposals/skill-proposals.ts': 'written by the gateway, of a limited size',
  'src/tools/sandbox/lower-priority.ts': 'told by the kernel',
  'src/tools/sandbox/session-room.service.ts': 'written by the gateway, where no command writes',
  'src/tools/sandbox/tree-watch.ts': 'told by the kernel',
  'src/tools/search/grep-files.ts': 'opened, known to be an ordinary file, and measured before',
  'src/operations/update/update-run.ts': 'a file of the program',
};

/** Calls of what Node reads whole files with, by whatever name they are imported. */
function wholeReads(path: string): number {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const names = new Set<string>();
  const spaces = new Set<string>();
  let found = 0;
  const visit = (node: ts.Node): void => {
    if (
      ts.isImportDeclaration(node) &&
      ts.isStringLiteral(node.moduleSpecifier) &&
      /^(node:)?fs(\/promises)?$/.test(node.moduleSpecifier.text)
    ) {
      const { name, namedBindings } = node.importClause ?? {};
      if (name) spaces.add(name.text);
      if (namedBindings && ts.isNamespaceImport(namedBindings)) spaces.add(namedBindings.name.text);
      if (namedBindings && ts.isNamedImports(namedBindings))
        for (const each of namedBindings.elements) {
          const imported = (each.propertyName ?? each.name).text;
          if (WHOLE.has(imported)) names.add(each.name.text);
          if (imported === 'promises') spaces.add(each.name.text);
        }
      return;
    }
    if (ts.isIdentifier(node) && names.has(node.text)) found++;
    if (ts.isPropertyAccessExpression(node) && WHOLE.has(node.name.text)) {
      const on = node.expression;
      const isHandle = ts.isIdentifier(on) && !spaces.has(on.text);
      if (!isHandle || /^(file|handle)$/.test(on.text)) found++;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => join(folder, name));

describe('files that are read as a whole', () => {
  it('are those of the gateway, the program and the owner; whatever others can put there has a limit', () => {
    const reading = sources('src').filter((path) => wholeReads(join(root, path)) > 0);
    expect(reading.filter((path) => KNOWN[path] === undefined)).toEqual([]);
    expect(Object.keys(KNOWN).filter((path) => !reading.includes(path))).toEqual([]);
  });

  it.each([
    ["import { readFileSync } from 'node:fs';\nreadFileSync('x');", 1],
    ["import { readFile as all } from 'fs/promises';\nvoid all('x');", 1],
    ["import * as fs from 'node:fs';\nfs.readFileSync('x');", 1],
    ["import { promises as fs } from 'node:fs';\nvoid fs.readFile('x');", 1],
    ["import { open } from 'node:fs/promises';\nconst handle = await open('x');\nvoid handle.readFile();", 1],
    ["import { readFileSync } from 'node:fs';\n['x'].map(readFileSync);", 1],
    ["import { readBoundedFile } from './bounded-file';\nreadBoundedFile('x', 5);", 0],
    ['await files.readFile(path, limit);', 0],
  ])('are found in %j', (text, count) => {
    const folder = mkdtempSync(join(tmpdir(), 'openclaw-reads-'));
    try {
      writeFileSync(join(folder, 'a.ts'), text);
      expect(wholeReads(join(folder, 'a.ts'))).toBe(count);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a skill or a plugin that is not read to its end', () => {
  let base: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'openclaw-endless-'));
    mkdirSync(join(base, 'thing'));
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));
  const thing = (name: string): string => join(base, 'thing', name);
  const WAYS: [string, (path: string) => void][] = [
    ['is a device', (path) => symlinkSync('/dev/zero', path)],
    ['is the memory of the gateway', (path) => symlinkSync('/proc/self/mem', path)],
    ['is a pipe', (path) => void execFileSync('mkfifo', [path])],
    ['is a folder', (path) => mkdirSync(path)],
    [
      'is larger than any of its kind',
      (path) => {
        writeFileSync(path, '');
        truncateSync(path, 2 ** 26);
      },
    ],
  ];
  const SKILL = '---\nname: counter\ndescription: Counts. Use when asked to count.\n---\n\nCounts.\n';
  const install = (source: string): Promise<unknown> =>
    new SkillInstaller(join(base, 'state'), {
      env: { PATH: process.env['PATH'] },
      home: base,
      cwd: base,
      download: () => Promise.reject(new Error('nothing is fetched')),
      guard: () => Promise.reject(new Error('nothing is fetched')),
    }).install(source, () => Promise.resolve({ install: true, acceptsRisk: true }));

  it.each(WAYS)('SKILL.md %s', async (_, make) => {
    make(thing('SKILL.md'));
    await expect(install(join(base, 'thing'))).rejects.toMatchObject({
      code: expect.stringMatching(/^SKILL_/) as string,
    });
  });

  it.each(WAYS)('SKILL.sig.json %s', (_, make) => {
    writeFileSync(thing('SKILL.md'), SKILL);
    make(thing('SKILL.sig.json'));
    expect(checkSignature(join(base, 'thing'), 'counter', 'hash').state).toBe('invalid');
  });

  it.each(WAYS)('its manifest %s', (_, make) => {
    make(thing('openclaw.plugin.json'));
    expect(() => readManifest(join(base, 'thing'))).toThrow(
      expect.objectContaining({ code: 'PLUGIN_MANIFEST_INVALID' }) as Error,
    );
  });

  it.each(WAYS.filter(([how]) => how !== 'is a folder'))('the archive %s', async (_, make) => {
    make(join(base, 'skill.zip'));
    await expect(install(join(base, 'skill.zip'))).rejects.toMatchObject({
      code: expect.stringMatching(/^SKILL_/) as string,
    });
  });

  it('is nothing out of the ordinary: a skill with its files is installed', async () => {
    writeFileSync(thing('SKILL.md'), SKILL);
    await expect(install(join(base, 'thing'))).resolves.toHaveLength(1);
  });
});
