import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pluginHash } from '../../src/plugins/catalog/plugin-catalog';
import { readManifest } from '../../src/plugins/catalog/plugin-manifest';
import { ToolBench } from '../harness/tool-bench';

const EVIL = 'module.exports = "taken over";';

/** A folder that somebody else can write is agreed to as it was; what it becomes afterwards never runs. */
describe('a plugin that was enabled', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-pins-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const manifest = (id: string, more: object = {}): string =>
    JSON.stringify({
      ...{ id, main: 'index.js', tools: [{ name: `${id}_says`, description: 'says', readOnly: true }] },
      ...more,
    });
  const make = (id: string, at = id): string => {
    write(`${at}/openclaw.plugin.json`, manifest(id));
    write(
      `${at}/index.js`,
      `const word = require('./lib/word'); const more = require('helper');
       exports.tools = { ${id}_says: () => word === 'agreed' && more === 'agreed' ? 'as agreed' : word + more };`,
    );
    write(`${at}/lib/word.js`, 'module.exports = "agreed";');
    write(`${at}/node_modules/helper/package.json`, '{"name":"helper","main":"main.js"}');
    write(`${at}/node_modules/helper/main.js`, 'module.exports = "agreed";');
    return join(folder, at);
  };

  const SWAPS: Record<string, { make?: () => string; swap: () => void }> = {
    program: { swap: () => write('program/index.js', 'exports.tools = { program_says: () => "taken over" };') },
    required: { swap: () => write('required/lib/word.js', EVIL) },
    library: { swap: () => write('library/node_modules/helper/main.js', EVIL) },
    shadow: { swap: () => write('shadow/node_modules/helper/index.js', EVIL) },
    entry: {
      swap: () => {
        write('entry/node_modules/helper/package.json', '{"name":"helper","main":"other.js"}');
        write('entry/node_modules/helper/other.js', EVIL);
      },
    },
    added: {
      // A folder is looked for beside a file of the same name only when that is missing.
      swap: () => {
        rmSync(join(folder, 'added/lib/word.js'));
        write('added/lib/word/index.js', EVIL);
      },
    },
    linked: {
      swap: () => {
        write('elsewhere.js', EVIL);
        rmSync(join(folder, 'linked/lib/word.js'));
        symlinkSync(join(folder, 'elsewhere.js'), join(folder, 'linked/lib/word.js'));
      },
    },
    parent: {
      make: () => {
        make('parent', 'first/parent');
        symlinkSync(join(folder, 'first'), join(folder, 'way'));
        return join(folder, 'way', 'parent');
      },
      swap: () => {
        make('parent', 'second/parent');
        write('second/parent/lib/word.js', EVIL);
        rmSync(join(folder, 'way'));
        symlinkSync(join(folder, 'second'), join(folder, 'way'));
      },
    },
    moved: {
      swap: () => {
        renameSync(join(folder, 'moved'), join(folder, 'aside'));
        make('moved');
        write('moved/lib/word.js', EVIL);
      },
    },
    reach: { swap: () => write('reach/openclaw.plugin.json', manifest('reach', { capabilities: { sockets: true } })) },
    nested: { swap: () => write('nested/lib/node_modules/helper/index.js', EVIL) },
  };

  it('runs as it was agreed to or not at all, whatever is changed before its first call, and after that too', async () => {
    const folders = Object.fromEntries(
      [...Object.keys(SWAPS), 'early'].map((id) => [id, SWAPS[id]?.make?.() ?? make(id)]),
    );
    const bench = await ToolBench.start({
      config: {
        plugins: {
          load: { paths: Object.values(folders) },
          entries: Object.fromEntries(Object.keys(folders).map((id) => [id, { enabled: true }])),
          installs: Object.fromEntries(Object.entries(folders).map(([id, at]) => [id, { sha256: pluginHash(at) }])),
        },
      },
    });
    try {
      expect(await bench.call('early_says', {})).toContain('as agreed');
      for (const [id, { swap }] of Object.entries(SWAPS)) {
        swap();
        const told = await bench.call(`${id}_says`, {});
        expect([id, told]).toEqual([
          id,
          expect.stringMatching(/no longer those that were enabled|leads out/) as string,
        ]);
        expect(told).not.toContain('taken over');
      }
      // What runs already goes on from its copy.
      write('early/lib/word.js', EVIL);
      expect(await bench.call('early_says', {})).toContain('as agreed');
      const copies = join(bench.gateway.stateDir, 'cache', 'plugins');
      expect(readdirSync(copies)).toEqual([expect.stringMatching(/^early-[0-9a-f]{64}$/)]);
      // Agreed to again, it is what it is now.
      const { hash } = await bench.client.done<{ hash: string }>('config.get');
      await bench.client.done('config.patch', {
        raw: JSON.stringify({ plugins: { installs: { early: { sha256: pluginHash(folders['early'] ?? '') } } } }),
        baseHash: hash,
      });
      await bench.restart();
      expect(await bench.call('early_says', {})).toContain('taken over');
    } finally {
      await bench.stop();
    }
  }, 180_000);

  it('is not agreed to with a link that leads out of it, nor with a manifest that was another one a moment before', () => {
    const at = make('honest');
    const before = readManifest(at);
    expect(pluginHash(at, before)).toBe(pluginHash(at));
    write('honest/openclaw.plugin.json', manifest('honest', { capabilities: { sockets: true } }));
    expect(() => pluginHash(at, before)).toThrow(expect.objectContaining({ code: 'PLUGIN_CHANGED' }) as Error);
    write('outside.js', EVIL);
    for (const [place, target] of [
      ['lib/more.js', join(folder, 'outside.js')],
      ['lib/more', folder],
      ['node_modules/.bin', '../../outside.js'],
      ['lib/gone.js', join(folder, 'not-there-yet.js')],
    ] as const) {
      symlinkSync(target, join(at, place));
      expect(() => pluginHash(at)).toThrow(expect.objectContaining({ code: 'PLUGIN_LINK' }) as Error);
      rmSync(join(at, place));
    }
    symlinkSync('../lib/word.js', join(at, 'node_modules', 'word.js'));
    expect(pluginHash(at)).toMatch(/^[0-9a-f]{64}$/);
    expect(existsSync(join(at, 'node_modules', 'word.js'))).toBe(true);
  });

  it.each([
    ['node', 'NODE_OPTIONS'],
    ['node', 'NODE_EXTRA_CA_CERTS'],
    ['ld', 'LD_PRELOAD'],
    ['dyld', 'DYLD_INSERT_LIBRARIES'],
    ['openssl', 'OPENSSL_CONF'],
    ['ssl', 'SSL_CERT_FILE'],
    ['uv', 'UV_THREADPOOL_SIZE'],
    ['malloc', 'MALLOC_PERTURB_'],
  ])('and is called %s does not get %s, which what runs it obeys', (id, name) => {
    write('x/index.js', '');
    write('x/openclaw.plugin.json', JSON.stringify({ id, main: 'index.js', capabilities: { env: [name] } }));
    expect(() => readManifest(join(folder, 'x'))).toThrow(name);
    write(
      'x/openclaw.plugin.json',
      JSON.stringify({ id: 'pager', main: 'index.js', capabilities: { env: ['PAGER_TOKEN'] } }),
    );
    expect(readManifest(join(folder, 'x')).capabilities?.env).toEqual(['PAGER_TOKEN']);
  });
});
