import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ROUTES } from '../ui/src/shell/routes';

const root = resolve(__dirname, '..');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const read = (file: string): string => readFileSync(join(root, 'src', file), 'utf8');

function violations(folder: string): string {
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  try {
    return execFileSync(
      process.execPath,
      [cruiser, folder, '--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
      {
        cwd: root,
        encoding: 'utf8',
      },
    );
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

const { LAYERS, PLATFORMS } = jest.requireActual<{
  LAYERS: { name: string; folders: string[] }[];
  PLATFORMS: string[];
}>('../scripts/layers.cjs');
/** Of a layer's folder without what of it belongs to another layer. */
const plainFolder = (folder: string): string => folder.replace(/\(.*/, '');
/** As the picture names it: all platforms in one. */
const drawnFolder = (folder: string): string =>
  PLATFORMS.some((name) => folder === `channels/${name}`) ? 'channels/<platform>' : plainFolder(folder);

describe('architecture', () => {
  it('keeps the layers', () => {
    expect(violations('src')).toContain('no dependency violations found');
  });

  it('says of every room what it is, where to begin, and in which layers it stands', () => {
    const rooms = readdirSync(join(root, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    for (const room of rooms) {
      const text = read(`${room}/README.md`);
      expect([room, text.split('\n').length <= 11]).toEqual([room, true]);
      const [, entry = ''] = /^Entry point: `([^`]+)`/m.exec(text) ?? [];
      expect([room, sources.includes(join(room, entry))]).toEqual([room, true]);
      const layers = LAYERS.filter(({ folders }) =>
        folders.some((folder) => plainFolder(folder).split('/')[0] === room),
      );
      expect([room, layers.length > 0]).toEqual([room, true]);
      expect(text).toContain(`Layers: ${layers.map(({ name }) => name).join(', ')}.`);
    }
  });

  it('draws the layers as they are', () => {
    const table = /## Layers[\s\S]*?\n## /.exec(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8'))?.[0] ?? '';
    const drawn = [...table.matchAll(/^\| (\w+) +\| ([^|]+)\|/gm)]
      .filter(([, name]) => name !== 'Layer')
      .map(([, name = '', folders = '']) => ({
        name,
        folders: [...folders.matchAll(/`src\/([^`]+)`/g)].map(([, folder = '']) => folder).sort(),
      }));
    const rules = LAYERS.map(({ name, folders }) => ({
      name,
      folders: [...new Set(folders.map(drawnFolder))].sort(),
    })).reverse();
    expect(drawn).toEqual(rules);
    expect(PLATFORMS).toEqual(expect.arrayContaining(['discord', 'slack', 'telegram', 'webhook', 'webpage']));
  });

  it('keeps the order of the page: views stand alone, and only the text pipeline reads Markdown', () => {
    expect(violations('ui/src')).toContain('no dependency violations found');
  });

  it('turns no text into HTML on the pages', () => {
    const page = (file: string): string => readFileSync(join(root, 'ui', file), 'utf8');
    const unsafe = readdirSync(join(root, 'ui'), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(tsx?|js)$/.test(file) && !file.includes('node_modules'))
      .filter((file) => /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser/i.test(page(file)));
    expect(unsafe).toEqual([]);
  });

  it('has a folder for each view of the page, and a line for each folder', () => {
    const views = readdirSync(join(root, 'ui/src/views')).sort();
    expect(ROUTES.map(({ view }) => view).sort()).toEqual(views);
    const names = ROUTES.flatMap(({ view, formerly = [] }) => [view, ...formerly]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has no file that nobody can read in one sitting', () => {
    const long = sources
      .map((file) => ({ file, lines: read(file).split('\n').length }))
      .filter(({ lines }) => lines > 400);
    expect(long).toEqual([]);
  });

  it('marks only environment, configuration and logging as global', () => {
    const globals = sources.filter((file) => !file.endsWith('.spec.ts') && /^@Global\(\)/m.test(read(file)));
    expect(globals.sort()).toEqual([
      'config/config.module.ts',
      'config/environment.module.ts',
      'logging/logging.module.ts',
    ]);
  });

  it('reads environment variables in one folder only', () => {
    const readers = sources.filter((file) => !file.endsWith('.spec.ts') && read(file).includes('process.env'));
    expect(readers.filter((file) => !file.startsWith('config/'))).toEqual([]);
  });

  it('opens SQLite in one place', () => {
    const drivers = ['@photostructure/sqlite', 'node:sqlite', 'better-sqlite3'];
    expect(sources.filter((file) => drivers.some((name) => read(file).includes(`'${name}'`)))).toEqual([
      'storage/sqlite-file.ts',
    ]);
  });

  it('starts programs in one place, and reaches the web in one place', () => {
    const product = sources.filter((file) => !file.endsWith('.spec.ts'));
    const code = (file: string): string => read(file).replace(/^import type .*$/gm, '');
    expect(product.filter((file) => code(file).includes("'node:child_process'")).sort()).toEqual([
      // An agent that the owner names, of the protocol of editors.
      // gcloud and gog, on the owner's order.
      'automation/webhooks/gmail/google-programs.ts',
      'bridges/acp/agent-process.ts',
      'config/secrets/keychain.ts',
      'config/secrets/secret-provider.ts',
      'control-ui/dashboard.command.ts',
      // This program itself, for a command that finds no gateway.
      'gateway/client/local-calls.ts',
      'gateway/http/port-owner.ts',
      // The gateway itself, at the end of the set-up.
      'onboard/first-message.ts',
      // The service manager on the owner's order.
      'operations/service/call-manager.ts',
      'operations/service/successor.ts',
      // git and the build of a new release, on the owner's order.
      'operations/update/program-step.ts',
      'tools/sandbox/bubblewrap.driver.ts',
      'tools/sandbox/room-network.ts',
      // Commands of the assistant, plugins and hooks.
      'tools/sandbox/start-plan.ts',
    ]);
    // One place asks models, and makes each request fit its provider first; another has pictures drawn.
    expect(product.filter((file) => /\.do(Stream|Generate)\(/.test(read(file)))).toEqual([
      'agent/media/image-generate.tool.ts',
      'agent/runtime/call-model.ts',
    ]);
    // Model servers, also those on loopback, and addresses of MCP servers come from the operator.
    expect(product.filter((file) => /\bfetch\(/.test(read(file))).sort()).toEqual([
      'agent/providers/answers/own-origin-fetch.ts',
      'agent/providers/facts/ask-server.ts',
      'agent/providers/local-servers.ts',
      'tools/mcp/mcp-transport.ts',
    ]);
  });

  it('judges hosts, addresses and origins in one folder', () => {
    const SIGNS = [
      // Address parsers.
      /\bisIP(v4|v6)?\(|\bBlockList\b|from 'ipaddr\.js'/,
      // Tests of the text of a part of an address.
      /\b(hostname|host|origin|remoteAddress|remoteIp)\??\.(toLowerCase\(\)\.)?(startsWith|endsWith|match|test|replace|replaceAll|includes|indexOf|split|search)\(/,
      /\.(test|exec)\((\w+\.)*(hostname|host|origin|address|remoteAddress|url\.href)\)/,
      // Texts and patterns that look like a host or the beginning of an address.
      /(startsWith|endsWith|includes)\(['"`](https?:|wss?:|127|localhost|::|\.?[a-z-]+\.(com|net|org|io|dev|local)\b)/,
      /\/[^/'"` ]*(127\\\.|localhost|::1|https\?|wss\?|\\\.(com|net|org|io|dev|local)\b)[^\n]*\/[a-z]*[.,;)]/,
    ];
    // These look for addresses in texts; what they find is judged by `src/common/net`, or only shown.
    const SEARCHES = [
      'channels/slack/slack-format.ts',
      'channels/telegram/telegram-format.ts',
      'skills/install/fetch-source.ts',
      'skills/trust/addresses-in.ts',
      'skills/trust/scan-rules.ts',
      'skills/trust/scan-skill.ts',
      // Counts labels: how much a name can carry.
      'tools/web/network-sink.ts',
      // Names of environment variables.
      'operations/update/program-step.ts',
    ];
    const judges = sources
      .filter((file) => !file.endsWith('.spec.ts') && !file.startsWith('common/net/') && !SEARCHES.includes(file))
      .flatMap((file) =>
        read(file)
          .split('\n')
          .filter((line) => SIGNS.some((sign) => sign.test(line)))
          .map((line) => `${file}: ${line.trim()}`),
      );
    expect(judges).toEqual([]);
  });
});
